"""Faults: what is accepted stands in the ledger, whatever happens to the answer."""

import http.client
import time
import urllib.error

import pytest

from parley.simulator.people.phones import Letter
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


def test_a_script_waits_its_turn_and_ends(shop: Simulator) -> None:
    shop.add_session("other")
    script = [
        {"api": "waha", "action": "refuse", "match": "sendText", "nth": 2, "params": {"status": 422}},
        {"api": "waha", "action": "refuse", "match": "sendText", "channel": "other", "times": 0},
    ]
    shop.play(script)
    send(shop, "primeira")
    with pytest.raises(Refusal) as refusal:
        send(shop, "segunda")
    assert refusal.value.status == 422
    send(shop, "terceira")
    with pytest.raises(Refusal):
        shop.waha("POST", "/api/sendText", {"session": "other", "chatId": f"{MARINA}@c.us", "text": "a"})
    faults = shop.state()["faults"]
    assert [(fault["seen"], fault["hits"]) for fault in faults] == [(2, 1), (1, 1)]


def test_a_fault_that_happens_now_and_then_follows_the_seed(shop: Simulator) -> None:
    shop.play([{"api": "waha", "action": "refuse", "match": "sendText", "times": 0, "probability": 0.5}])
    outcomes = []
    for number in range(40):
        try:
            send(shop, f"{number}")
            outcomes.append(True)
        except Refusal:
            outcomes.append(False)
    assert 5 < sum(outcomes) < 35


@pytest.mark.parametrize("accept", [True, False])
def test_something_in_between_answers(shop: Simulator, *, accept: bool) -> None:
    params = {"status": 500, "body": "Bad Gateway", "accept": accept}
    shop.play([{"api": "waha", "action": "not_json", "match": "sendText", "params": params}])
    with pytest.raises(Refusal) as refusal:
        send(shop)
    assert (refusal.value.status, refusal.value.body) == (500, b"Bad Gateway")
    assert len(shop.ledger()) == accept


def test_a_throttle_says_how_long(shop: Simulator) -> None:
    shop.add_cloud_app()
    headers = {"x-business-use-case-usage": "{}"}
    shop.fault("cloud", "throttle", match="/messages", status=429, retry_after=7, headers=headers)
    body = {"messaging_product": "whatsapp", "to": f"+{MARINA}", "type": "text", "text": {"body": "a"}}
    with pytest.raises(Refusal) as refusal:
        shop.cloud("POST", "/v25.0/109800000000001/messages", body)
    assert (refusal.value.status, refusal.value.headers["retry-after"]) == (429, "7")
    assert refusal.value.headers["x-business-use-case-usage"] == "{}"


def test_a_token_is_revoked_and_a_file_expires(shop: Simulator) -> None:
    shop.add_cloud_app()
    shop.fault("cloud", "revoked_token")
    with pytest.raises(Refusal) as refusal:
        shop.cloud("GET", "/v25.0/109800000000001")
    error = refusal.value.body["error"]  # type: ignore[index]
    assert (refusal.value.status, error["code"], error["error_subcode"]) == (401, 190, 463)
    shop.write(MARINA, Letter(channel="109800000000001", type="image"))
    media_id = shop.chat(MARINA, channel="109800000000001")[0].media_id
    shop.fault("cloud", "expired_media")
    url = shop.cloud("GET", f"/v25.0/{media_id}")["url"].removeprefix(shop.url)
    with pytest.raises(Refusal) as refusal:
        shop.cloud("GET", url)
    assert refusal.value.status == 404
    assert shop.cloud("GET", url)
