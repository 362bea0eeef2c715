"""The one way to a conversation, a message or a file of the member's workspace.

A stranger's id, a made-up one and one of another workspace end in the same `NotFound`.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Now

from parley.access.doors import Member
from parley.core.errors import NotFound
from parley.messaging.models import OPEN_STATES, Conversation, MediaFile, Message


@dataclass(frozen=True, slots=True)
class Locked:
    """A conversation that nobody else changes until the transaction ends, and the database's time of that."""

    conversation: Conversation
    at: datetime


def conversation_for(member: Member, conversation_id: UUID) -> Conversation:
    """The conversation with its channel and contact."""
    rows = Conversation.objects.select_related("channel", "contact")
    found = rows.filter(workspace_id=member.workspace_id, id=conversation_id).first()
    if found is None:
        raise NotFound
    return found


def latest_conversation(member: Member, contact_id: UUID) -> UUID:
    """The contact's conversation that is open, else the last one. Raises `NotFound` where there is none."""
    rows = Conversation.objects.filter(workspace_id=member.workspace_id, contact_id=contact_id)
    newest = rows.order_by(F("last_message_at").desc(nulls_last=True), "-id")
    found = newest.filter(status__in=OPEN_STATES).first() or newest.first()
    if found is None:
        raise NotFound
    return found.id


def locked_conversation(member: Member, conversation_id: UUID) -> Locked:
    """The same, locked. What is written to one conversation is written one after the other."""
    rows = Conversation.objects.select_related("channel", "contact").annotate(read_at=Now())
    # No key is going to change, so that messages of the customer may be added meanwhile.
    locked = rows.select_for_update(of=("self",), no_key=True)
    found = locked.filter(workspace_id=member.workspace_id, id=conversation_id).first()
    if found is None:
        raise NotFound
    return Locked(conversation=found, at=found.read_at)


def message_for(member: Member, message_id: UUID) -> Message:
    """One message, of whatever kind."""
    found = Message.objects.filter(workspace_id=member.workspace_id, id=message_id).first()
    if found is None:
        raise NotFound
    return found


def message_in(conversation: Conversation, message_id: UUID) -> Message:
    """One message of this conversation."""
    found = Message.objects.filter(
        workspace_id=conversation.workspace_id, conversation_id=conversation.id, id=message_id
    ).first()
    if found is None:
        raise NotFound
    return found


def message_with(member: Member, media_id: UUID) -> Message:
    """The message that a file belongs to; where it was sent again, the first one."""
    rows = Message.objects.filter(workspace_id=member.workspace_id, media_id=media_id).order_by("id")
    found = rows.first()
    if found is None:
        raise NotFound
    return found


def media_for(member: Member, media_id: UUID) -> MediaFile:
    """One file of a message."""
    found = MediaFile.objects.filter(workspace_id=member.workspace_id, id=media_id).first()
    if found is None:
        raise NotFound
    return found
