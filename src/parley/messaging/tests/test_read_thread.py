"""The thread: its newest page, earlier ones, refreshes, and how entries stand together."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.access.tests.factories import Cast, Person
from parley.core.clock import now
from parley.core.errors import NotFound
from parley.core.ids import new_id
from parley.core.transactions import workspace_transaction
from parley.messaging import queries
from parley.messaging.models import Conversation, Reaction
from parley.messaging.queries.grouping import GROUP_PAUSE, arranged
from parley.messaging.screens import Bubble, Thread
from parley.messaging.tests.conftest import HTMX
from parley.messaging.tests.factories import (
    as_member,
    make_channel,
    make_conversation,
    make_media,
    make_message,
    make_thread,
)


def read(person: Person, talk: Conversation, **place: Any) -> Thread:
    with workspace_transaction(person.workspace.id):
        return queries.thread_of(as_member(person), talk.id, **place)


def updates(person: Person, talk: Conversation, **place: str) -> Any:
    return person.client.get(person.url(f"inbox/{talk.id}/updates/"), place, headers=HTMX)


def test_the_newest_fifty_then_the_rest(cast: Cast, talk: Conversation) -> None:
    made = make_thread(talk, length=105)
    newest = read(cast.bob, talk)
    middle = read(cast.bob, talk, before=newest.earlier_cursor)
    first = read(cast.bob, talk, before=middle.earlier_cursor)
    assert [len(part.bubbles) for part in (newest, middle, first)] == [50, 50, 5]
    assert first.earlier_cursor == ""
    found = [bubble.id for part in (first, middle, newest) for bubble in part.bubbles]
    assert found == [message.id for message in made]


def test_a_page_continues_the_one_above_it(cast: Cast, talk: Conversation) -> None:
    make_thread(talk, length=51, start=datetime(2026, 3, 4, 15, tzinfo=UTC))
    newest = read(cast.bob, talk)
    assert newest.bubbles[0].day is None
    assert read(cast.bob, talk, before=newest.earlier_cursor).bubbles[0].day is not None


def test_bubbles_carry_quote_file_reactions_and_author(cast: Cast, talk: Conversation) -> None:
    asked = make_message(talk, body="Quanto custa?")
    media = make_media(cast.alice)
    answer = make_message(
        talk,
        inbound=False,
        type="image",
        media_id=media.id,
        reply_to=asked.id,
        author_id=cast.bob.membership.id,
    )
    make_message(
        talk, inbound=False, type="reaction", body="👍", content={"emoji": "👍", "target": str(asked.id)}
    )
    make_message(talk, reply_to_provider_id="from-before")
    with workspace_transaction(cast.alice.workspace.id):
        Reaction.objects.create(
            id=new_id(),
            workspace_id=talk.workspace_id,
            message_id=answer.id,
            from_us=False,
            emoji="❤️",
            at=now(),
        )
    first, second, third = read(cast.bob, talk).bubbles
    assert (first.author, second.author) == ("Marina Souza", "Bob Ribeiro")
    assert second.quote is not None
    assert (second.quote.message_id, second.quote.text, second.quote.author) == (
        asked.id, "Quanto custa?", "Marina Souza",
    )  # fmt: skip
    assert second.media is not None
    assert second.media.url == cast.bob.url(f"media/{media.id}/")
    assert [(r.emoji, r.author, r.from_us) for r in second.reactions] == [("❤️", "Marina Souza", False)]
    assert third.quote is not None
    assert third.quote.message_id is None


def test_the_first_unread_is_marked(cast: Cast) -> None:
    talk = make_conversation(cast.alice, unread_count=2)
    bodies = [(True, "a"), (True, "b"), (False, "c"), (True, "d")]
    start = now() - timedelta(minutes=10)
    for number, (inbound, body) in enumerate(bodies):
        make_message(talk, inbound=inbound, body=body, at=start + timedelta(minutes=number))
    assert [bubble.body for bubble in read(cast.bob, talk).bubbles if bubble.first_unread] == ["b"]


def test_a_refresh_draws_what_is_on_the_screen(cast: Cast, talk: Conversation) -> None:
    made = make_thread(talk, length=60)
    oldest = read(cast.bob, talk).bubbles[0]
    new = make_message(talk, body="mais uma")
    with workspace_transaction(cast.bob.workspace.id):
        thread = queries.thread_since(as_member(cast.bob), talk.id, since=oldest.id)
    assert [bubble.id for bubble in thread.bubbles] == [*[message.id for message in made[10:]], new.id]
    assert thread.bubbles[0].day == oldest.day
    assert updates(cast.bob, talk, since=str(oldest.id)).text.count('data-message="') == 51
    assert updates(cast.bob, talk, since=str(uuid4())).text.count('data-message="') == 50
    assert updates(cast.bob, talk, since="x").status_code == 422


def test_one_bubble_stands_as_in_its_thread(cast: Cast, talk: Conversation) -> None:
    make_message(talk, inbound=False, at=now() - timedelta(minutes=1))
    second = make_message(talk, inbound=False)
    with workspace_transaction(cast.bob.workspace.id):
        assert not queries.bubble_of(as_member(cast.bob), second.id).starts_group
        with pytest.raises(NotFound):
            queries.bubble_of(as_member(cast.bob), uuid4())


def test_the_lock_says_why(cast: Cast, auditor: Person, talk: Conversation) -> None:
    def reason(person: Person, where: Conversation) -> str | None:
        lock = read(person, where).lock
        return lock.reason if lock is not None else None

    business = make_channel(cast.alice, has_window=True)
    assert reason(cast.bob, talk) is None
    assert reason(auditor, talk) == "role"
    assert reason(cast.bob, make_conversation(cast.alice, channel=business, window_open=False)) == "window"
    off = make_channel(cast.alice, status="stopped")
    assert reason(cast.bob, make_conversation(cast.alice, channel=off)) == "channel"
    assert reason(cast.bob, make_conversation(cast.alice, status="closed")) == "closed"


def test_four_statements_whatever_the_size(cast: Cast, talk: Conversation, capture_queries: Any) -> None:
    for length in (3, 80):
        make_thread(talk, length=length)
        with capture_queries() as made, workspace_transaction(cast.bob.workspace.id):
            queries.thread_of(as_member(cast.bob), talk.id)
        assert len(made) == 4


def test_the_page_the_pane_and_earlier_ones(cast: Cast, talk: Conversation) -> None:
    make_thread(talk, length=60)
    address = cast.bob.url(f"inbox/{talk.id}/")
    whole = cast.bob.client.get(address)
    assert "<html" in whole.text
    assert f'id="conversation-{talk.id}"' in whole.text
    pane = cast.bob.client.get(address, headers=HTMX)
    assert "<html" not in pane.text
    assert pane.text.count('data-message="') == 50
    earlier = cast.bob.client.get(address, {"before": read(cast.bob, talk).earlier_cursor}, headers=HTMX)
    assert earlier.text.count('data-message="') == 10
    assert cast.bob.client.get(address, {"before": "nonsense"}, headers=HTMX).status_code == 422


def test_markup_in_a_message_is_text(cast: Cast, talk: Conversation) -> None:
    make_message(talk, body="<script>alert(1)</script>")
    assert "<script>alert" not in cast.bob.client.get(cast.bob.url(f"inbox/{talk.id}/")).text


SAO_PAULO = ZoneInfo("America/Sao_Paulo")
START = datetime(2026, 3, 4, 12, tzinfo=UTC)


def bubble(*, minutes: int, inbound: bool, kind: str = "message") -> Bubble:
    return Bubble(
        id=new_id(),
        client_id=None,
        kind=kind,
        direction="inbound" if inbound else "outbound",
        type="text",
        body="",
        status="sent",
        at=START + timedelta(minutes=minutes),
        author="",
        accepted_at=None,
        sent_at=None,
        delivered_at=None,
        read_at=None,
        error_message="",
        media=None,
        quote=None,
    )


talks = st.lists(st.tuples(st.integers(0, 2_000), st.booleans()), max_size=30)


@given(steps=talks, cut=st.integers(0, 30), unread=st.integers(0, 10))
def test_pages_are_marked_as_the_whole_is(steps: list[tuple[int, bool]], cut: int, unread: int) -> None:
    minutes, whole = 0, []
    for step, inbound in steps:
        minutes += step
        whole.append(bubble(minutes=minutes, inbound=inbound))
    together = arranged(whole, zone=SAO_PAULO, before=None, unread=0)
    cut = min(cut, len(whole))
    above = arranged(whole[:cut], zone=SAO_PAULO, before=None, unread=0)
    below = arranged(whole[cut:], zone=SAO_PAULO, before=whole[cut - 1] if cut else None, unread=0)
    assert above + below == together
    marked = [one for one in arranged(whole, zone=SAO_PAULO, before=None, unread=unread) if one.first_unread]
    inbound_count = sum(inbound for _, inbound in steps)
    assert len(marked) == (1 if 0 < unread <= inbound_count else 0)


@given(steps=talks)
def test_days_and_groups_begin_where_they_should(steps: list[tuple[int, bool]]) -> None:
    minutes, whole = 0, []
    for step, inbound in steps:
        minutes += step
        whole.append(bubble(minutes=minutes, inbound=inbound))
    result = arranged(whole, zone=SAO_PAULO, before=None, unread=0)
    days = [one.at.astimezone(SAO_PAULO).date() for one in result if one.day]
    assert days == sorted(set(days))
    assert len(days) == len({one.at.astimezone(SAO_PAULO).date() for one in whole})
    for earlier, later in pairwise(result):
        if not later.starts_group:
            assert earlier.direction == later.direction
            assert later.at - earlier.at <= GROUP_PAUSE
            assert later.day is None
