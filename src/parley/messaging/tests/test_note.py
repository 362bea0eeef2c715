"""Private notes."""

from uuid import uuid4

import pytest

from parley.access.tests.factories import Cast, Person
from parley.messaging.models import Conversation
from parley.messaging.services.notes import NOTE_LIMIT
from parley.messaging.tests.conftest import HTMX
from parley.messaging.tests.factories import announced, make_conversation, messages_in, reread


def note(person: Person, talk: Conversation, body: str, **facts: str) -> int:
    address = person.url(f"conversations/{talk.id}/notes/")
    return person.client.post(address, {"body": body, **facts}, headers=HTMX).status_code


def test_a_note_stays_inside(cast: Cast, talk: Conversation) -> None:
    before = reread(talk)
    assert note(cast.bob, talk, "Pediu desconto.") == 200
    [message] = messages_in(talk)
    assert (message.kind, message.body, message.author_id) == (
        "note",
        "Pediu desconto.",
        cast.bob.membership.id,
    )
    assert message.status != "queued"
    assert announced(cast.bob, message.id) == ["message.noted"]
    after = reread(talk)
    assert (after.last_message, after.last_message_at) == (before.last_message, before.last_message_at)


def test_twice_is_once(cast: Cast, talk: Conversation) -> None:
    client_id = str(uuid4())
    for _ in range(2):
        assert note(cast.bob, talk, "Uma vez", client_id=client_id) == 200
    assert len(messages_in(talk)) == 1


def test_a_closed_conversation_takes_notes(cast: Cast) -> None:
    assert note(cast.bob, make_conversation(cast.alice, status="closed"), "Depois") == 200


@pytest.mark.parametrize("body", ["", "  ", "x" * (NOTE_LIMIT + 1), "\0"])
def test_refuses_empty_and_endless_ones(cast: Cast, talk: Conversation, body: str) -> None:
    assert note(cast.bob, talk, body) == 422
    assert messages_in(talk) == []


def test_who_may_not(cast: Cast, auditor: Person, talk: Conversation) -> None:
    assert note(auditor, talk, "x") == 403
    assert note(cast.charlie, talk, "x") == 404
    assert messages_in(talk) == []
