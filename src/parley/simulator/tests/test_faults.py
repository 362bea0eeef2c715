"""Faults: what is accepted stands in the ledger, whatever happens to the answer."""

import http.client
import time
import urllib.error

import pytest

from parley.simulator.testing import Refusal, Simulator
from parley.simulator.tests.conftest import Receiver

MARINA = "5519998761234"


@pytest.fixture
def shop(whatsapp: Simulator, receiver: Receiver) -> Simulator:
    whatsapp.add_session("shop", webhook_url=receiver.url)
    return whatsapp


def send(shop: Simulator, text: str = "Oi") -> object:
    return shop.waha("POST", "/api/sendText", {"session": "shop", "chatId": f"{MARINA}@c.us", "text": text})


@pytest.mark.parametrize(
    ("action", "error"),
    [
        ("reset", ConnectionResetError),
        ("eof", http.client.RemoteDisconnected),
        ("hang", http.client.RemoteDisconnected),
        ("status502_after_accept", Refusal),
    ],
)
def test_accepted_but_the_answer_is_lost(shop: Simulator, action: str, error: type[Exception]) -> None:
    shop.fault("waha", action, match="sendText", seconds=0.1)
    with pytest.raises((error, urllib.error.URLError)):
        send(shop)
    assert [entry.body for entry in shop.ledger()] == ["Oi"]
    send(shop, "depois")
    assert len(shop.ledger()) == 2


def test_an_empty_answer_still_has_its_status(shop: Simulator) -> None:
    shop.fault("waha", "empty", match="sendText")
    assert send(shop) is None
    assert len(shop.ledger()) == 1


@pytest.mark.parametrize("action", ["refuse", "throttle"])
def test_refused_means_not_accepted(shop: Simulator, action: str) -> None:
    shop.fault("waha", action, match="sendText", times=2)
    for _ in range(2):
        with pytest.raises(Refusal) as refusal:
            send(shop)
        assert refusal.value.status == 500
        assert "exception" in refusal.value.body  # type: ignore[operator]
    send(shop)
    assert len(shop.ledger()) == 1


def test_a_cut_before_accepting_leaves_no_trace(shop: Simulator) -> None:
    shop.fault("waha", "reset", match="sendText", before=True)
    with pytest.raises((ConnectionResetError, urllib.error.URLError)):
        send(shop)
    assert shop.ledger() == []


def test_the_cloud_api_refuses_by_code(shop: Simulator) -> None:
    shop.add_cloud_app()
    shop.fault("cloud", "throttle", match="/messages", retry_after=3)
    body = {"messaging_product": "whatsapp", "to": f"+{MARINA}", "type": "text", "text": {"body": "a"}}
    with pytest.raises(Refusal) as refusal:
        shop.cloud("POST", "/v25.0/109800000000001/messages", body)
    assert refusal.value.body["error"]["code"] == 130429  # type: ignore[index]


def test_latency_delays_the_answer(shop: Simulator) -> None:
    shop.fault("waha", "latency", match="sendText", seconds=0.2, after=True)
    began = time.monotonic()
    send(shop)
    assert time.monotonic() - began >= 0.2


def test_silence_sends_no_webhook_about_the_message(shop: Simulator, receiver: Receiver) -> None:
    shop.fault("waha", "silence", match="sendText")
    send(shop, "silent")
    send(shop, "loud")
    shop.until(lambda: receiver.waha("message.ack"))
    assert [payload["body"] for payload in receiver.waha("message.any")] == ["loud"]


def test_webhooks_are_doubled_or_lost(shop: Simulator, receiver: Receiver) -> None:
    shop.fault("waha", "duplicate_webhook", match="message.any", copies=2)
    shop.say(MARINA, "três vezes")
    shop.until(lambda: len(receiver.waha("message.any")) == 3)
    shop.fault("waha", "drop_webhook", match="message", times=2)
    shop.say(MARINA, "nunca")
    shop.say(MARINA, "agora")
    shop.until(lambda: [p for p in receiver.waha("message") if p["body"] == "agora"])
    assert all(payload["body"] != "nunca" for payload in receiver.waha("message"))
    shop.clear_faults()
    assert shop.state()["faults"] == []
