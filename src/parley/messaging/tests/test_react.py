"""Reacting with one emoji, and taking it back."""

from uuid import UUID, uuid4

import pytest

from parley.access.tests.factories import Cast, Person
from parley.core.errors import Conflict, Invalid, NotFound
from parley.core.transactions import workspace_transaction
from parley.messaging.errors import SendRefused
from parley.messaging.models import Conversation, Reaction
from parley.messaging.services.reactions import react
from parley.messaging.tests.conftest import HTMX
from parley.messaging.tests.factories import (
    announced,
    as_member,
    make_conversation,
    make_message,
    messages_in,
    reread,
)


def put(person: Person, message_id: UUID, emoji: str) -> None:
    with workspace_transaction(person.workspace.id):
        react(as_member(person), message_id, emoji=emoji)


def shown(person: Person, message_id: UUID) -> list[str]:
    with workspace_transaction(person.workspace.id):
        return list(Reaction.objects.filter(message_id=message_id).values_list("emoji", flat=True))


def test_a_reaction_is_shown_and_queued(cast: Cast, talk: Conversation) -> None:
    target = make_message(talk)
    before = reread(talk)
    put(cast.bob, target.id, "👍")
    assert shown(cast.bob, target.id) == ["👍"]
    queued = messages_in(talk)[-1]
    assert (queued.type, queued.status, queued.body) == ("reaction", "queued", "👍")
    assert queued.content == {"emoji": "👍", "target": str(target.id)}
    assert announced(cast.bob, target.id) == ["reaction.changed"]
    assert reread(talk).last_message_at == before.last_message_at


def test_the_same_again_changes_nothing_and_empty_takes_it_back(cast: Cast, talk: Conversation) -> None:
    target = make_message(talk)
    put(cast.bob, target.id, "")
    assert len(messages_in(talk)) == 1
    for emoji in ("👍", "👍", "❤️", ""):
        put(cast.bob, target.id, emoji)
    assert shown(cast.bob, target.id) == [""]
    assert [message.body for message in messages_in(talk)[1:]] == ["👍", "❤️", ""]


@pytest.mark.parametrize("emoji", ["👍🏽", "👨‍👩‍👧‍👦", "🇧🇷", "1️⃣", "☀️"])
def test_takes_every_kind_of_emoji(cast: Cast, talk: Conversation, emoji: str) -> None:
    target = make_message(talk)
    put(cast.bob, target.id, emoji)
    assert shown(cast.bob, target.id) == [emoji]


@pytest.mark.parametrize("emoji", ["ok", "<b>", "1", "👍 yes", "\0", "👍" * 17])
def test_refuses_what_is_none(cast: Cast, talk: Conversation, emoji: str) -> None:
    with pytest.raises(Invalid):
        put(cast.bob, make_message(talk).id, emoji)
    assert len(messages_in(talk)) == 1


def test_refuses_what_whatsapp_does_not_know(cast: Cast, talk: Conversation) -> None:
    for target in (
        make_message(talk, inbound=False, status="queued", provider_message_id=None),
        make_message(talk, inbound=False, kind="note", provider_message_id=None),
    ):
        with pytest.raises(Conflict):
            put(cast.bob, target.id, "👍")


def test_the_gate_holds(cast: Cast, auditor: Person, talk: Conversation) -> None:
    target = make_message(talk)
    with pytest.raises(SendRefused):
        put(auditor, target.id, "👍")
    with pytest.raises(SendRefused):
        put(cast.bob, make_message(make_conversation(cast.alice, status="closed")).id, "👍")
    with pytest.raises(NotFound):
        put(cast.charlie, target.id, "👍")
    with pytest.raises(NotFound):
        put(cast.bob, uuid4(), "👍")


def test_the_page_answers_with_the_bubble(cast: Cast, talk: Conversation) -> None:
    target = make_message(talk)
    answer = cast.bob.client.post(
        cast.bob.url(f"messages/{target.id}/reactions/"), {"emoji": "👍"}, headers=HTMX
    )
    assert answer.status_code == 200
    assert f'id="message-{target.id}"' in answer.text
    assert "👍" in answer.text
