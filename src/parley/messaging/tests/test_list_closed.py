"""Closed conversations: a list of their own, found by a search, and beside the contact's present one."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from parley.access.tests.factories import Cast
from parley.core.clock import now
from parley.core.ids import new_id
from parley.core.transactions import workspace_transaction
from parley.messaging.models import Conversation
from parley.messaging.tests.conftest import HTMX
from parley.messaging.tests.factories import make_channel, make_contact, make_conversation
from parley.messaging.tests.test_list import every_page, shown


def make_closed(cast: Cast, *, hours_ago: int = 1, **facts: Any) -> Conversation:
    facts = {"closed_at": now() - timedelta(hours=hours_ago), "status": "closed", **facts}
    return make_conversation(cast.alice, **facts)


def test_the_last_closed_comes_first_page_after_page(cast: Cast) -> None:
    channel = make_channel(cast.alice)
    make_conversation(cast.alice, channel=channel)
    wanted = [make_closed(cast, hours_ago=hours, channel=channel).id for hours in (1, 2, 3)]
    wanted.append(make_closed(cast, hours_ago=9, channel=channel, status="expired").id)
    for size in (1, 2, 3, 50):
        for sort in ("newest", "waiting", "window"):
            assert every_page(cast.bob, tab="closed", sort=sort, size=size) == wanted
    assert shown(cast.charlie, tab="closed") == []


@pytest.mark.parametrize("sort", ["newest", "waiting", "window"])
@pytest.mark.parametrize("text", ["marina", "+55 19 99876-1234", "99876"])
def test_a_search_finds_closed_ones_behind_the_open_ones(cast: Cast, sort: str, text: str) -> None:
    channel, elsewhere = make_channel(cast.alice), make_channel(cast.alice)
    marina = make_contact(cast.alice, phone="+5519998761234")
    closed = [make_closed(cast, hours_ago=age, channel=channel, contact=marina).id for age in (2, 5)]
    open_ones = [
        make_conversation(cast.alice, channel=number, contact=marina, waiting_since=since).id
        for number, since in ((channel, None), (elsewhere, now()))
    ]
    make_closed(cast, channel=channel, contact=make_contact(cast.alice, name="Rui", phone="+351919876543"))
    for size in (1, 3, 50):
        found = every_page(cast.bob, sort=sort, q=text, size=size)
        assert (set(found[:2]), found[2:]) == (set(open_ones), closed)
    assert shown(cast.bob, tab="closed", q=text) == closed
    assert shown(cast.bob, tab="mine", q=text) == []
    assert set(shown(cast.bob, q="")) == set(open_ones)


def test_the_page_says_what_it_shows(cast: Cast) -> None:
    talk = make_closed(cast, contact=make_contact(cast.alice, name="Marina Souza"))
    page = cast.bob.client.get(cast.bob.url("inbox/"), {"tab": "closed"}, headers=HTMX)
    assert page.status_code == 200
    assert f'id="conversation-{talk.id}"' in page.text
    assert '<span class="chip">Closed</span>' in page.text
    assert 'data-tab="closed"' in page.text
    assert 'aria-current="page"' not in page.text, "none of the three tabs"
    thread = cast.bob.client.get(cast.bob.url(f"inbox/{talk.id}/"))
    assert "Reopen the conversation" in thread.text


def test_two_statements_about_the_list_whatever_the_size(cast: Cast, capture_queries: Any) -> None:
    channel = make_channel(cast.alice)
    cast.bob.client.get(cast.bob.url("inbox/"))
    counted = []
    for more in (1, 55):
        for _ in range(more):
            make_closed(cast, channel=channel)
        with capture_queries() as queries:
            answer = cast.bob.client.get(cast.bob.url("inbox/"), {"tab": "closed"}, headers=HTMX)
        assert answer.status_code == 200
        counted.append((sum("FROM conversation" in query for query in queries), len(queries)))
    assert counted[0] == counted[1]
    assert counted[0][0] == 2


def test_the_panel_lists_what_was_closed_with_the_contact(cast: Cast, capture_queries: Any) -> None:
    marina = make_contact(cast.alice)
    first, second = make_channel(cast.alice), make_channel(cast.alice)
    here = make_conversation(cast.alice, channel=first, contact=marina)
    old = [
        make_closed(cast, hours_ago=age, channel=channel, contact=marina, last_message=f"Talk {age}")
        for age, channel in ((1, first), (2, second))
    ]
    make_closed(cast)
    address = cast.bob.url(f"contacts/{marina.id}/earlier/")
    cast.bob.client.get(cast.bob.url("inbox/"))
    with capture_queries() as queries:
        page = cast.bob.client.get(address, {"besides": str(here.id)}, headers=HTMX)
    assert len(queries) == 5, "session, user, membership, contact, conversations"
    assert page.text.index(str(old[0].id)) < page.text.index(str(old[1].id))
    assert "Talk 2" in page.text
    assert page.text.count('class="slip"') == 2
    without = cast.bob.client.get(address, {"besides": str(old[0].id)}, headers=HTMX)
    assert str(old[0].id) not in without.text
    thread = cast.bob.client.get(cast.bob.url(f"inbox/{here.id}/"), headers=HTMX)
    assert f'hx-get="{address}?besides={here.id}"' in thread.text


def test_no_more_than_ten_and_nothing_for_strangers(cast: Cast) -> None:
    marina, channel = make_contact(cast.alice), make_channel(cast.alice)
    for age in range(12):
        make_closed(cast, hours_ago=age, channel=channel, contact=marina)
    address = f"contacts/{marina.id}/earlier/"
    assert cast.bob.client.get(cast.bob.url(address)).text.count('class="slip"') == 10
    assert cast.charlie.client.get(cast.charlie.url(address)).status_code == 404
    assert cast.bob.client.get(cast.bob.url(address), {"besides": "x"}).status_code == 422
    nobody = make_contact(cast.alice)
    assert cast.bob.client.get(cast.bob.url(f"contacts/{nobody.id}/earlier/")).text.strip() == ""
    assert cast.bob.client.get(cast.bob.url(f"contacts/{new_id()}/earlier/")).status_code == 404


def test_the_index_carries_the_list(cast: Cast) -> None:
    with workspace_transaction(cast.alice.workspace.id), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM conversation WHERE workspace_id = %s"
            " AND status IN ('closed', 'expired') ORDER BY closed_at DESC, id DESC LIMIT 10",
            [cast.alice.workspace.id],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "conversation_closed_recent" in plan
    assert "Sort" not in plan
