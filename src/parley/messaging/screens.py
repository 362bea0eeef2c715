"""What the inbox pages show, as plain values: queries build them, templates read them, no model in sight."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Tab = Literal["mine", "unassigned", "all", "closed"]
Sort = Literal["newest", "waiting", "window"]


@dataclass(frozen=True, slots=True)
class Counts:
    """Open conversations per tab; 1,000 stands for "more than 999"."""

    mine: int
    unassigned: int
    all: int
    unread: int


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """One line of the list. `window_expires_at` is None where the provider knows no window."""

    id: UUID
    contact_id: UUID
    name: str
    phone: str
    channel_name: str
    provider: str
    status: str
    unread_count: int
    preview: str
    preview_type: str
    preview_from_us: bool
    preview_status: str
    last_message_at: datetime | None
    window_expires_at: datetime | None
    waiting_since: datetime | None
    assignee_id: UUID | None
    assignee_name: str


@dataclass(frozen=True, slots=True)
class Page:
    """A keyset page of rows; `next_cursor` is empty on the last one."""

    rows: list[ConversationRow]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class Media:
    """`state` is pending, stored or failed; `url` is empty unless stored. Seconds and bytes."""

    id: UUID
    state: str
    url: str
    mime_type: str
    filename: str
    byte_size: int
    width: int | None
    height: int | None
    duration: float | None


@dataclass(frozen=True, slots=True)
class Quote:
    message_id: UUID | None
    author: str
    text: str
    type: str


@dataclass(frozen=True, slots=True)
class Reaction:
    emoji: str
    author: str
    from_us: bool


@dataclass(frozen=True, slots=True)
class Vote:
    """What a side chose in a poll. `options` is None where the vote could not be read."""

    from_us: bool
    options: list[str] | None


@dataclass(frozen=True, slots=True)
class Bubble:
    """One entry of a thread. `kind` message, note or activity; `direction` inbound or outbound.

    `starts_group` is true for the first of several in a row by the same side; `day` is set on the first of a
    day, `first_unread` on the first the reader has not seen. `at` is the time the thread is ordered by.
    `earlier_texts` are those before each edit, and before a deletion, oldest first; `is_recovered` marks what
    was read back after a gap.
    """

    id: UUID
    client_id: UUID | None
    kind: str
    direction: str
    type: str
    body: str
    status: str
    at: datetime
    author: str
    accepted_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    error_message: str
    media: Media | None
    quote: Quote | None
    reactions: list[Reaction] = field(default_factory=list)
    content: dict[str, Any] = field(default_factory=dict)
    edited_at: datetime | None = None
    revoked_at: datetime | None = None
    earlier_texts: list[str] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    is_recovered: bool = False
    starts_group: bool = True
    day: datetime | None = None
    first_unread: bool = False


@dataclass(frozen=True, slots=True)
class Lock:
    """Why the composer is closed: `reason` is window, channel, contact, role or closed; `text` the words."""

    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Thread:
    """`earlier_cursor` is empty when the first message is on the page; `abilities` are the number's."""

    row: ConversationRow
    channel_status: str
    bubbles: list[Bubble]
    earlier_cursor: str
    lock: Lock | None
    abilities: frozenset[str]
