"""Taking a conversation, giving it away, and putting it back."""

from uuid import UUID, uuid4

import pytest

from parley.access.tests.factories import Cast, Person
from parley.messaging.models import Conversation
from parley.messaging.tests.conftest import HTMX
from parley.messaging.tests.factories import announced, messages_in, reread


def assign(person: Person, talk: Conversation, to: str | UUID) -> int:
    address = person.url(f"conversations/{talk.id}/assignment/")
    return person.client.post(address, {"member": str(to)}, headers=HTMX).status_code


def release(person: Person, talk: Conversation) -> int:
    return person.client.delete(person.url(f"conversations/{talk.id}/assignment/"), headers=HTMX).status_code


def test_taken_given_and_put_back(cast: Cast, talk: Conversation) -> None:
    assert assign(cast.bob, talk, "me") == 200
    assert reread(talk).assignee_id == cast.bob.membership.id
    assert assign(cast.bob, talk, cast.alice.membership.id) == 200
    assert reread(talk).assignee_id == cast.alice.membership.id
    assert release(cast.bob, talk) == 200
    assert reread(talk).assignee_id is None
    assert [message.content for message in messages_in(talk)] == [
        {"what": "taken", "name": "Bob Ribeiro"},
        {"what": "assigned", "name": "Alice Ribeiro"},
        {"what": "unassigned"},
    ]
    assert announced(cast.bob, talk.id) == ["conversation.assigned"] * 3


def test_twice_is_once(cast: Cast, talk: Conversation) -> None:
    for _ in range(2):
        assert assign(cast.bob, talk, "me") == 200
    assert len(messages_in(talk)) == 1


@pytest.mark.parametrize("to", ["you", "", "00000000"])
def test_refuses_what_is_nobody(cast: Cast, talk: Conversation, to: str) -> None:
    assert assign(cast.bob, talk, to) == 422


def test_only_to_members_of_the_workspace(cast: Cast, talk: Conversation) -> None:
    for to in (cast.charlie.membership.id, cast.alice.user.id, uuid4()):
        assert assign(cast.bob, talk, to) == 404
    assert reread(talk).assignee_id is None


def test_who_may_not(cast: Cast, auditor: Person, talk: Conversation) -> None:
    assert assign(auditor, talk, "me") == 403
    assert release(auditor, talk) == 403
    assert assign(cast.charlie, talk, "me") == 404
    assert release(cast.charlie, talk) == 404
    assert messages_in(talk) == []
