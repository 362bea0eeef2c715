"""A thread shows what was edited, deleted, chosen and called, and what came with a message."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from parley.access.tests.factories import Cast, Person
from parley.core.clock import now
from parley.core.transactions import workspace_transaction
from parley.messaging.models import Conversation, Message, MessageRevision, PollVote
from parley.messaging.tests.factories import make_conversation, make_message


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    return make_conversation(cast.alice)


def page(person: Person, conversation: Conversation) -> str:
    answer = person.client.get(f"/w/{person.workspace.slug}/inbox/{conversation.id}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def revise(message: Message, kind: str, body: str) -> None:
    with workspace_transaction(message.workspace_id):
        MessageRevision.objects.create(
            workspace_id=message.workspace_id, message_id=message.id, kind=kind, body_before=body, at=now()
        )


def last_word(conversation: Conversation, **facts: Any) -> Message:
    """A message that the list shows too."""
    message = make_message(conversation, **facts)
    with workspace_transaction(conversation.workspace_id):
        Conversation.objects.filter(id=conversation.id).update(
            last_message_ref=message.id, last_message=message.body, last_message_type=message.type
        )
    return message


def long_ago() -> datetime:
    return now() - timedelta(minutes=3)


def test_an_edit_keeps_what_it_said_before(cast: Cast, conversation: Conversation) -> None:
    message = make_message(conversation, body="às 15h", edited_at=now())
    revise(message, "edit", "às <b>14h</b>")
    shown = page(cast.alice, conversation)
    assert "às 15h" in shown
    assert "Edited" in shown
    assert "às &lt;b&gt;14h&lt;/b&gt;" in shown


def test_a_deleted_message_is_marked_and_its_file_is_not_offered(
    cast: Cast, conversation: Conversation
) -> None:
    message = make_message(conversation, body="", type="text", revoked_at=now())
    revise(message, "delete", "não era para você")
    shown = page(cast.alice, conversation)
    assert "Deleted by the customer" in shown
    assert "não era para você" in shown
    assert f'id="message-{message.id}"' in shown


def test_a_poll_shows_its_options_and_who_chose_which(cast: Cast, conversation: Conversation) -> None:
    poll = {"name": "Cor?", "options": ["Azul", "Verde"], "multiple": False}
    message = make_message(conversation, inbound=False, type="poll", body="Cor?", content={"poll": poll})
    with workspace_transaction(message.workspace_id):
        PollVote.objects.create(
            workspace_id=message.workspace_id,
            message_id=message.id,
            from_us=False,
            options=["Verde"],
            at=now(),
        )
    shown = page(cast.alice, conversation)
    chosen = shown.split('<li class="chosen">')[1].split("</li>")[0]
    assert "Verde" in chosen
    assert "Customer" in chosen
    assert shown.count('<li class="chosen">') == 1


def test_a_vote_that_cannot_be_read_is_told(cast: Cast, conversation: Conversation) -> None:
    poll = {"name": "Cor?", "options": ["Azul", "Verde"]}
    message = make_message(conversation, type="poll", body="Cor?", content={"poll": poll})
    with workspace_transaction(message.workspace_id):
        PollVote.objects.create(
            workspace_id=message.workspace_id, message_id=message.id, from_us=False, options=None, at=now()
        )
    assert "A vote came that cannot be read here" in page(cast.alice, conversation)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ({"phase": "missed", "video": False}, "Missed call"),
        ({"phase": "missed", "video": True}, "Missed video call"),
        ({"phase": "rejected"}, "Declined call"),
        ({"phase": "ended", "missed": True}, "Missed call"),
        ({"phase": "ringing"}, "Calling…"),
        ({"phase": "ended", "seconds": 75}, "1:15"),
    ],
)
def test_a_call_is_a_line(
    cast: Cast, conversation: Conversation, call: dict[str, object], words: str
) -> None:
    make_message(conversation, type="system", body="", content={"call": call})
    assert words in page(cast.alice, conversation)


def test_a_call_that_nobody_took_was_missed(cast: Cast, conversation: Conversation) -> None:
    last_word(conversation, type="system", body="", content={"call": {"phase": "ringing"}}, at=long_ago())
    assert page(cast.alice, conversation).count("Missed call") == 2, "in the thread and in the list"


def test_a_deleted_message_is_gone_from_list_and_quotes(cast: Cast, conversation: Conversation) -> None:
    deleted = last_word(conversation, body="era segredo", revoked_at=now())
    make_message(conversation, inbound=False, body="Certo", reply_to=deleted.id)
    shown = page(cast.alice, conversation)
    assert "era segredo" not in shown
    assert shown.count("Deleted message") == 2


def test_other_words_start_from_those_that_were_sent(cast: Cast, conversation: Conversation) -> None:
    make_message(conversation, inbound=False, body='*Sim*, "já"\nhoje')
    assert 'data-text="*Sim*, &#34;já&#34;\nhoje"' in page(cast.alice, conversation)


def test_an_order_an_ad_and_a_form_are_shown(cast: Cast, conversation: Conversation) -> None:
    line = {"id": "SKU-7", "quantity": 2, "price": 19.9, "currency": "BRL"}
    make_message(
        conversation, type="order", body="2 × SKU-7", content={"order": {"lines": [line], "note": "já!"}}
    )
    make_message(conversation, content={"referral": {"headline": "Luminárias <i>novas</i>"}})
    make_message(
        conversation, type="interactive", body="x", content={"form": {"tamanho": "M", "cores": ["a", "b"]}}
    )
    shown = page(cast.alice, conversation)
    for words in (
        "SKU-7",
        "R$19.90",
        "R$39.80",
        "já!",
        "Luminárias &lt;i&gt;novas&lt;/i&gt;",
        "tamanho",
        "a, b",
    ):
        assert words in shown


def test_what_was_read_back_is_marked(cast: Cast, conversation: Conversation) -> None:
    make_message(conversation, recovered=True, at=now() - timedelta(hours=1))
    assert "recovered" in page(cast.alice, conversation)


def test_a_stranger_sees_nothing_of_it(cast: Cast, conversation: Conversation) -> None:
    make_message(conversation, body="às 15h", edited_at=now())
    theirs = f"/w/{cast.charlie.workspace.slug}/inbox/{conversation.id}/"
    assert cast.charlie.client.get(theirs).status_code == 404
