"""A message goes out: accepted at most once, and where nobody can know, uncertain."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from parley.access.tests.factories import Cast
from parley.channels.models import Channel
from parley.contacts.models import Contact
from parley.core.environment import environment
from parley.engines.tests.running import in_workspace, running_edge, running_sender, until
from parley.engines.tests.sending import CUSTOMER, Chat, cloud_chat, waha_chat
from parley.messaging.models import Conversation
from parley.simulator.testing import Simulator, running_simulator

PROVIDERS = {"cloud_api": cloud_chat, "waha": waha_chat}
API = {"cloud_api": "cloud", "waha": "waha"}
CALL = {"cloud_api": "/messages", "waha": "/api/sendText"}


@pytest.fixture
def whatsapp() -> Iterator[Simulator]:
    with running_simulator() as simulator:
        yield simulator


@pytest.fixture
def edge(database: str) -> Iterator[str]:
    with running_edge() as url:
        yield url


@pytest.fixture(params=PROVIDERS)
def chat(request: pytest.FixtureRequest, cast: Cast, edge: str, whatsapp: Simulator) -> Iterator[Chat]:
    made = PROVIDERS[request.param](cast, edge, whatsapp)
    settings = replace(environment(), send_timeout_seconds=1.5, send_retry_seconds=0.1, poll_seconds=0.2)
    with running_sender(settings):
        yield made


def sent(whatsapp: Simulator, body: str) -> int:
    return sum(entry.body == body for entry in whatsapp.ledger())


def test_a_reply_goes_out_and_its_ticks_turn(chat: Chat, whatsapp: Simulator) -> None:
    message_id = chat.queue("Temos sim! Quer que eu reserve?")
    message = chat.becomes(message_id, "sent", "delivered")
    assert message.accepted_at is not None
    assert message.provider_message_id
    whatsapp.read_all(CUSTOMER)
    message = chat.becomes(message_id, "read")
    assert message.read_at is not None
    assert message.delivered_at is None or message.delivered_at <= message.read_at
    assert [attempt.outcome for attempt in chat.attempts(message_id)] == ["accepted"]
    assert sent(whatsapp, "Temos sim! Quer que eu reserve?") == 1


def test_order_holds_within_a_conversation(chat: Chat, whatsapp: Simulator) -> None:
    bodies = [f"linha {number}" for number in range(12)]
    last = [chat.queue(body) for body in bodies][-1]
    chat.becomes(last, "accepted", "sent", "delivered")
    assert [entry.body for entry in whatsapp.ledger() if entry.body.startswith("linha")] == bodies


@pytest.mark.parametrize("action", ["hang", "reset", "eof", "status502_after_accept", "empty"])
def test_an_answer_that_got_lost_leaves_it_uncertain_and_is_not_sent_again(
    chat: Chat, whatsapp: Simulator, action: str
) -> None:
    """The provider took it. A word from the provider about it settles the matter; we never ask twice."""
    whatsapp.fault(API[chat.provider], action, match=CALL[chat.provider])  # type: ignore[arg-type]
    message_id = chat.queue("Só uma vez")
    # The status webhook carries our own id, so it may settle the matter before anybody sees the doubt.
    chat.becomes(message_id, "uncertain", "accepted", "sent", "delivered")
    until(lambda: chat.attempts(message_id)[0].outcome == "uncertain")
    chat.becomes(message_id, "accepted", "sent", "delivered")
    assert sent(whatsapp, "Só uma vez") == 1
    assert len(chat.attempts(message_id)) == 1


def test_silence_stays_uncertain(chat: Chat, whatsapp: Simulator) -> None:
    """Taken or not, and no word about it: nobody can know, so a person decides."""
    api = API[chat.provider]
    whatsapp.fault(api, "drop_webhook", times=0)  # type: ignore[arg-type]
    whatsapp.fault(api, "reset", match=CALL[chat.provider])  # type: ignore[arg-type]
    message_id = chat.queue("Alguém sabe?")
    message = chat.becomes(message_id, "uncertain")
    assert message.error_message
    assert len(chat.attempts(message_id)) == 1


def test_a_refusal_fails_with_the_reason(chat: Chat, whatsapp: Simulator) -> None:
    refusal = {"status": 400, "code": 131026, "message": "Message undeliverable"}
    if chat.provider == "waha":
        refusal = {"status": 500, "message": "2 UNKNOWN: no LID found for 5519998761234@s.whatsapp.net"}
    whatsapp.fault(API[chat.provider], "refuse", match=CALL[chat.provider], **refusal)  # type: ignore[arg-type]
    message = chat.becomes(chat.queue("Não chega"), "failed")
    assert message.error_message
    assert message.failed_at is not None


def test_a_refusal_of_the_number_stops_it_with_a_mark_and_keeps_the_message(
    chat: Chat, whatsapp: Simulator
) -> None:
    refusal = {"status": 400, "code": 131042, "message": "Business eligibility payment issue"}
    if chat.provider == "waha":
        refusal = {"status": 500, "message": "server returned error 401"}
    whatsapp.fault(API[chat.provider], "refuse", match=CALL[chat.provider], **refusal)  # type: ignore[arg-type]
    message_id = chat.queue("Depois")

    def stopped() -> Channel | None:
        rows = Channel.objects.filter(id=chat.channel.id, status="failed")
        found: Channel | None = in_workspace(chat.channel.workspace_id, rows.first)
        return found

    until(lambda: stopped() is not None)
    channel = stopped()
    assert channel is not None
    assert "refused_at" in channel.metadata
    assert chat.message(message_id).status == "queued"


def test_the_window_closes_between_queue_and_claim(chat: Chat, whatsapp: Simulator) -> None:
    if chat.provider == "waha":
        pytest.skip("Sessions have no window.")
    in_workspace(
        chat.channel.workspace_id,
        lambda: Conversation.objects.filter(id=chat.conversation.id).update(
            window_expires_at="2020-01-01T00:00:00Z"
        ),
    )
    message = chat.becomes(chat.queue("Tarde demais"), "failed")
    assert message.error_code == "window_closed"
    assert sent(whatsapp, "Tarde demais") == 0


def test_a_contact_blocked_after_the_queue_is_spared(chat: Chat, whatsapp: Simulator) -> None:
    in_workspace(
        chat.channel.workspace_id,
        lambda: Contact.objects.filter(id=chat.conversation.contact_id).update(
            blocked_at="2020-01-01T00:00:00Z"
        ),
    )
    assert chat.becomes(chat.queue("Não devia sair"), "failed").error_code == "contact_blocked"
    assert sent(whatsapp, "Não devia sair") == 0
