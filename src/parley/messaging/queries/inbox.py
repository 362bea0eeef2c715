"""The list of conversations: a page, its counts, one row."""

from datetime import UTC, datetime
from typing import Any, Final, get_args
from uuid import UUID

from parley.access.doors import Member
from parley.core import clock
from parley.core.errors import NotFound
from parley.core.rows import fetched
from parley.core.sql import statement
from parley.messaging.queries.cursors import Cursor, decode, encode
from parley.messaging.queries.people_search import Wanted, wanted_by
from parley.messaging.screens import ConversationRow, Counts, Page, Sort, Tab

TABS: Final[tuple[Tab, ...]] = get_args(Tab)
SORTS: Final[tuple[Sort, ...]] = get_args(Sort)
PAGE_SIZE: Final = 50
COUNT_CAP: Final = 1_000
EARLIER_SIZE: Final = 10
REACH: Final = 20_000
"""Closed conversations that a page of a search by name looks through: see `person` in inbox.sql."""

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
    """A page of open conversations, in one statement whatever the size. `Invalid` for a broken cursor.

    The tab `closed` has the closed ones instead, the last closed first. A search finds those too, in every
    tab, behind the open ones.
    """
    key, last_id = _START[sort]
    place = decode(cursor, order=sort) if cursor else Cursor(sort, 0, key, last_id, clock.now())
    wanted = wanted_by(q)
    found = fetched(
        _page_sql(tab, sort, with_closed=tab == "closed" or wanted != Wanted()),
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
            "reach": REACH,
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
    found = fetched(
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
    found = fetched(
        f"WITH page AS ({_sql('page_one')}) {_sql('rows')}",
        {"workspace_id": member.workspace_id, "id": conversation_id, "limit": 1},
    )
    if not found:
        raise NotFound
    return _row(found[0]), found[0]["channel_status"]


def earlier_conversations(
    member: Member, contact_id: UUID, *, besides: UUID | None = None
) -> list[ConversationRow]:
    """What was closed with this contact on any number, the last ten; without the one called `besides`."""
    found = fetched(
        f"WITH page AS ({_sql('page_earlier')}) {_sql('rows')}",
        {
            "workspace_id": member.workspace_id,
            "contact_id": contact_id,
            "besides": besides or UUID(int=0),
            "limit": EARLIER_SIZE,
        },
    )
    return [_row(values) for values in found]


def _page_sql(tab: Tab, sort: Sort, *, with_closed: bool) -> str:
    number, person = _sql("number"), _sql("person")
    last_closed = "ORDER BY closed_at DESC, id DESC LIMIT"
    pages = [] if tab == "closed" else [_sql(f"page_{sort}")]
    if with_closed:
        pages.append(f"{_sql('page_closed')} AND {person} {last_closed} %(limit)s")
    page = " UNION ALL ".join(f"({each})" for each in pages)
    return (
        f"WITH scope AS NOT MATERIALIZED ({_sql('scope')} AND {number} AND {person}),"
        f" closed AS NOT MATERIALIZED ({_sql('closed')} AND {number} {last_closed} %(reach)s),"
        f" page AS ({page}) {_sql('rows')}"
    )


def _sql(key: str) -> str:
    return statement(_PACKAGE, "inbox", key)


def _row(values: dict[str, Any]) -> ConversationRow:
    shown = {name: values[name] for name in ConversationRow.__dataclass_fields__}
    return ConversationRow(**shown)
