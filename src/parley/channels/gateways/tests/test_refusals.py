"""What the providers' own refusals mean: decided by their words and codes, never by the HTTP status alone."""

from typing import Any

import pytest

from parley.channels.gateways.cloud_api.client import mark_read
from parley.channels.gateways.neutral import ChannelNotWorking, Credentials, GatewayError
from parley.channels.gateways.tests.provider import Answer, against
from parley.channels.gateways.tests.test_send import failure, send, text
from parley.core.http import HttpClient


@pytest.mark.parametrize(
    ("answer", "kind", "code", "stops"),
    [
        (Answer(401, {"message": "Unauthorized", "statusCode": 401}), "refused", "waha_401", True),
        (
            Answer(400, {"message": ["chatId must be a string"], "statusCode": 400}),
            "refused",
            "waha_400",
            False,
        ),
        (
            Answer(422, {"statusCode": 422, "message": "not supported", "error": "Unprocessable Entity"}),
            "refused",
            "waha_422",
            False,
        ),
        (Answer(501, {"statusCode": 501, "message": "Not implemented"}), "refused", "waha_501", False),
        (
            Answer(500, {"statusCode": 500, "message": "Internal server error"}),
            "uncertain",
            "waha_500",
            False,
        ),
    ],
)
def test_waha_refusals(answer: Answer, kind: str, code: str, stops: bool) -> None:  # noqa: FBT001
    error = failure("waha", answer)
    assert (error.kind, error.code, error.stops_channel) == (kind, code, stops)


@pytest.mark.parametrize(
    ("thrown", "kind", "code", "stops"),
    [
        (
            "2 UNKNOWN: no LID found for 5519000@s.whatsapp.net from server",
            "refused",
            "not_on_whatsapp",
            False,
        ),
        ("failed to send: server returned error 463", "refused", "463", False),
        ("server returned error 401", "refused", "signed_out", True),
        ("Media upload failed on all hosts", "throttled", "media_upload", False),
        ("rate-overlimit", "throttled", "rate_overlimit", False),
        ("Evaluation failed: Lid is missing in chat table", "refused", "engine_outdated", False),
        ("Cannot read properties of undefined", "uncertain", "exception", False),
    ],
)
def test_waha_exceptions(thrown: str, kind: str, code: str, stops: bool) -> None:  # noqa: FBT001
    body = {
        "statusCode": 500,
        "exception": {"message": thrown, "metadata": []},
        "request": {"body": "segredo"},
    }
    error = failure("waha", Answer(500, body))
    assert (error.kind, error.code, error.stops_channel) == (kind, code, stops)
    assert "segredo" not in error.message


@pytest.mark.parametrize(
    ("told", "state", "stops"),
    [("STARTING", "starting", False), ("SCAN_QR_CODE", "scan_qr", True), ("FAILED", "failed", True)],
)
def test_waha_session_in_the_wrong_state(told: str, state: str, stops: bool) -> None:  # noqa: FBT001
    body = {"error": "Session status is not as expected.", "status": told, "expected": ["WORKING"]}
    error = failure("waha", Answer(422, body))
    assert isinstance(error, ChannelNotWorking)
    assert (error.kind, error.state, error.stops_channel) == ("throttled", state, stops)
    missing = {"statusCode": 404, "message": "We didn't find a session with name 'loja 1'"}
    error = failure("waha", Answer(404, missing))
    assert isinstance(error, ChannelNotWorking)
    assert error.state == "stopped"


@pytest.mark.parametrize("http_status", [200, 400, 401, 403, 429, 500, 503])
@pytest.mark.parametrize(
    ("code", "kind", "stops"),
    [
        (190, "refused", True), (0, "refused", True), (10, "refused", True), (200, "refused", True),
        (299, "refused", True), (368, "refused", True), (131031, "refused", True), (131042, "refused", True),
        (131048, "refused", True), (133010, "refused", True),
        (4, "throttled", False), (80007, "throttled", False), (130429, "throttled", False),
        (131056, "throttled", False), (17, "throttled", False), (613, "throttled", False),
        (100, "refused", False), (131026, "refused", False), (131047, "refused", False),
        (131049, "refused", False), (131050, "refused", False), (132001, "refused", False),
        (132999, "refused", False), (130472, "refused", False), (131062, "refused", False),
    ],
)  # fmt: skip
def test_meta_is_judged_by_code_alone(http_status: int, code: int, kind: str, stops: bool) -> None:  # noqa: FBT001
    body = {"error": {"message": "(#1) no", "code": code, "error_data": {"details": "por isso"}}}
    result, _ = send("cloud_api", text("cloud_api"), Answer(http_status, body))
    assert isinstance(result, GatewayError)
    assert (result.kind, result.code, result.stops_channel) == (kind, str(code), stops)
    assert "por isso" in result.message
    assert (result.retry_after is not None) == (kind == "throttled")


@pytest.mark.parametrize("code", [1, 2, 131000, 131016, 133004])
def test_metas_own_fault_may_come_after_the_message(code: int) -> None:
    body = {"error": {"message": "(#2) try later", "code": code}}
    for http_status in (500, 503):
        error = failure("cloud_api", Answer(http_status, body))
        assert (error.kind, error.code, error.retry_after) == ("uncertain", str(code), None)
        assert "Nothing was sent" not in error.message
    for http_status in (200, 400, 429):
        assert failure("cloud_api", Answer(http_status, body)).kind == "throttled"


def test_metas_own_fault_at_a_control_call_is_waited_for() -> None:
    async def read(http: HttpClient, credentials: Credentials) -> None:
        await mark_read(http, credentials, message_id="wamid.1")

    error, _ = against(read, Answer(503, {"error": {"message": "later", "code": 131016}}))
    assert isinstance(error, GatewayError)
    assert error.kind == "throttled"


def test_meta_in_unknown_codes() -> None:
    unknown: dict[str, Any] = {"message": "?", "code": 987654, "error_data": "old text"}
    assert failure("cloud_api", Answer(400, {"error": unknown})).kind == "refused"
    assert failure("cloud_api", Answer(500, {"error": unknown})).kind == "uncertain"
    transient = {"error": unknown | {"is_transient": True}}
    assert failure("cloud_api", Answer(400, transient)).kind == "throttled"
    assert failure("cloud_api", Answer(500, transient)).kind == "uncertain"
    assert failure("cloud_api", Answer(500, {"error": {"message": "no code"}})).kind == "uncertain"


def test_meta_subcodes_and_waiting_times() -> None:
    gone = {"error": {"code": 100, "error_subcode": 33, "message": "Unsupported post request"}}
    assert failure("cloud_api", Answer(400, gone)).stops_channel
    usage = {"x-business-use-case-usage": '{"9900":[{"estimated_time_to_regain_access":3}]}'}
    busy = {"error": {"code": 80007, "message": "Rate limit"}}
    assert failure("cloud_api", Answer(400, busy, usage)).retry_after == 180
    assert failure("cloud_api", Answer(429, busy, {"Retry-After": "12"})).retry_after == 12
