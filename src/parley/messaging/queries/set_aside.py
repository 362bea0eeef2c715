"""Webhooks' events that were set aside: what they are, and why."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from parley.access.doors import Member
from parley.channels.queries import channel_of
from parley.core.rows import fetched
from parley.core.sql import statement
from parley.messaging.queries.cursors import Cursor, decode, encode

PAGE_SIZE: Final = 25
_LONGEST_PAYLOAD: Final = 20_000
_ORDER: Final = "aside"
_START: Final = Cursor(
    _ORDER, 0, datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1), datetime(9999, 1, 1, tzinfo=UTC)
)


@dataclass(frozen=True, slots=True)
class SetAside:
    """One event. `payload` is JSON as it came, shortened; not `is_readable` where only bytes are left."""

    id: UUID
    received_at: datetime
    attempts: int
    reason: str
    tried_with: str
    payload: str
    is_readable: bool


@dataclass(frozen=True, slots=True)
class SetAsidePage:
    """`count` stops at 1,000; `next_cursor` is empty on the last page."""

    events: list[SetAside]
    count: int
    next_cursor: str


def set_aside_events(member: Member, channel_id: UUID, *, cursor: str = "") -> SetAsidePage:
    """The newest 25 of a channel, or those after a page. Raises `NotFound`, and `Invalid` for the cursor."""
    channel_of(member.workspace_id, channel_id)
    place = decode(cursor, order=_ORDER) if cursor else _START
    values = {"workspace_id": member.workspace_id, "channel_id": channel_id}
    rows = _fetch("newest", {**values, "at": place.key, "id": place.id, "limit": PAGE_SIZE + 1})
    shown = rows[:PAGE_SIZE]
    last = shown[-1] if len(rows) > PAGE_SIZE else None
    return SetAsidePage(
        events=[_event(row) for row in shown],
        count=_fetch("counted", values)[0]["count"],
        next_cursor=encode(Cursor(_ORDER, 0, last["received_at"], last["id"], last["received_at"]))
        if last
        else "",
    )


def _event(row: dict[str, Any]) -> SetAside:
    return SetAside(
        id=row["id"],
        received_at=row["received_at"],
        attempts=row["attempts"],
        reason=row["error"],
        tried_with=row["tried_with"],
        payload=row["payload"][:_LONGEST_PAYLOAD],
        is_readable=not row["has_bytes"] or row["payload"] != "{\n}",
    )


def _fetch(name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    return fetched(statement("parley.messaging", "set_aside", name), values)
