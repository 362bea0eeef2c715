"""Sending again what failed, or what nobody can know about."""

from uuid import UUID

import pytest

from parley.access.tests.factories import Cast, Person
from parley.messaging.models import Conversation
from parley.messaging.tests.conftest import HTMX
from parley.messaging.tests.factories import (
    announced,
    make_channel,
    make_conversation,
    make_media,
    make_message,
    messages_in,
)


def resend(person: Person, message_id: UUID) -> int:
    return person.client.post(person.url(f"messages/{message_id}/resend/"), headers=HTMX).status_code


@pytest.mark.parametrize("status", ["failed", "uncertain"])
def test_a_new_message_with_the_same_content(cast: Cast, talk: Conversation, status: str) -> None:
    media = make_media(cast.alice)
    asked = make_message(talk)
    original = make_message(
        talk, inbound=False, status=status, type="image", body="Veja", media_id=media.id, reply_to=asked.id
    )
    assert resend(cast.bob, original.id) == 200
    first, again = messages_in(talk)[-2:]
    assert (first.id, first.status) == (original.id, status)
    assert (again.type, again.body, again.media_id, again.reply_to) == ("image", "Veja", media.id, asked.id)
    assert again.status == "queued"
    assert again.metadata == {"resend_of": str(original.id)}
    assert again.author_id == cast.bob.membership.id
    assert announced(cast.bob, again.id) == ["message.queued", "message.resent"]


def test_two_clicks_are_one_message(cast: Cast, talk: Conversation) -> None:
    original = make_message(talk, inbound=False, status="uncertain")
    for person in (cast.bob, cast.bob, cast.alice):
        assert resend(person, original.id) == 200
    assert len(messages_in(talk)) == 2


@pytest.mark.parametrize(
    "status", ["queued", "sending", "accepted", "sent", "delivered", "read", "cancelled"]
)
def test_refuses_what_is_on_its_way_or_there(cast: Cast, talk: Conversation, status: str) -> None:
    original = make_message(talk, inbound=False, status=status)
    assert resend(cast.bob, original.id) == 409
    assert len(messages_in(talk)) == 1


def test_the_gate_holds(cast: Cast, auditor: Person, talk: Conversation) -> None:
    original = make_message(talk, inbound=False, status="failed")
    off = make_conversation(cast.alice, channel=make_channel(cast.alice, status="failed"))
    stuck = make_message(off, inbound=False, status="failed")
    assert resend(cast.bob, stuck.id) == 403
    assert resend(auditor, original.id) == 403
    assert resend(cast.charlie, original.id) == 404
    assert len(messages_in(talk)) == 1


def test_refuses_what_is_not_ours(cast: Cast, talk: Conversation) -> None:
    note = make_message(talk, inbound=False, kind="note", status="failed")
    for message in (make_message(talk), note):
        assert resend(cast.bob, message.id) == 409
