"""Writing first: a conversation that begins from our side."""

from uuid import UUID

from django.utils.translation import gettext as _

from parley.access.doors import Member, check_may
from parley.access.queries import workspace_by_slug
from parley.channels.gateways.neutral import Address
from parley.channels.queries import channel_of
from parley.contacts.services.introducing import contact_with_phone
from parley.core.errors import Invalid
from parley.core.events import announce
from parley.core.ids import new_id
from parley.core.phone import e164
from parley.messaging.events import ConversationOpened
from parley.messaging.models import OPEN_STATES, Conversation
from parley.messaging.queries.doors import locked_conversation
from parley.messaging.services.activities import record_activity


def start_conversation(
    member: Member, channel_id: UUID, *, phone: str, known_as: Address | None = None
) -> UUID:
    """The open conversation with whoever has this number on this channel; a new one where there is none.

    `known_as` is what the provider calls them, from `checking.ask`. A new one is the member's own. Nothing is
    sent: the gate decides about the first message as about any, and on a number with a window it refuses
    until the customer has written. Raises `Invalid` for what is no telephone number, and `NotFound` for
    another workspace's channel.
    """
    check_may(member, "messages.send")
    channel = channel_of(member.workspace_id, channel_id)
    number = e164(phone, workspace_by_slug(member.workspace_slug).country)
    if number is None:
        text = _(
            "This is not a complete telephone number. Write it with its country code, such as "
            "+55 19 98765-4321."
        )
        raise Invalid(text, fields={"phone": [text]})
    wa_id = (known_as.wa_id if known_as else None) or ""
    contact_id = contact_with_phone(member.workspace_id, phone=number, wa_id=wa_id)
    found = _open_one(member, channel.id, contact_id)
    if found is not None:
        return found
    conversation_id = new_id()
    # Where a message of the customer opens one in the same moment, theirs is the one.
    Conversation.objects.bulk_create(
        [
            Conversation(
                id=conversation_id,
                workspace_id=member.workspace_id,
                channel_id=channel.id,
                contact_id=contact_id,
                assignee_id=member.membership_id,
            )
        ],
        ignore_conflicts=True,
    )
    opened = _open_one(member, channel.id, contact_id) or conversation_id
    if opened == conversation_id:
        _announce(member, conversation_id, channel_id=channel.id, contact_id=contact_id)
    return opened


def _open_one(member: Member, channel_id: UUID, contact_id: UUID) -> UUID | None:
    rows = Conversation.objects.filter(
        workspace_id=member.workspace_id, channel_id=channel_id, contact_id=contact_id, status__in=OPEN_STATES
    )
    return rows.values_list("id", flat=True).first()


def _announce(member: Member, conversation_id: UUID, *, channel_id: UUID, contact_id: UUID) -> None:
    place = locked_conversation(member, conversation_id)
    Conversation.objects.filter(workspace_id=member.workspace_id, id=conversation_id).update(
        last_message_at=place.at, last_message_type="system"
    )
    record_activity(member, place, "started")
    announce(
        member.workspace_id,
        ConversationOpened(object_id=conversation_id, contact_id=contact_id, channel_id=channel_id),
    )
