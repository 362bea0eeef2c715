"""Conversations, what was said in them, what became of it, and every webhook exactly as it came."""

from parley.messaging.models.changes import MessageRevision, PollVote
from parley.messaging.models.conversation import (
    CLOSED_STATES,
    CONVERSATION_STATES,
    OPEN_STATES,
    PRIORITIES,
    Conversation,
)
from parley.messaging.models.groups import ChatGroup, GroupMessage
from parley.messaging.models.inbound import EarlyChange, InboundEvent
from parley.messaging.models.message import (
    KINDS,
    OUTCOMES,
    STATUSES,
    TYPES,
    MediaFile,
    Message,
    MessageStatusEvent,
    Reaction,
    SendAttempt,
)

__all__ = [
    "CLOSED_STATES",
    "CONVERSATION_STATES",
    "KINDS",
    "OPEN_STATES",
    "OUTCOMES",
    "PRIORITIES",
    "STATUSES",
    "TYPES",
    "ChatGroup",
    "Conversation",
    "EarlyChange",
    "GroupMessage",
    "InboundEvent",
    "MediaFile",
    "Message",
    "MessageRevision",
    "MessageStatusEvent",
    "PollVote",
    "Reaction",
    "SendAttempt",
]
