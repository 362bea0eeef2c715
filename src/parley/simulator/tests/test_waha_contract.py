"""Every answer and every webhook of the simulated WAHA against WAHA's own documents."""

from typing import Any

import pytest

from parley.simulator.testing import running_simulator
from parley.simulator.tests.conftest import Receiver
from parley.simulator.tests.waha_calls import MARINA, NOT_SIMULATED, RAW, Caller, go_through
from parley.simulator.tests.waha_contract import DOCUMENTS, call, contract, filled

ENGINES = ("GOWS", "NOWEB", "WEBJS", "WPP")
WEBHOOK_RETRIES = {"policy": "constant", "delaySeconds": 0.05, "attempts": 2}
MISSING = [str(path) for path in DOCUMENTS.values() if not path.is_file()]

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"WAHA'S CONTRACT NOT TESTED: there is no {MISSING}")


@pytest.mark.parametrize("engine", ENGINES)
def test_every_answer_is_as_documented_or_known_to_depart(engine: str) -> None:
    with running_simulator() as whatsapp:
        whatsapp.add_session("shop", engine=engine)
        ask = Caller(whatsapp, engine)
        go_through(ask, whatsapp, can_forward=engine != "GOWS", is_browser=engine in {"WEBJS", "WPP"})
        assert ask.complaints == []
        assert ask.departed == set(RAW[engine])


def test_answers_can_be_asked_for_as_documented() -> None:
    with running_simulator() as whatsapp:
        whatsapp.add_session("shop", engine="WEBJS")
        whatsapp._simulator("PUT", "waha/sessions/shop/quirks", {"answers": "documented"})
        ask = Caller(whatsapp, "WEBJS")
        go_through(ask, whatsapp, can_forward=True, is_browser=True)
        assert (ask.complaints, ask.departed) == ([], {("GET", "/api/{session}/groups")})


def test_nothing_documented_is_forgotten() -> None:
    """Every operation of 2026 is called by one of the engines, or named with the reason why not."""
    with running_simulator() as whatsapp:
        called: set[tuple[str, str]] = set()
        for engine in ("NOWEB", "WEBJS"):
            whatsapp.reset()
            whatsapp.add_session("shop", engine=engine)
            ask = Caller(whatsapp, engine)
            go_through(ask, whatsapp, can_forward=True, is_browser=engine == "WEBJS")
            called |= ask.called
    left = contract("2026.7.1").operations() - called
    unexplained = {path for _, path in left if not path.startswith(tuple(NOT_SIMULATED))}
    assert unexplained == {path for _, path in left if "/auth/" in path}  # those have a test of their own


def test_pairing_with_a_passkey_is_as_documented(receiver: Receiver) -> None:
    held = contract("2026.7.1")
    with running_simulator() as whatsapp:
        whatsapp._simulator("PUT", "waha/quirks", {"wants_passkey": True})
        whatsapp.add_session("shop", engine="GOWS", webhook_url=receiver.url, scan=False)
        whatsapp.until(lambda: whatsapp.session_status("shop") == "SCAN_QR_CODE")
        answers: list[tuple[str, str, object]] = [
            ("GET", "/api/{session}/auth/qr", None),
            ("POST", "/api/{session}/auth/request-code", {"phoneNumber": "551932110000"}),
        ]
        passkey = {"id": "a", "rawId": "a", "type": "public-key", "response": {}}
        steps: list[tuple[str, str, object]] = [
            ("GET", "/api/{session}/auth/passkey/challenge", None),
            ("POST", "/api/{session}/auth/passkey", passkey),
            ("GET", "/api/{session}/auth/passkey/confirmation", None),
            ("POST", "/api/{session}/auth/passkey/confirm", None),
        ]
        for method, path, body in answers:
            answer = call(whatsapp, method, filled(path, {"session": "shop"}), body)
            assert held.complaints(method, path, answer) == []
        assert call(whatsapp, "GET", "/api/shop/auth/passkey/challenge").status == 422
        whatsapp.scan("shop")
        assert whatsapp.session_status("shop") == "PASSKEY_REQUIRED"
        for method, path, body in steps:
            answer = call(whatsapp, method, filled(path, {"session": "shop"}), body)
            assert held.complaints(method, path, answer) == []
        assert whatsapp.session_status("shop") == "WORKING"
        whatsapp.until(lambda: len(receiver.waha("session.status")) == 5)
        data = {payload["status"]: payload["data"] for payload in receiver.waha("session.status")}
        assert data["PASSKEY_REQUIRED"]["rpId"] == "web.whatsapp.com"
        assert len(data["PASSKEY_CONFIRMATION_REQUIRED"]["code"]) == 4
        assert data["WORKING"] is None


@pytest.mark.parametrize("engine", ENGINES)
def test_every_documented_webhook_can_be_sent(engine: str, receiver: Receiver) -> None:
    held = contract("2026.7.1")
    events = [*held.events(), "message.waiting"]
    with running_simulator() as whatsapp:
        whatsapp.add_session("shop", engine=engine)
        webhook = {"url": receiver.url, "events": events, "retries": WEBHOOK_RETRIES}
        whatsapp.waha("PUT", "/api/sessions/shop", {"config": {"webhooks": [webhook]}})
        whatsapp.until(lambda: whatsapp.session_status("shop") == "WORKING")
        for event in events:
            whatsapp._simulator("POST", f"waha/sessions/shop/webhooks/{event}", {"wa_id": MARINA})
        envelopes = whatsapp.until(lambda: _all_of(receiver, set(events)))
    for envelope in envelopes:
        if envelope["event"] in held.events():
            assert held.complaints_about_event(envelope["event"], envelope) == [], envelope["event"]


def _all_of(receiver: Receiver, events: set[str]) -> list[Any]:
    found = [hook.json for hook in list(receiver.hooks)]
    return found if {envelope["event"] for envelope in found} >= events else []
