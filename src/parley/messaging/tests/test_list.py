"""The list: which conversations, in which order, page after page, and found by name or number."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.access.tests.factories import Cast, Person
from parley.core.clock import now
from parley.core.errors import Invalid
from parley.core.transactions import workspace_transaction
from parley.messaging import queries
from parley.messaging.models import Conversation
from parley.messaging.queries.cursors import Cursor, decode, encode
from parley.messaging.screens import Page
from parley.messaging.tests.conftest import HTMX
from parley.messaging.tests.factories import (
    as_member,
    make_channel,
    make_contact,
    make_conversation,
    make_message,
)


def page(person: Person, **choice: Any) -> Page:
    with workspace_transaction(person.workspace.id):
        return queries.inbox_page(as_member(person), **{"tab": "all", "sort": "newest", **choice})


def shown(person: Person, **choice: Any) -> list[UUID]:
    return [row.id for row in page(person, **choice).rows]


def every_page(person: Person, **choice: Any) -> list[UUID]:
    found, cursor = [], ""
    while True:
        part = page(person, cursor=cursor, **choice)
        found += [row.id for row in part.rows]
        cursor = part.next_cursor
        if not cursor:
            return found


def test_tabs_show_mine_nobodys_and_all(cast: Cast) -> None:
    channel = make_channel(cast.alice)
    mine = make_conversation(cast.alice, channel=channel, assignee_id=cast.bob.membership.id)
    nobodys = make_conversation(cast.alice, channel=channel, unread_count=2)
    alices = make_conversation(
        cast.alice, channel=channel, assignee_id=cast.alice.membership.id, unread_count=1
    )
    make_conversation(cast.alice, channel=channel, status="closed")
    make_conversation(cast.charlie)
    assert shown(cast.bob, tab="mine") == [mine.id]
    assert shown(cast.bob, tab="unassigned") == [nobodys.id]
    assert shown(cast.bob, tab="all") == [alices.id, nobodys.id, mine.id]
    with workspace_transaction(cast.bob.workspace.id):
        counts = queries.inbox_counts(as_member(cast.bob))
        assert queries.unread_count(as_member(cast.bob)) == 1
    assert (counts.mine, counts.unassigned, counts.all, counts.unread) == (1, 1, 3, 1)


def test_a_row_says_who_where_and_how_far(cast: Cast) -> None:
    contact = make_contact(cast.alice, phone="+5519998761234")
    talk = make_conversation(
        cast.alice, contact=contact, assignee_id=cast.bob.membership.id, last_message_from_us=True
    )
    message = make_message(talk, inbound=False, status="delivered")
    with workspace_transaction(cast.alice.workspace.id):
        Conversation.objects.filter(id=talk.id).update(last_message_ref=message.id, last_message="Oi!")
    [row] = page(cast.bob).rows
    assert (row.name, row.phone, row.channel_name, row.provider) == (
        "Marina Souza", "+5519998761234", "Shop", "waha",
    )  # fmt: skip
    assert (row.preview, row.preview_from_us, row.preview_status) == ("Oi!", True, "delivered")
    assert row.assignee_name == "Bob Ribeiro"


def test_sorting_by_who_waits_longest(cast: Cast) -> None:
    channel, at = make_channel(cast.alice), now()
    ages = {"short": 1, "long": 9, "middle": 5}
    waiting = {
        name: make_conversation(
            cast.alice, channel=channel, waiting_since=at - timedelta(hours=age), last_message_at=at
        ).id
        for name, age in ages.items()
    }
    answered = make_conversation(cast.alice, channel=channel, last_message_at=at - timedelta(days=1)).id
    recent = make_conversation(cast.alice, channel=channel, last_message_at=at).id
    wanted = [waiting["long"], waiting["middle"], waiting["short"], recent, answered]
    assert shown(cast.bob, sort="waiting") == wanted
    for size in (1, 2, 3, 4):
        assert every_page(cast.bob, sort="waiting", size=size) == wanted


def test_sorting_by_time_left_in_the_window(cast: Cast) -> None:
    at = now()
    channel = make_channel(cast.alice)

    def make(hours: int | None, age: int) -> UUID:
        return make_conversation(
            cast.alice,
            channel=channel,
            window_expires_at=None if hours is None else at + timedelta(hours=hours),
            last_message_at=at - timedelta(minutes=age),
        ).id

    late, soon, over, without = make(20, 1), make(1, 2), make(-1, 3), make(None, 4)
    wanted = [soon, late, over, without]
    assert shown(cast.bob, sort="window") == wanted
    for size in (1, 2, 3):
        assert every_page(cast.bob, sort="window", size=size) == wanted


def test_pages_lose_and_repeat_nothing_where_times_are_equal(cast: Cast) -> None:
    channel, at = make_channel(cast.alice), now()
    made = [make_conversation(cast.alice, channel=channel, last_message_at=at).id for _ in range(7)]
    found = every_page(cast.bob, size=2)
    assert found == sorted(made, reverse=True)


@pytest.mark.parametrize(
    "text", ["marina", "SOUZA", "na sou", "+55 19 99876-1234", "(19) 99876-1234", "019998761234", "1234",
             "551998761234", "00 55 19 99876 1234"],
)  # fmt: skip
def test_search_finds_names_and_numbers_in_any_format(cast: Cast, text: str) -> None:
    channel = make_channel(cast.alice)
    marina = make_contact(cast.alice, phone="+5519998761234")
    found = make_conversation(cast.alice, channel=channel, contact=marina)
    make_conversation(
        cast.alice, channel=channel, contact=make_contact(cast.alice, name="Rui", phone="+351919876543")
    )
    assert shown(cast.bob, q=text) == [found.id]
    assert shown(cast.charlie, q=text) == []


@pytest.mark.parametrize("text", ["%", "_", "\\", "100% d_scount", "'; --", "\0", "12"])
def test_search_takes_every_character_as_itself(cast: Cast, text: str) -> None:
    channel = make_channel(cast.alice)
    make_conversation(cast.alice, channel=channel)
    named = make_contact(cast.alice, name=f"Nome {text} raro".replace("\0", "x"), phone="+351900000000")
    wanted = make_conversation(cast.alice, channel=channel, contact=named)
    expected = [wanted.id]
    found = shown(cast.bob, q=text)
    assert found == expected if text not in {"\0", "12"} else wanted.id in found


def test_three_statements_whatever_the_size(cast: Cast, capture_queries: Any) -> None:
    channel = make_channel(cast.alice)
    cast.bob.client.get(cast.bob.url("inbox/"))  # the first visit of a workspace is remembered
    counted = []
    for more in (1, 60):
        for _ in range(more):
            make_conversation(cast.alice, channel=channel)
        with capture_queries() as queries_made:
            answer = cast.bob.client.get(cast.bob.url("inbox/"), {"tab": "all"}, headers=HTMX)
        assert answer.status_code == 200
        about_lists = [query for query in queries_made if "FROM conversation" in query]
        counted.append((len(about_lists), len(queries_made)))
    assert counted[0] == counted[1]
    assert counted[0][0] == 2


def test_the_page_the_list_and_further_rows(cast: Cast) -> None:
    channel = make_channel(cast.alice)
    for _ in range(52):
        make_conversation(cast.alice, channel=channel)
    whole = cast.bob.client.get(cast.bob.url("inbox/"))
    assert whole.status_code == 200
    assert "<html" in whole.text
    part = cast.bob.client.get(cast.bob.url("inbox/"), {"tab": "all"}, headers=HTMX)
    assert "<html" not in part.text
    assert part.text.count('id="conversation-') == 50
    cursor = page(cast.bob).next_cursor
    rest = cast.bob.client.get(cast.bob.url("inbox/"), {"tab": "all", "cursor": cursor}, headers=HTMX)
    assert rest.text.count('id="conversation-') == 2
    more = cast.bob.client.get(cast.bob.url("inbox/"), {"tab": "all", "count": "51"}, headers=HTMX)
    assert more.text.count('id="conversation-') == 51


@pytest.mark.parametrize("query", [{"cursor": "nonsense"}, {"count": "x"}, {"cursor": "é"}])
def test_a_broken_address_is_said_so(cast: Cast, query: dict[str, str]) -> None:
    assert cast.bob.client.get(cast.bob.url("inbox/"), query, headers=HTMX).status_code == 422


def test_an_unknown_tab_and_order_are_as_good_as_none(cast: Cast) -> None:
    talk = make_conversation(cast.alice, assignee_id=cast.bob.membership.id)
    shown = cast.bob.client.get(cast.bob.url("inbox/"), {"tab": "foo", "sort": "bar"})
    assert shown.status_code == 200
    assert f'id="conversation-{talk.id}"' in shown.text


def test_strangers_find_no_inbox(cast: Cast) -> None:
    assert cast.charlie.client.get(cast.bob.url("inbox/")).status_code == 404


moments = st.integers(-(10**15), 10**15).map(
    lambda ticks: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks)
)


@given(at=moments, as_of=moments, phase=st.sampled_from([0, 1]), order=st.sampled_from(["newest", "thread"]))
def test_a_cursor_comes_back_as_it_went(at: datetime, as_of: datetime, phase: int, order: str) -> None:
    cursor = Cursor(order, phase, at, uuid4(), as_of)
    assert decode(encode(cursor), order=order) == cursor


@given(st.text())
def test_whatever_else_is_no_cursor(word: str) -> None:
    with pytest.raises(Invalid):
        decode(word, order="newest")


def test_a_cursor_of_another_order_is_refused() -> None:
    word = encode(Cursor("newest", 1, now(), uuid4(), now()))
    with pytest.raises(Invalid):
        decode(word, order="waiting")
