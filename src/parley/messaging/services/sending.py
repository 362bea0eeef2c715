"""Writing to a customer. What passes the gate is in the thread at once; the sender does the rest."""

import math
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from parley.access.doors import Member
from parley.channels.gateways import gateway_for
from parley.core.errors import Conflict, Invalid, NotFound
from parley.core.events import announce
from parley.core.ids import new_id
from parley.messaging.events import MessageQueued
from parley.messaging.models import Conversation, MediaFile, Message
from parley.messaging.queries.doors import Locked, locked_conversation, message_in
from parley.messaging.services.gate import check_may_send

TEXT_LIMIT: Final = 4_096
CAPTION_LIMIT: Final = 1_024
"""Characters that WhatsApp takes; from https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages."""

PREVIEW_LIMIT: Final = 200
OUTBOUND_CHANNEL: Final = "parley_outbound"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person wants to send. `client_id` is made by their screen: the same one twice is one message.

    `new_media` is the row of a file whose bytes are stored already; it is written with the message.
    """

    client_id: UUID
    type: str = "text"
    body: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    media_id: UUID | None = None
    new_media: MediaFile | None = None
    filename: str = ""
    reply_to: UUID | None = None
    resend_of: UUID | None = None


def send_text(
    member: Member, conversation_id: UUID, *, client_id: UUID, body: str, reply_to: UUID | None = None
) -> UUID:
    """Queue a text and return the message's id. Refuses what the gate refuses, empty and overlong texts."""
    return send(member, conversation_id, draft=Draft(client_id=client_id, body=body, reply_to=reply_to))


def send_location(
    member: Member,
    conversation_id: UUID,
    *,
    client_id: UUID,
    latitude: float,
    longitude: float,
    name: str = "",
    address: str = "",
) -> UUID:
    """Queue a place, in degrees (WGS 84)."""
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        raise Invalid(_("This is not a place on Earth."))
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise Invalid(_("This is not a place on Earth."))
    location = {
        "latitude": latitude,
        "longitude": longitude,
        "name": name or None,
        "address": address or None,
    }
    draft = Draft(client_id=client_id, type="location", content={"location": location})
    return send(member, conversation_id, draft=draft)


def send(member: Member, conversation_id: UUID, *, draft: Draft) -> UUID:
    """Queue what the draft says, once for each client id, and return the message's id."""
    place = locked_conversation(member, conversation_id)
    sent = sent_before(member, place.conversation, client_id=draft.client_id)
    if sent is not None:
        return sent
    check_may_send(member, conversation_id, type=draft.type)
    _check_body(draft)
    if draft.reply_to is not None:
        _check_quotable(place.conversation, draft.reply_to)
    message = _queue(member, place, draft)
    _show_in_list(place, message, draft)
    wake_sender(message)
    announce(
        member.workspace_id,
        MessageQueued(
            object_id=message.id,
            conversation_id=conversation_id,
            channel_id=message.channel_id,
            message_type=message.type,
            author_id=member.membership_id,
        ),
    )
    return message.id


def sent_before(member: Member, conversation: Conversation, *, client_id: UUID) -> UUID | None:
    """The message that this client id already made here. An id that was used elsewhere is refused."""
    found = (
        Message.objects.filter(workspace_id=member.workspace_id, client_id=client_id)
        .values_list("id", "conversation_id")
        .first()
    )
    if found is None:
        return None
    message_id, conversation_id = found
    if conversation_id != conversation.id:
        raise _used_elsewhere()
    return message_id


def write(message: Message) -> None:
    """Insert a message that carries a client id; one that lost a race for it is refused."""
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError as error:
        if "message_client_id" in str(error):
            raise _used_elsewhere() from error
        raise


def wake_sender(message: Message) -> None:
    """Tell the sender, at commit, that this channel has work."""
    payload = f"{message.workspace_id}:{message.channel_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [OUTBOUND_CHANNEL, payload])


def _check_body(draft: Draft) -> None:
    if "\0" in draft.body:
        raise Invalid(
            _("The text holds a character that cannot be stored."), fields={"body": [_("Retype it.")]}
        )
    if draft.type == "text" and not draft.body.strip():
        raise Invalid(_("There is nothing to send yet."), fields={"body": [_("Write something.")]})
    limit = TEXT_LIMIT if draft.type == "text" else CAPTION_LIMIT
    if len(draft.body) > limit:
        text = _("This is %(n)d characters long; WhatsApp takes up to %(limit)d.") % {
            "n": len(draft.body),
            "limit": limit,
        }
        raise Invalid(text, fields={"body": [text]})


def _check_quotable(conversation: Conversation, message_id: UUID) -> None:
    """A note, or another conversation's message, is as good as unknown: the customer must not see it."""
    if message_in(conversation, message_id).kind != "message":
        raise NotFound


def _queue(member: Member, place: Locked, draft: Draft) -> Message:
    conversation = place.conversation
    if draft.new_media is not None:
        draft.new_media.save(force_insert=True)
    message_id = new_id()
    message = Message(
        id=message_id,
        workspace_id=member.workspace_id,
        conversation_id=conversation.id,
        channel_id=conversation.channel_id,
        contact_id=conversation.contact_id,
        direction="outbound",
        type=draft.type,
        from_address=conversation.channel.phone_number,
        body=draft.body,
        content=draft.content,
        media_id=draft.media_id,
        reply_to=draft.reply_to,
        author_id=member.membership_id,
        client_id=draft.client_id,
        client_ref=gateway_for(conversation.channel.provider).client_ref_for(message_id),
        status="queued",
        at=place.at,
        metadata={"resend_of": str(draft.resend_of)} if draft.resend_of else {},
    )
    write(message)
    return message


def _show_in_list(place: Locked, message: Message, draft: Draft) -> None:
    """The list's line follows the newest entry; whoever answered no longer keeps the customer waiting."""
    conversation = place.conversation
    changes: dict[str, Any] = {"waiting_since": None, "updated_at": place.at}
    if conversation.first_reply_at is None:
        changes["first_reply_at"] = place.at
    if conversation.last_message_at is None or conversation.last_message_at <= place.at:
        changes |= {
            "last_message": preview(draft.body or draft.filename),
            "last_message_type": message.type,
            "last_message_from_us": True,
            "last_message_ref": message.id,
            "last_message_at": place.at,
        }
    Conversation.objects.filter(workspace_id=message.workspace_id, id=conversation.id).update(**changes)


def preview(text: str) -> str:
    """One line of it."""
    return " ".join(text[: PREVIEW_LIMIT * 4].split())[:PREVIEW_LIMIT]


def _used_elsewhere() -> Conflict:
    return Conflict(_("This message was already sent from another window. Reload the page to see it."))
