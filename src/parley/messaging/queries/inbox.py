"""The list of conversations: a page, its counts, one row."""

from datetime import UTC, datetime
from typing import Any, Final, get_args
from uuid import UUID

from django.db import connection

from parley.access.doors import Member
from parley.core import clock
from parley.core.errors import NotFound
from parley.core.sql import statement
from parley.messaging.queries.cursors import Cursor, decode, encode
from parley.messaging.queries.people_search import wanted_by
from parley.messaging.screens import ConversationRow, Counts, Page, Sort, Tab

TABS: Final[tuple[Tab, ...]] = get_args(Tab)
SORTS: Final[tuple[Sort, ...]] = get_args(Sort)
PAGE_SIZE: Final = 50
COUNT_CAP: Final = 1_000

_PACKAGE: Final = "parley.messaging"
_START: Final = {
    # The first place of each order; the newest runs backwards. Finite, because a cursor is.
    "newest": (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1)),
    "waiting": (datetime(1, 1, 2, tzinfo=UTC), UUID(int=0)),
    "window": (datetime(1, 1, 2, tzinfo=UTC), UUID(int=0)),
}


def inbox_page(
    member: Member, *, tab: Tab, sort: Sort, q: str = "", cursor: str = "", size: int = PAGE_SIZE
) -> Page:
    """A page of open conversations, in one statement whatever the size. `Invalid` for a broken cursor."""
    key, last_id = _START[sort]
    place = decode(cursor, order=sort) if cursor else Cursor(sort, 0, key, last_id, clock.now())
    wanted = wanted_by(q)
    found = _rows(
        f"WITH scope AS NOT MATERIALIZED ({_sql('scope')}), page AS ({_sql(f'page_{sort}')}) {_sql('rows')}",
        {
            "workspace_id": member.workspace_id,
            "membership_id": member.membership_id,
            "tab": tab,
            "name": wanted.name,
            "parts": wanted.parts,
            "whole": wanted.whole,
            "phase": place.phase,
            "key": place.key,
            "id": place.id,
            "as_of": place.as_of,
            "limit": size + 1,
        },
    )
    more = len(found) > size
    found = found[:size]
    next_cursor = ""
    if more:
        last = found[-1]
        next_cursor = encode(Cursor(sort, last["phase"], last["key"], last["id"], place.as_of))
    return Page(rows=[_row(values) for values in found], next_cursor=next_cursor)


def inbox_counts(member: Member) -> Counts:
    """Open conversations per tab, and unread ones among the newest mine and unassigned; up to 1,000."""
    found = _rows(
        _sql("counts"),
        {"workspace_id": member.workspace_id, "membership_id": member.membership_id, "cap": COUNT_CAP},
    )[0]
    return Counts(
        mine=found["mine"], unassigned=found["unassigned"], all=found["every"], unread=found["unread"]
    )


def unread_count(member: Member) -> int:
    """The number on the rail: conversations with something unread that are mine or nobody's."""
    return inbox_counts(member).unread


def inbox_row(member: Member, conversation_id: UUID) -> tuple[ConversationRow, str]:
    """One conversation's row, whatever its state, and its channel's status. Raises `NotFound`."""
    found = _rows(
        f"WITH page AS ({_sql('page_one')}) {_sql('rows')}",
        {"workspace_id": member.workspace_id, "id": conversation_id, "limit": 1},
    )
    if not found:
        raise NotFound
    return _row(found[0]), found[0]["channel_status"]


def _sql(key: str) -> str:
    return statement(_PACKAGE, "inbox", key)


def _rows(sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _row(values: dict[str, Any]) -> ConversationRow:
    shown = {name: values[name] for name in ConversationRow.__dataclass_fields__}
    return ConversationRow(**shown)
