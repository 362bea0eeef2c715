"""Editing and deleting what was sent, where the provider can.

The provider is asked first, outside of any transaction; what it took is then written down. Should this
process die between the two, its webhook tells of the change, and the applier writes the same.
"""

from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from django.db import OperationalError
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected

from parley.access.doors import Member
from parley.channels.doors import inside
from parley.channels.errors import trouble_from
from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import Address, Credentials, GatewayError
from parley.channels.services.credentials import credentials_for
from parley.core import clock
from parley.core.environment import environment
from parley.core.errors import Conflict, Invalid
from parley.core.events import announce
from parley.core.http import call
from parley.core.ids import new_id
from parley.messaging.events import MessageEdited, MessageRevoked
from parley.messaging.models import Conversation, Message, MessageRevision
from parley.messaging.queries.doors import conversation_for, locked_conversation, message_for
from parley.messaging.services.addresses import address_of
from parley.messaging.services.sending import TEXT_LIMIT, preview

_SENT: Final = frozenset({"accepted", "sent", "delivered", "read"})
Act = Literal["edit", "revoke"]
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Revision:
    """What is to be asked of the provider, read before the call."""

    provider: str
    credentials: Credentials
    base_url: str
    to: Address
    provider_message_id: str


def edit(member: Member, message_id: UUID, *, body: str) -> None:
    """Give a text of ours other words. Refuses what was not sent, is no text, or the number cannot do.

    Called outside of a transaction. WhatsApp takes edits for some 15 minutes; its refusal is passed on.
    """
    words = body.strip()
    if not words or len(words) > TEXT_LIMIT:
        text = _("Write 1 to %(n)d characters.") % {"n": TEXT_LIMIT}
        raise Invalid(text, fields={"body": [text]})
    with inside(member):
        revision = _revision_for(member, message_id, act="edit")
    gateway = gateway_for(revision.provider)
    _ask(
        revision,
        lambda http: gateway.edit(
            http,
            revision.credentials,
            to=revision.to,
            message_id=revision.provider_message_id,
            body=words,
        ),
    )
    _write_down(member, message_id, body=words)


def revoke(member: Member, message_id: UUID) -> None:
    """Delete a message of ours for everyone; as `edit`."""
    with inside(member):
        revision = _revision_for(member, message_id, act="revoke")
    gateway = gateway_for(revision.provider)
    _ask(
        revision,
        lambda http: gateway.revoke(
            http, revision.credentials, to=revision.to, message_id=revision.provider_message_id
        ),
    )
    _write_down(member, message_id, body=None)


def _revision_for(member: Member, message_id: UUID, *, act: Act) -> Revision:
    message = message_for(member, message_id)
    conversation = conversation_for(member, message.conversation_id)
    channel = conversation.channel
    if act not in gateway_for(channel.provider).abilities:
        raise Conflict(_("This number cannot change what it has sent."))
    if message.direction != "outbound" or message.kind != "message" or message.status not in _SENT:
        raise Conflict(_("Only what WhatsApp has taken from you can be changed."))
    if message.revoked_at is not None or not message.provider_message_id:
        raise Conflict(_("This message is gone already."))
    if act == "edit" and message.type != "text":
        raise Conflict(_("Only texts can be edited. Delete it and send it anew."))
    return Revision(
        provider=channel.provider,
        credentials=credentials_for(channel),
        base_url=channel.base_url,
        to=address_of(member.workspace_id, conversation.contact_id),
        provider_message_id=message.provider_message_id,
    )


def _ask(revision: Revision, work: object) -> None:
    try:
        call(work, environment().gateway_networks)  # type: ignore[arg-type]
    except GatewayError as error:
        raise trouble_from(error, base_url=revision.base_url) from error


def _write_down(member: Member, message_id: UUID, *, body: str | None) -> None:
    """Record what the provider took, also where the applier writes the same at the same moment."""
    for attempt in range(1, _TRIES + 1):
        try:
            with inside(member):
                _record(member, message_id, body=body)
            return
        except OperationalError as error:
            if attempt == _TRIES or not isinstance(error.__cause__, DeadlockDetected):
                raise


def _record(member: Member, message_id: UUID, *, body: str | None) -> None:
    """Write down what the provider took. `body` None: it is deleted."""
    # The message before its conversation: in this order the applier locks them for an edit of its own.
    rows = Message.objects.filter(workspace_id=member.workspace_id, id=message_id)
    message = rows.select_for_update(no_key=True).get()
    place = locked_conversation(member, message.conversation_id)
    if message.revoked_at is not None or message.body == body:
        return  # its webhook was faster
    MessageRevision.objects.create(
        id=new_id(),
        workspace_id=member.workspace_id,
        message_id=message_id,
        kind="delete" if body is None else "edit",
        body_before=message.body,
        by_id=member.membership_id,
        at=clock.now(),
    )
    if body is None:
        rows.update(revoked_at=place.at, updated_at=place.at)
    else:
        rows.update(body=body, edited_at=place.at, updated_at=place.at)
    if place.conversation.last_message_ref == message_id:
        shown = (
            {"last_message": "", "last_message_type": "revoked"}
            if body is None
            else {"last_message": preview(body)}
        )
        Conversation.objects.filter(workspace_id=member.workspace_id, id=place.conversation.id).update(
            **shown, updated_at=place.at
        )
    fact = MessageRevoked if body is None else MessageEdited
    announce(
        member.workspace_id,
        fact(object_id=message_id, conversation_id=place.conversation.id, by=member.membership_id),
    )
