"""What the pages say about a state is what the gate of every send does in it."""

import pytest

from parley.access.tests.factories import Cast
from parley.channels.models import Channel
from parley.channels.services.state import UNREACHABLE
from parley.channels.words import words_for
from parley.messaging.tests.factories import make_channel, make_conversation


def test_a_number_that_does_not_work_refuses_new_messages() -> None:
    for has_sessions in (True, False):
        said = str(words_for(Channel(status="failed", metadata={}), has_sessions=has_sessions).meaning)
        assert "New messages are refused" in said
        assert "when it works again" in said


def test_one_that_cannot_be_reached_lets_them_wait_and_says_how_often_it_is_tried() -> None:
    away = Channel(status="working", metadata={UNREACHABLE: "2026-01-01T00:00:00+00:00"})
    session, number = (words_for(away, has_sessions=sessions) for sessions in (True, False))
    assert "Messages wait" in str(session.meaning)
    assert "every minute" in str(session.advice)
    assert "every hour" in str(number.advice)


@pytest.mark.parametrize(("status", "words"), [("failed", "New messages are refused"), ("starting", "wait")])
def test_the_thread_says_the_same(cast: Cast, status: str, words: str) -> None:
    talk = make_conversation(cast.alice, channel=make_channel(cast.alice, status=status))
    head = cast.bob.client.get(cast.bob.url(f"inbox/{talk.id}/")).text.partition("<header")[2]
    assert words in head.partition("</header>")[0]


def test_the_pages_promise_what_there_is(cast: Cast) -> None:
    ways = cast.alice.client.get(cast.alice.url("channels/new/")).text
    assert "you have to wait until they write again" in ways
    assert "only templates" not in ways
    session = cast.alice.client.get(cast.alice.url("channels/new/session/")).text
    assert "PARLEY_GATEWAY_NETWORKS" in session, "the same that a refusal names"
    assert "Find people by name or number" in session, "the palette"
