"""Alice edits and deletes what she sent, at a simulated WAHA; a stranger finds nothing."""

from typing import Any

import pytest

from parley.access.tests.factories import Cast, Person
from parley.channels.models import Channel
from parley.core.ids import new_id
from parley.core.transactions import workspace_transaction
from parley.messaging.models import Conversation, Message, MessageRevision
from parley.messaging.tests.factories import (
    announced,
    make_channel,
    make_contact,
    make_conversation,
    make_message,
    messages_in,
)
from parley.simulator.testing import Simulator

CUSTOMER = "5519998761234"


@pytest.fixture
def channel(cast: Cast, whatsapp: Simulator) -> Channel:
    name = f"shop-{cast.alice.workspace.slug}"
    whatsapp.add_session(name, webhook_url="", engine="GOWS")
    return make_channel(cast.alice, base_url=whatsapp.url, session=name)


@pytest.fixture
def conversation(cast: Cast, channel: Channel) -> Conversation:
    return make_conversation(
        cast.alice, channel=channel, contact=make_contact(cast.alice, phone=f"+{CUSTOMER}")
    )


@pytest.fixture
def sent(conversation: Conversation, whatsapp: Simulator, channel: Channel) -> Message:
    """A text that the simulator has."""
    id_ = f"3EB0{new_id().hex[-12:].upper()}"
    order = {"session": channel.external_id, "chatId": f"{CUSTOMER}@c.us", "text": "às 14h", "id": id_}
    whatsapp.waha("POST", "/api/sendText", order)
    return make_message(conversation, inbound=False, body="às 14h", provider_message_id=id_)


def act(person: Person, message: Message, noun: str, **given: str) -> Any:
    return person.client.post(f"/w/{person.workspace.slug}/messages/{message.id}/{noun}/", given)


def revisions(message: Message) -> list[tuple[str, str]]:
    with workspace_transaction(message.workspace_id):
        rows = MessageRevision.objects.filter(message_id=message.id).order_by("at")
        return list(rows.values_list("kind", "body_before"))


def test_an_edit_reaches_whatsapp_and_keeps_what_was_said(
    cast: Cast, conversation: Conversation, sent: Message
) -> None:
    assert act(cast.alice, sent, "revisions", body="às 15h").status_code == 302
    (message,) = messages_in(conversation)
    assert message.body == "às 15h"
    assert message.edited_at is not None
    assert revisions(sent) == [("edit", "às 14h")]
    assert "message.edited" in announced(cast.alice, sent.id)


def test_a_deletion_reaches_whatsapp_and_keeps_what_was_said(
    cast: Cast, conversation: Conversation, sent: Message
) -> None:
    assert act(cast.alice, sent, "revocation").status_code == 302
    (message,) = messages_in(conversation)
    assert message.revoked_at is not None
    assert revisions(sent) == [("delete", "às 14h")]
    assert act(cast.alice, sent, "revocation").status_code == 409


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"inbound": True}, "Only what WhatsApp has taken from you"),
        ({"inbound": False, "status": "queued"}, "Only what WhatsApp has taken from you"),
        ({"inbound": False, "type": "image"}, "Only texts can be edited"),
    ],
)
def test_what_cannot_be_edited_says_why(
    cast: Cast, conversation: Conversation, facts: dict[str, Any], words: str
) -> None:
    message = make_message(conversation, **facts)
    answer = act(cast.alice, message, "revisions", body="outra")
    assert answer.status_code == 409
    assert words in answer.content.decode()
    assert revisions(message) == []


def test_a_business_number_cannot_change_what_it_sent(cast: Cast) -> None:
    business = make_conversation(cast.alice, channel=make_channel(cast.alice, has_window=True))
    message = make_message(business, inbound=False)
    assert act(cast.alice, message, "revocation").status_code == 409


def test_a_server_that_is_away_changes_nothing(cast: Cast, whatsapp: Simulator) -> None:
    away = make_conversation(cast.alice, channel=make_channel(cast.alice, base_url="http://127.0.0.1:1"))
    message = make_message(away, inbound=False)
    assert act(cast.alice, message, "revocation").status_code == 502
    assert revisions(message) == []


def test_a_stranger_finds_nothing(cast: Cast, sent: Message, conversation: Conversation) -> None:
    assert act(cast.charlie, sent, "revisions", body="x").status_code == 404
    assert act(cast.charlie, sent, "revocation").status_code == 404
    assert revisions(sent) == []
