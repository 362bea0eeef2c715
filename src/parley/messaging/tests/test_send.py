"""Sending a text: what leaves, what is refused, and that nothing is sent twice."""

import threading
from uuid import UUID, uuid4

import pytest
from django.db import connection

from parley.access.tests.factories import Cast, Person
from parley.contacts.models import Suppression
from parley.core.address_hash import address_hash
from parley.core.clock import now
from parley.core.errors import Conflict, DomainError, Invalid, NotFound
from parley.core.transactions import workspace_transaction
from parley.messaging.errors import SendRefused
from parley.messaging.models import Conversation
from parley.messaging.services import sending
from parley.messaging.tests.conftest import HTMX
from parley.messaging.tests.factories import (
    announced,
    as_member,
    make_channel,
    make_contact,
    make_conversation,
    make_message,
    messages_in,
    reread,
)


def send(
    person: Person,
    conversation: Conversation,
    body: str = "Olá!",
    *,
    client_id: UUID | None = None,
    reply_to: UUID | None = None,
) -> UUID:
    with workspace_transaction(person.workspace.id):
        return sending.send_text(
            as_member(person), conversation.id, client_id=client_id or uuid4(), body=body, reply_to=reply_to
        )


def test_queues_the_text_and_shows_it_in_the_list(cast: Cast) -> None:
    talk = make_conversation(cast.alice, waiting_since=now())
    message_id = send(cast.bob, talk, "Olá,\n  Marina!")
    [message] = messages_in(talk)
    assert (message.id, message.status, message.direction, message.type) == (
        message_id, "queued", "outbound", "text",
    )  # fmt: skip
    assert message.author_id == cast.bob.membership.id
    assert message.client_ref.startswith("3EB0")
    row = reread(talk)
    assert (row.last_message, row.last_message_from_us, row.last_message_ref) == (
        "Olá, Marina!", True, message_id,
    )  # fmt: skip
    assert row.last_message_at == message.at
    assert row.waiting_since is None
    assert row.first_reply_at == message.at
    assert announced(cast.alice, message_id) == ["message.queued"]


def test_the_same_client_id_is_one_message(cast: Cast, talk: Conversation) -> None:
    client_id = uuid4()
    first = send(cast.bob, talk, "Olá!", client_id=client_id)
    assert send(cast.bob, talk, "Olá!", client_id=client_id) == first
    assert len(messages_in(talk)) == 1
    assert announced(cast.alice, first) == ["message.queued"]


def test_two_clicks_at_once_are_one_message(cast: Cast, talk: Conversation) -> None:
    client_id, sent = uuid4(), []

    def click() -> None:
        try:
            sent.append(send(cast.bob, talk, "Olá!", client_id=client_id))
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(sent)) == 1
    assert len(sent) == 3
    assert len(messages_in(talk)) == 1


def test_a_client_id_of_another_conversation_is_refused(cast: Cast, talk: Conversation) -> None:
    client_id = uuid4()
    send(cast.bob, talk, client_id=client_id)
    with pytest.raises(Conflict):
        send(cast.bob, make_conversation(cast.alice), client_id=client_id)


@pytest.mark.parametrize("body", ["", "   \n", "x" * 4_097, "nul \0 byte"])
def test_refuses_bodies_that_whatsapp_would_not_take(cast: Cast, talk: Conversation, body: str) -> None:
    with pytest.raises(Invalid) as refusal:
        send(cast.bob, talk, body)
    assert "body" in refusal.value.fields
    assert messages_in(talk) == []


def test_takes_the_longest_text(cast: Cast, talk: Conversation) -> None:
    send(cast.bob, talk, "é" * 4_096)
    assert len(messages_in(talk)[0].body) == 4_096


def suppressed(person: Person) -> Conversation:
    contact = make_contact(person, phone="+5519998761234")
    with workspace_transaction(person.workspace.id):
        Suppression.objects.create(
            workspace_id=person.workspace.id,
            address_hash=address_hash(person.workspace.id, "+5519998761234"),
            purpose="utility",
        )
    return make_conversation(person, contact=contact)


REFUSED = {
    "window_closed": lambda person: make_conversation(
        person, channel=make_channel(person, has_window=True), window_open=False
    ),
    "channel_not_working": lambda person: make_conversation(
        person, channel=make_channel(person, status="scan_qr")
    ),
    "contact_blocked": lambda person: make_conversation(
        person, contact=make_contact(person, blocked_at=now())
    ),
    "contact_gone": lambda person: make_conversation(person, contact=make_contact(person, deleted_at=now())),
    "conversation_closed": lambda person: make_conversation(person, status="closed"),
    "suppressed": suppressed,
}


@pytest.mark.parametrize("code", REFUSED)
def test_the_gate_says_why(cast: Cast, code: str) -> None:
    talk = REFUSED[code](cast.alice)
    with pytest.raises(SendRefused) as refusal:
        send(cast.bob, talk)
    assert refusal.value.code == code
    assert len(refusal.value.message) > 20
    assert messages_in(talk) == []


REMEDIES = {
    "contact_blocked": ("unblock it", "blocking/", {"_method": "delete"}),
    "suppressed": ("note a yes for Service", "consent/", {"purpose": "utility", "state": "granted"}),
    "conversation_closed": ("Reopen it", "closure/", {"_method": "delete"}),
}


@pytest.mark.parametrize("code", REMEDIES)
def test_the_remedy_that_the_gate_names_is_there_and_helps(cast: Cast, code: str) -> None:
    talk, (words, path, order) = REFUSED[code](cast.alice), REMEDIES[code]
    page = cast.bob.client.get(cast.bob.url(f"inbox/{talk.id}/"))
    assert words in page.text
    place = f"conversations/{talk.id}" if path == "closure/" else f"contacts/{talk.contact_id}"
    assert cast.bob.client.post(cast.bob.url(f"{place}/{path}"), order, headers=HTMX).status_code == 200
    assert send(cast.bob, talk)


def test_an_open_window_lets_through(cast: Cast) -> None:
    talk = make_conversation(cast.alice, channel=make_channel(cast.alice, has_window=True))
    assert send(cast.bob, talk)


def test_an_auditor_may_not(cast: Cast, auditor: Person, talk: Conversation) -> None:
    with pytest.raises(SendRefused) as refusal:
        send(auditor, talk)
    assert refusal.value.code == "role"


def test_quotes_a_message_of_the_same_conversation_only(cast: Cast, talk: Conversation) -> None:
    asked = make_message(talk)
    note = make_message(talk, inbound=False, kind="note", provider_message_id=None)
    elsewhere = make_message(make_conversation(cast.alice))
    send(cast.bob, talk, reply_to=asked.id)
    assert messages_in(talk)[-1].reply_to == asked.id
    for wrong in (note.id, elsewhere.id, uuid4()):
        with pytest.raises(NotFound):
            send(cast.bob, talk, reply_to=wrong)


def test_a_stranger_finds_nothing(cast: Cast, talk: Conversation) -> None:
    with pytest.raises(NotFound):
        send(cast.charlie, talk)


def test_the_page_answers_with_the_bubble(cast: Cast, talk: Conversation) -> None:
    client_id = str(uuid4())
    address = cast.bob.url(f"conversations/{talk.id}/messages/")
    answers = [
        cast.bob.client.post(address, {"body": "Olá!", "client_id": client_id}, headers=HTMX)
        for _ in range(2)
    ]
    [message] = messages_in(talk)
    for answer in answers:
        assert answer.status_code == 200
        assert f'id="message-{message.id}"' in answer.text
        assert client_id in answer.text
    plain = cast.bob.client.post(address, {"body": "Tudo bem?"})
    assert plain.status_code == 302
    assert plain["Location"] == cast.bob.url(f"inbox/{talk.id}/")
    assert len(messages_in(talk)) == 2


def test_the_page_says_what_is_wrong(cast: Cast, auditor: Person, talk: Conversation) -> None:
    address = f"conversations/{talk.id}/messages/"
    assert cast.bob.client.post(cast.bob.url(address), {"body": ""}, headers=HTMX).status_code == 422
    assert auditor.client.post(auditor.url(address), {"body": "x"}, headers=HTMX).status_code == 403
    assert cast.charlie.client.post(cast.charlie.url(address), {"body": "x"}).status_code == 404
    assert cast.charlie.client.post(cast.bob.url(address), {"body": "x"}).status_code == 404
    assert messages_in(talk) == []


def test_a_place_goes_out_in_degrees(cast: Cast, talk: Conversation) -> None:
    address = cast.bob.url(f"conversations/{talk.id}/messages/")
    place = {"type": "location", "latitude": "-22,9056", "longitude": "-47.0608", "place_name": "Casa Lume"}
    assert cast.bob.client.post(address, place, headers=HTMX).status_code == 200
    [message] = messages_in(talk)
    assert message.type == "location"
    assert message.content["location"] == {
        "latitude": -22.9056, "longitude": -47.0608, "name": "Casa Lume", "address": None,
    }  # fmt: skip
    for latitude, longitude in (("91", "0"), ("0", "181"), ("nan", "0"), ("inf", "0"), ("x", "0")):
        wrong = {"type": "location", "latitude": latitude, "longitude": longitude}
        assert cast.bob.client.post(address, wrong, headers=HTMX).status_code == 422


def test_statements_stay_few(cast: Cast, talk: Conversation, capture_queries: object) -> None:
    with capture_queries() as queries:  # type: ignore[operator]
        send(cast.bob, talk)
    # lock, client id, gate, insert, conversation, wake the sender, event, wake the screens
    assert len(queries) == 8


def test_what_is_refused_is_a_domain_error() -> None:
    assert issubclass(SendRefused, DomainError)
