"""Ending an exchange, and taking it up again."""

from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse

from parley.access.doors import Member, check_may
from parley.core.events import announce
from parley.messaging.errors import AnotherIsOpen
from parley.messaging.events import ConversationClosed, ConversationReopened
from parley.messaging.models import OPEN_STATES, Conversation
from parley.messaging.queries.doors import locked_conversation
from parley.messaging.services.activities import record_activity

ACTION: Final = "conversations.close"


def close(member: Member, conversation_id: UUID) -> None:
    """End the exchange; the customer's next message begins a new one. Closing twice is closing once."""
    check_may(member, ACTION)
    place = locked_conversation(member, conversation_id)
    if place.conversation.status not in OPEN_STATES:
        return
    Conversation.objects.filter(workspace_id=member.workspace_id, id=conversation_id).update(
        status="closed", closed_at=place.at, waiting_since=None, snoozed_until=None, updated_at=place.at
    )
    record_activity(member, place, "closed")
    announce(member.workspace_id, ConversationClosed(object_id=conversation_id, by=member.membership_id))


def reopen(member: Member, conversation_id: UUID) -> None:
    """Take the exchange up again. Raises `AnotherIsOpen` where a later one with the same contact is open."""
    check_may(member, ACTION)
    place = locked_conversation(member, conversation_id)
    conversation = place.conversation
    if conversation.status in OPEN_STATES:
        return
    _check_alone(member, conversation)
    try:
        with transaction.atomic():
            Conversation.objects.filter(workspace_id=member.workspace_id, id=conversation_id).update(
                status="open", closed_at=None, updated_at=place.at
            )
    except IntegrityError:
        # A message of the customer opened another one between the check and here.
        _check_alone(member, conversation)
        raise
    record_activity(member, place, "reopened")
    announce(member.workspace_id, ConversationReopened(object_id=conversation_id, by=member.membership_id))


def _check_alone(member: Member, conversation: Conversation) -> None:
    other = (
        Conversation.objects.filter(
            workspace_id=member.workspace_id,
            channel_id=conversation.channel_id,
            contact_id=conversation.contact_id,
            status__in=OPEN_STATES,
        )
        .values_list("id", flat=True)
        .first()
    )
    if other is not None:
        raise AnotherIsOpen(other, link=reverse("thread", args=[member.workspace_slug, other]))
