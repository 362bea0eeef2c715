"""Closing and reopening."""

from parley.access.tests.factories import Cast, Person
from parley.core.clock import now
from parley.messaging.models import Conversation
from parley.messaging.tests.conftest import HTMX
from parley.messaging.tests.factories import announced, make_conversation, messages_in, reread


def close(person: Person, talk: Conversation) -> int:
    return person.client.post(person.url(f"conversations/{talk.id}/closure/"), headers=HTMX).status_code


def reopen(person: Person, talk: Conversation) -> int:
    return person.client.delete(person.url(f"conversations/{talk.id}/closure/"), headers=HTMX).status_code


def test_closing_and_reopening(cast: Cast) -> None:
    talk = make_conversation(cast.alice, waiting_since=now())
    assert close(cast.bob, talk) == 200
    closed = reread(talk)
    assert (closed.status, closed.waiting_since) == ("closed", None)
    assert closed.closed_at is not None
    assert reopen(cast.bob, talk) == 200
    opened = reread(talk)
    assert (opened.status, opened.closed_at) == ("open", None)
    assert [message.content["what"] for message in messages_in(talk)] == ["closed", "reopened"]
    assert announced(cast.bob, talk.id) == ["conversation.closed", "conversation.reopened"]
    thread = cast.bob.client.get(cast.bob.url(f"inbox/{talk.id}/"))
    assert "closed the conversation" in thread.text
    assert "reopened the conversation" in thread.text


def test_twice_is_once(cast: Cast, talk: Conversation) -> None:
    for verb in (close, close, reopen, reopen):
        assert verb(cast.bob, talk) == 200
    assert len(messages_in(talk)) == 2


def test_a_form_without_javascript_reopens(cast: Cast, talk: Conversation) -> None:
    address = cast.bob.url(f"conversations/{talk.id}/closure/")
    assert cast.bob.client.post(address).status_code == 302
    answer = cast.bob.client.post(address, {"_method": "delete"})
    assert answer["Location"] == cast.bob.url(f"inbox/{talk.id}/")
    assert reread(talk).status == "open"


def test_only_one_of_a_contact_is_open(cast: Cast, talk: Conversation) -> None:
    close(cast.bob, talk)
    later = make_conversation(cast.alice, channel=talk.channel, contact=talk.contact)
    address = cast.bob.url(f"conversations/{talk.id}/closure/")
    refused = cast.bob.client.delete(address, headers=HTMX)
    assert refused.status_code == 409
    assert cast.bob.url(f"inbox/{later.id}/") in refused.text
    assert reread(talk).status == "closed"
    close(cast.bob, later)
    assert reopen(cast.bob, talk) == 200


def test_who_may_not(cast: Cast, auditor: Person, talk: Conversation) -> None:
    for verb in (close, reopen):
        assert verb(auditor, talk) == 403
        assert verb(cast.charlie, talk) == 404
    assert reread(talk).status == "open"
    assert messages_in(talk) == []
