"""What WAHA's failures mean, by what they say: their kind, and what follows for the messages after."""

import json
from typing import Any

import pytest

from parley.channels.gateways import gateway_for
from parley.channels.gateways.calling import unreadable
from parley.channels.gateways.neutral import ChannelNotWorking
from parley.channels.gateways.tests.provider import Answer
from parley.channels.gateways.tests.test_send import failure
from parley.channels.gateways.waha.errors import VERDICTS, refusal
from parley.core.http import Response

GATEWAY = gateway_for("waha")
STACK = "Error: Connection Closed\n    at sendRawMessage (/app/node_modules/noweb/store/socket.js:59:19)"


@pytest.mark.parametrize(
    ("thrown", "kind", "code", "consequence"),
    [
        ({"message": "2 UNKNOWN: server returned error 463"}, "refused", "463", "later"),
        ({"message": "2 UNKNOWN: o servidor retornou o erro 463"}, "refused", "463", "later"),
        (
            {"message": "x", "details": "no LID found for 52@s.whatsapp.net"},
            "refused",
            "not_on_whatsapp",
            "never",
        ),
        ({"message": "The number 55 is not registered"}, "refused", "not_on_whatsapp", "never"),
        ({"message": "2 UNKNOWN: server returned error 403"}, "refused", "signed_out", "stop_number"),
        ({"message": "the store doesn't contain a device JID"}, "refused", "signed_out", "stop_number"),
        ({"message": "rate-overlimit"}, "throttled", "rate_overlimit", "throttle"),
        ({"message": "Media upload failed on all hosts"}, "throttled", "media_upload", "throttle"),
        ({"message": "Connection Closed", "stack": STACK}, "throttled", "not_connected", "throttle"),
        ({"message": "2 UNKNOWN: websocket not connected"}, "throttled", "not_connected", "throttle"),
        ({"message": "No LID for user"}, "refused", "engine_outdated", "never"),
        ({"message": "wid error: invalid wid"}, "refused", "bad_chat", "never"),
        # Without the stack nobody knows whether the socket closed before the message or after it.
        ({"message": "Connection Closed"}, "uncertain", "exception", "unknown"),
        ({"stack": "TypeError: x\n at noweb/store/session.js"}, "uncertain", "exception", "unknown"),
        ({"message": "Timed Out", "metadata": []}, "uncertain", "exception", "unknown"),
        ({"name": "r", "message": "r"}, "uncertain", "exception", "unknown"),
    ],
)
def test_what_the_engine_threw(thrown: dict[str, Any], kind: str, code: str, consequence: str) -> None:
    for http_status in (500, 400, 503):
        error = failure("waha", Answer(http_status, {"statusCode": http_status, "exception": thrown}))
        assert (error.kind, error.code, error.consequence) == (kind, code, consequence)
        assert error.stops_channel == (consequence == "stop_number")
        assert GATEWAY.consequence_of(error.code) == consequence
        assert "/app/node_modules" not in error.message


@pytest.mark.parametrize(
    ("answer", "kind", "code", "consequence"),
    [
        (Answer(401, {"message": "Unauthorized", "statusCode": 401}), "refused", "waha_401", "stop_number"),
        (Answer(500, {"message": "Unauthorized", "statusCode": 401}), "refused", "waha_401", "stop_number"),
        (Answer(400, {"message": ["chatId is bad"], "statusCode": 400}), "refused", "waha_400", "never"),
        (
            Answer(422, {"message": "not implemented by the engine", "statusCode": 422}),
            "refused",
            "no_such_call",
            "never",
        ),
        (
            Answer(404, {"message": "Cannot POST /api/sendList", "statusCode": 404}),
            "refused",
            "no_such_call",
            "never",
        ),
        (
            Answer(
                400, {"message": 'Enable NOWEB store "config.noweb.store.enabled=True"', "statusCode": 400}
            ),
            "refused",
            "store_off",
            "never",
        ),
        (Answer(429, {"message": "slow", "statusCode": 429}), "throttled", "waha_429", "throttle"),
        (Answer(408, {"message": "Request Timeout", "statusCode": 408}), "uncertain", "waha_408", "unknown"),
        (Answer(429, "slow", {"Retry-After": "3"}), "throttled", "http_429", "throttle"),
        (
            Answer(500, {"message": "Internal server error", "statusCode": 500}),
            "uncertain",
            "waha_500",
            "unknown",
        ),
        (Answer(502, "<html>Bad Gateway</html>"), "uncertain", "http_502", "unknown"),
        (Answer(500, ""), "uncertain", "http_500", "unknown"),
        (Answer(500, "[]"), "uncertain", "http_500", "unknown"),
    ],
)
def test_other_answers(answer: Answer, kind: str, code: str, consequence: str) -> None:
    error = failure("waha", answer)
    assert (error.kind, error.code, error.consequence) == (kind, code, consequence)
    assert GATEWAY.consequence_of(code) == consequence


@pytest.mark.parametrize(
    ("status", "state", "consequence"),
    [
        ("STARTING", "starting", "throttle"),
        ("STOPPED", "stopped", "stop_number"),
        ("SCAN_QR_CODE", "scan_qr", "stop_number"),
        ("PASSKEY_REQUIRED", "passkey", "stop_number"),
        ("PASSKEY_CONFIRMATION_REQUIRED", "passkey", "stop_number"),
        ("FAILED", "failed", "stop_number"),
        ("DREAMING", "failed", "stop_number"),
    ],
)
def test_session_in_another_state(status: str, state: str, consequence: str) -> None:
    said = {"error": "Session status is not as expected.", "status": status, "expected": ["WORKING"]}
    for http_status in (422, 500, 400):
        error = failure("waha", Answer(http_status, said))
        assert isinstance(error, ChannelNotWorking)
        assert (error.state, error.consequence) == (state, consequence)
        assert GATEWAY.consequence_of(error.code) == consequence


def test_the_table_is_whole() -> None:
    assert len({one.code for one in VERDICTS}) == len(VERDICTS)
    for one in VERDICTS:
        said = json.dumps({"exception": {"message": "none of them"}}).encode()
        assert refusal(Response(status=500, headers={}, body=said)).code == "exception"
        assert (one.kind == "throttled") == (one.consequence == "throttle") == (one.retry_after is not None)
    assert GATEWAY.consequence_of("never heard") == "unknown"
    assert unreadable(Response(status=500, headers={}, body=b""), provider="WAHA").kind == "uncertain"
