"""Sessions: created, scanned, working; refused in WAHA's words where they must be."""

import base64
import struct

import pytest

from parley.simulator.testing import Refusal, Simulator, running_simulator
from parley.simulator.tests.conftest import WAHA_KEY, Receiver


def test_a_session_walks_from_starting_to_working(whatsapp: Simulator, receiver: Receiver) -> None:
    whatsapp.add_session("shop", webhook_url=receiver.url, hmac_key=WAHA_KEY)
    whatsapp.until(lambda: len(receiver.waha("session.status")) == 3)
    last = max(receiver.waha("session.status"), key=lambda payload: len(payload["statuses"]))
    assert [point["status"] for point in last["statuses"]] == ["STARTING", "SCAN_QR_CODE", "WORKING"]
    info = whatsapp.waha("GET", "/api/sessions/shop")
    assert info["me"]["id"] == "551932110000@c.us"
    assert whatsapp.waha("GET", "/api/sessions/shop/me")["pushName"] == "Casa Lume"


def test_the_qr_code_comes_as_picture_json_and_raw(whatsapp: Simulator) -> None:
    whatsapp.add_session("shop", scan=False)
    whatsapp.until(lambda: whatsapp.session_status("shop") == "SCAN_QR_CODE")
    picture = whatsapp.waha("GET", "/api/shop/auth/qr")
    assert picture.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", picture[16:24])
    assert width == height > 200
    assert whatsapp.waha("GET", "/api/shop/auth/qr?format=raw")["value"].startswith("2@")
    code = whatsapp.waha("POST", "/api/shop/auth/request-code", {"phoneNumber": "551932110000"})["code"]
    assert len(code) == 9
    answer = whatsapp._call(
        "GET", "/api/shop/auth/qr", None, {"X-Api-Key": whatsapp.api_key, "accept": "application/json"}
    )
    assert base64.b64decode(answer["data"]) == picture


def test_commands_are_idempotent_and_logout_asks_for_a_new_scan(whatsapp: Simulator) -> None:
    whatsapp.add_session("shop")
    assert whatsapp.waha("POST", "/api/sessions/shop/start")["status"] == "WORKING"
    assert whatsapp.waha("POST", "/api/sessions/shop/stop")["status"] == "STOPPED"
    assert whatsapp.waha("POST", "/api/sessions/shop/stop")["status"] == "STOPPED"
    assert whatsapp.waha("GET", "/api/sessions") == []
    assert [session["name"] for session in whatsapp.waha("GET", "/api/sessions?all=true")] == ["shop"]
    whatsapp.waha("POST", "/api/sessions/shop/restart")
    whatsapp.until(lambda: whatsapp.session_status("shop") == "WORKING")
    whatsapp.waha("POST", "/api/sessions/shop/logout")
    whatsapp.until(lambda: whatsapp.session_status("shop") == "SCAN_QR_CODE")
    whatsapp.waha("DELETE", "/api/sessions/shop")
    whatsapp.waha("DELETE", "/api/sessions/shop")


def test_a_code_that_nobody_scans_ends_in_failed() -> None:
    from parley.simulator.testing import running_simulator

    with running_simulator(first_qr_seconds=0.02, next_qr_seconds=0.01, qr_rounds=3) as whatsapp:
        whatsapp.add_session("shop", scan=False)
        whatsapp.until(lambda: whatsapp.session_status("shop") == "FAILED")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "/api/sessions/nobody", None, 404, "nobody"),
        ("POST", "/api/sendText", {"session": "idle", "chatId": "1@c.us", "text": "a"}, 422, "expected"),
        ("POST", "/api/sendText", {"session": "shop", "text": "a"}, 400, "chatId"),
        ("POST", "/api/sendText", {"session": "none", "chatId": "1@c.us", "text": "a"}, 404, "none"),
        ("POST", "/api/sessions", {"name": "shop"}, 422, "exists"),
        ("GET", "/api/shop/auth/qr", None, 422, "SCAN_QR_CODE"),
        ("GET", "/api/no/such/path", None, 404, "Cannot GET"),
        ("POST", "/api/sessions/shop", {"config": {}}, 404, "Cannot POST"),
        (
            "POST",
            "/api/sendPoll",
            {"session": "shop", "chatId": "1@c.us", "poll": {"name": "a"}},
            400,
            "options",
        ),
        ("GET", "/api/shop/chats/1%40c.us/messages?limit=many", None, 400, "limit"),
        ("GET", "/api/shop/auth/passkey/challenge", None, 422, "PASSKEY_REQUIRED"),
        ("POST", "/api/forwardMessage", {"session": "shop", "chatId": "1@c.us", "messageId": "x"}, 404, "x"),
        ("GET", "/api/shop/groups/1%40g.us", None, 404, "not found"),
        (
            "PUT",
            "/api/reaction",
            {"session": "shop", "messageId": "true_1@c.us_A", "reaction": "a"},
            404,
            "A",
        ),
    ],
)
def test_refusals_are_in_the_words_of_waha(
    whatsapp: Simulator, method: str, path: str, body: object, status: int, words: str
) -> None:
    whatsapp.add_session("shop")
    whatsapp.waha("POST", "/api/sessions", {"name": "idle", "start": False})
    with pytest.raises(Refusal) as refusal:
        whatsapp.waha(method, path, body)
    assert refusal.value.status == status
    assert words in str(refusal.value.body)


def test_a_wrong_key_opens_nothing_but_ping(whatsapp: Simulator) -> None:
    whatsapp.api_key = "wrong"
    with pytest.raises(Refusal) as refusal:
        whatsapp.waha("GET", "/api/sessions")
    assert (refusal.value.status, refusal.value.body) == (401, {"message": "Unauthorized", "statusCode": 401})
    assert whatsapp.waha("GET", "/ping") == {"message": "pong"}


def test_attempts_without_end_stall_nobody() -> None:
    retries = {"policy": "linear", "attempts": 1e20, "delaySeconds": 60}
    hook = {"url": "http://127.0.0.1:9/", "events": ["message"], "retries": retries}
    with running_simulator() as whatsapp:
        whatsapp.add_session("shop")
        whatsapp.waha("PUT", "/api/sessions/shop", {"config": {"webhooks": [hook]}})
        whatsapp.until(lambda: whatsapp.session_status("shop") == "WORKING")
        assert whatsapp.say("5519998761234", "Oi", channel="shop")
