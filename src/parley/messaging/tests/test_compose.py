"""Polls, cards and buttons: Alice sends them where the number can, Bob reads them, Charlie finds nothing."""

from typing import Any

import pytest

from parley.access.tests.factories import Cast, Person
from parley.core.ids import new_id
from parley.messaging.models import Conversation, Message
from parley.messaging.tests.factories import make_channel, make_conversation, messages_in

POLL = {"type": "poll", "question": "Cor?", "option": ["Azul", "Verde", ""], "multiple": "1"}
CARD = {"type": "contacts", "contact_name": "Rui Alves", "phone": "+55 19 99876-1234"}
BUTTONS = {"type": "interactive", "body": "Quando?", "option": ["Hoje", "Amanhã"], "footer": "Até 18h"}


@pytest.fixture
def session(cast: Cast) -> Conversation:
    """A talk on a number that is a session: it can send polls."""
    return make_conversation(cast.alice)


@pytest.fixture
def business(cast: Cast) -> Conversation:
    """A talk on a business number: it can send buttons."""
    return make_conversation(cast.alice, channel=make_channel(cast.alice, has_window=True))


def post(person: Person, conversation: Conversation, **given: Any) -> Any:
    address = f"/w/{person.workspace.slug}/conversations/{conversation.id}/messages/"
    return person.client.post(address, {"client_id": str(new_id()), **given}, headers={"HX-Request": "true"})


def only_message(conversation: Conversation) -> Message:
    (message,) = messages_in(conversation)
    return message


def test_a_poll_is_queued_and_shown(cast: Cast, session: Conversation) -> None:
    answer = post(cast.alice, session, **POLL)
    assert answer.status_code == 200
    assert "Azul" in answer.content.decode()
    message = only_message(session)
    assert (message.type, message.status) == ("poll", "queued")
    assert message.content == {"poll": {"name": "Cor?", "options": ["Azul", "Verde"], "multiple": True}}


def test_the_same_click_twice_is_one_poll(cast: Cast, session: Conversation) -> None:
    client_id = str(new_id())
    for _ in range(2):
        assert post(cast.alice, session, **POLL, client_id=client_id).status_code == 200
    only_message(session)


def test_a_card_is_queued_with_its_number_in_one_form(cast: Cast, session: Conversation) -> None:
    assert post(cast.alice, session, **CARD).status_code == 200
    assert only_message(session).content == {
        "contacts": [{"name": "Rui Alves", "phones": ["+5519998761234"]}]
    }


def test_two_options_are_buttons_and_five_a_list(cast: Cast, business: Conversation) -> None:
    assert post(cast.alice, business, **BUTTONS).status_code == 200
    five = {**BUTTONS, "option": ["9h", "10h", "11h", "14h", "15h"], "button": "Horários"}
    assert post(cast.alice, business, **five).status_code == 200
    buttons, menu = (message.content["interactive"] for message in messages_in(business))
    assert buttons["buttons"] == [{"id": "Hoje", "title": "Hoje"}, {"id": "Amanhã", "title": "Amanhã"}]
    assert buttons["footer"] == "Até 18h"
    assert len(menu["sections"][0]["choices"]) == 5
    assert menu["button"] == "Horários"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({**POLL, "option": ["Azul"]}, "2 to 12 options"),
        ({**POLL, "option": ["Azul", "Azul"]}, "the same"),
        ({**POLL, "option": ["Azul", "x" * 101]}, "up to 100 characters"),
        ({**POLL, "question": "x" * 300}, "300 characters long"),
        ({**CARD, "phone": "12"}, "not a telephone number"),
    ],
)
def test_what_whatsapp_would_refuse_is_refused_with_the_reason(
    cast: Cast, session: Conversation, given: dict[str, Any], words: str
) -> None:
    answer = post(cast.alice, session, **given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert messages_in(session) == []


def test_a_number_is_not_asked_for_what_it_cannot(
    cast: Cast, session: Conversation, business: Conversation
) -> None:
    assert post(cast.alice, business, **POLL).status_code == 409
    assert messages_in(business) == []


def test_the_gate_holds_for_them_too(cast: Cast) -> None:
    closed = make_conversation(
        cast.alice, channel=make_channel(cast.alice, has_window=True), window_open=False
    )
    assert post(cast.alice, closed, **BUTTONS).status_code == 403
    assert messages_in(closed) == []


def test_a_stranger_finds_nothing(cast: Cast, session: Conversation) -> None:
    assert post(cast.charlie, session, **POLL).status_code == 404
    assert messages_in(session) == []
