"""Groups that our numbers are in: context, read and never written to."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from parley.access.doors import Member
from parley.contacts.queries import contact_of
from parley.core.errors import NotFound
from parley.core.rows import fetched
from parley.core.sql import statement
from parley.messaging.queries.cursors import Cursor, decode, encode

PAGE_SIZE: Final = 50
_ORDER: Final = "group"
_END: Final = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group in which a contact wrote, and their last words there."""

    id: UUID
    name: str
    at: datetime
    body: str
    type: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message of a group. `author_address` is what is known of a writer who is no contact of ours."""

    id: UUID
    from_us: bool
    type: str
    body: str
    at: datetime
    edited_at: datetime | None
    revoked_at: datetime | None
    contact_id: UUID | None
    author: str
    author_address: str


@dataclass(frozen=True, slots=True)
class GroupPage:
    """A group with a page of what was said, oldest first; `earlier_cursor` is empty on the first page."""

    id: UUID
    name: str
    description: str
    participant_count: int | None
    is_member: bool
    channel_name: str
    messages: list[Spoken]
    earlier_cursor: str


def groups_of_contact(member: Member, contact_id: UUID) -> list[GroupLine]:
    """Up to five groups in which the contact wrote lately. Raises `NotFound`."""
    contact_of(member.workspace_id, contact_id)
    rows = _fetch("of_contact", {"workspace_id": member.workspace_id, "contact_id": contact_id})
    return sorted((GroupLine(**row) for row in rows), key=lambda line: line.at, reverse=True)


def group_page(member: Member, group_id: UUID, *, before: str = "") -> GroupPage:
    """The newest 50 of a group, or those before a page. Raises `NotFound`, and `Invalid` for the cursor."""
    values = {"workspace_id": member.workspace_id, "group_id": group_id}
    found = _fetch("group", values)
    if not found:
        raise NotFound
    place = decode(before, order=_ORDER) if before else None
    at, after = (place.key, place.id) if place else (_END, UUID(int=0))
    rows = _fetch("messages", {**values, "at": at, "id": after, "limit": PAGE_SIZE + 1})
    shown = [Spoken(**row) for row in rows[:PAGE_SIZE]]
    last = shown[-1] if len(rows) > PAGE_SIZE else None
    group = {name: value for name, value in found[0].items() if name != "channel_id"}
    return GroupPage(
        **group,
        messages=sorted(shown, key=lambda one: (one.at, one.id)),
        earlier_cursor=encode(Cursor(_ORDER, 0, last.at, last.id, last.at)) if last else "",
    )


def _fetch(name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    return fetched(statement("parley.messaging", "groups", name), values)
