"""What messaging announces: ids, states and times, never what was written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from parley.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class ConversationFact(DomainEvent):
    """Base of a fact about one conversation, which is its object."""

    object_type: ClassVar[str] = "conversation"

    def topics(self) -> Sequence[str]:
        return ("inbox", f"conversation:{self.object_id}")


@dataclass(frozen=True, slots=True)
class MessageFact(DomainEvent):
    """Base of a fact about one message, which is its object."""

    object_type: ClassVar[str] = "message"

    conversation_id: UUID

    def topics(self) -> Sequence[str]:
        return ("inbox", f"conversation:{self.conversation_id}")


@dataclass(frozen=True, slots=True)
class MessageQueued(MessageFact):
    """A person's message passed the gate and waits for the sender."""

    type: ClassVar[str] = "message.queued"

    channel_id: UUID
    message_type: str
    author_id: UUID


@dataclass(frozen=True, slots=True)
class MessageNoted(MessageFact):
    """A colleague wrote a private note."""

    type: ClassVar[str] = "message.noted"

    author_id: UUID


@dataclass(frozen=True, slots=True)
class MessageResent(MessageFact):
    """A person had a failed or uncertain message sent again; the object is the new message."""

    type: ClassVar[str] = "message.resent"

    original_id: UUID
    original_status: str
    author_id: UUID


@dataclass(frozen=True, slots=True)
class ReactionChanged(MessageFact):
    """A reaction was set or taken back; the object is the message that carries it."""

    type: ClassVar[str] = "reaction.changed"

    from_us: bool


@dataclass(frozen=True, slots=True)
class MessageEdited(MessageFact):
    """A message has other words than before. `by` is None where it was edited on the phone."""

    type: ClassVar[str] = "message.edited"

    by: UUID | None = None


@dataclass(frozen=True, slots=True)
class MessageRevoked(MessageFact):
    """A message was deleted for everyone. `by` as in `MessageEdited`."""

    type: ClassVar[str] = "message.revoked"

    by: UUID | None = None


@dataclass(frozen=True, slots=True)
class MediaSettled(MessageFact):
    """The bytes of a received file are stored, or given up on; the object is the message."""

    type: ClassVar[str] = "media.settled"

    media_id: UUID
    state: str


@dataclass(frozen=True, slots=True)
class ConversationOpened(ConversationFact):
    """A conversation began from our side."""

    type: ClassVar[str] = "conversation.opened"

    contact_id: UUID
    channel_id: UUID


@dataclass(frozen=True, slots=True)
class ConversationAssigned(ConversationFact):
    """Somebody else, or nobody, is responsible now."""

    type: ClassVar[str] = "conversation.assigned"

    before: UUID | None
    after: UUID | None
    by: UUID


@dataclass(frozen=True, slots=True)
class ConversationClosed(ConversationFact):
    """The exchange ended."""

    type: ClassVar[str] = "conversation.closed"

    by: UUID


@dataclass(frozen=True, slots=True)
class ConversationReopened(ConversationFact):
    """A closed conversation goes on."""

    type: ClassVar[str] = "conversation.reopened"

    by: UUID


@dataclass(frozen=True, slots=True)
class ConversationRead(ConversationFact):
    """Somebody of ours has seen everything in it."""

    type: ClassVar[str] = "conversation.read"

    by: UUID


@dataclass(frozen=True, slots=True)
class PersonJoined(DomainEvent):
    """Two contacts were one person: `joined` is gone, and what was said is with `kept`, which is the object.

    `conversations` are pairs of where messages were and where they are.
    """

    type: ClassVar[str] = "person.joined"
    object_type: ClassVar[str] = "contact"

    kept: UUID
    joined: UUID
    conversations: list[list[str]]

    def topics(self) -> Sequence[str]:
        talks = dict.fromkeys(f"conversation:{one}" for pair in self.conversations for one in pair)
        return ("inbox", f"contact:{self.kept}", f"contact:{self.joined}", *talks)
