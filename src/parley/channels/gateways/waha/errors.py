"""What WAHA's refusals mean: one table, read by what an answer says and never by its status alone.

WAHA has no error codes. It answers with `{"statusCode", "message", "error"}`, with `{"error", "status",
"expected"}` for a session in the wrong state, and with `{"statusCode": 500, "exception": {"message"}}` for
whatever its engine threw. That last answer also repeats our request, so only the exception's text is shown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from parley.channels.gateways.calling import retry_after, unreadable
from parley.channels.gateways.neutral import (
    ChannelNotWorking,
    ChannelStatus,
    Consequence,
    GatewayError,
    GatewayErrorKind,
)
from parley.channels.gateways.untrusted import first_word, section, text, word
from parley.channels.gateways.waha.numbers import STATES
from parley.core.http import Response

_STATE_ADVICE: Final[Mapping[ChannelStatus, str]] = {
    "stopped": "The number is stopped. Start it on the channel's page.",
    "starting": "The number is still starting. Parley goes on by itself as soon as it is connected.",
    "scan_qr": "The number is signed out. Scan the QR code on the channel's page.",
    "passkey": "The number waits for a passkey. Finish signing in on the channel's page.",
    "working": "The number is connected, but was not a moment ago. Parley tries again by itself.",
    "failed": "The number's connection failed. Restart it on the channel's page, or else sign in again.",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a failure means for us. `pattern` is looked for in the engine's words, its stack included."""

    code: str
    pattern: re.Pattern[str]
    kind: GatewayErrorKind
    consequence: Consequence
    message: str
    retry_after: float | None = None


def _verdict(
    code: str, pattern: str, kind: GatewayErrorKind, consequence: Consequence, message: str, **further: Any
) -> Verdict:
    return Verdict(code, re.compile(pattern, re.IGNORECASE), kind, consequence, message, **further)


VERDICTS: Final[tuple[Verdict, ...]] = (
    _verdict(
        "463", r"\berror? 463\b|account_restricted|reachout.?timelock", "refused", "later",
        "WhatsApp lets this number write to nobody new for some hours or days. Replies still work.",
    ),
    _verdict(
        "not_on_whatsapp",
        r"no LID found for|(number|user|recipient|contact)\b.{0,40}\b(not registered|not on whatsapp"
        r"|not exists?\b|isn.t registered)",
        "refused", "never",
        "WhatsApp knows no account with this number. Check the number with the contact.",
    ),
    _verdict(
        "signed_out", r"server returned error 40[13]|doesn't contain a device JID|not logged in", "refused",
        "stop_number",
        "WhatsApp no longer accepts this number's session. Sign the number in again on the channel's page.",
    ),
    _verdict(
        "rate_overlimit", r"rate-overlimit|server returned error 429", "throttled", "throttle",
        "WhatsApp asks this number to slow down.", retry_after=60.0,
    ),
    _verdict(
        "media_upload", r"Media upload failed on all hosts", "throttled", "throttle",
        "WhatsApp did not take the file just now. Nothing was sent.", retry_after=30.0,
    ),
    _verdict(
        # The stack proves that the socket was closed before anything was written to it.
        "not_connected", r"Connection Closed[\s\S]*\bat sendRawMessage\b|websocket not connected",
        "throttled", "throttle", "The number lost its connection to WhatsApp. Nothing was sent.",
        retry_after=15.0,
    ),
    _verdict(
        "engine_outdated", r"Lid is missing in chat table|No LID for user", "refused", "never",
        "WAHA's engine cannot address this contact since an update of WhatsApp Web. Update WAHA.",
    ),
    _verdict(
        "bad_chat", r"invalid wid|wid error", "refused", "never",
        "WhatsApp cannot read this contact's number. Correct it on the contact's page.",
    ),
    _verdict(
        "message_gone", r"message.{0,60}\bnot found|can't edit|not able to (edit|revoke|delete)", "refused",
        "never", "WhatsApp no longer has this message, or no longer lets anybody change it.",
    ),
    _verdict(
        "store_off", r"Enable NOWEB store", "refused", "never",
        "This session keeps no messages. Turn on its store in WAHA, then sign the number in anew.",
    ),
    _verdict(
        "no_such_call", r"not (implemented|supported) by the engine|Cannot (GET|POST|PUT|DELETE) /api",
        "refused", "never", "This version of WAHA, or its engine, cannot do that.",
    ),
)  # fmt: skip

_OTHER_CODES: Final[Mapping[str, Consequence]] = {
    "waha_401": "stop_number",
    "waha_429": "throttle",
    "http_429": "throttle",
    "unreachable": "throttle",
    "channel_starting": "throttle",
    "address_refused": "stop_number",
    "type_not_supported": "never",
    "no_address": "never",
    "no_target": "never",
    "waha_400": "never",
    "waha_422": "never",
    "waha_501": "never",
}
_CONSEQUENCES: Final[Mapping[str, Consequence]] = {
    **_OTHER_CODES,
    **{one.code: one.consequence for one in VERDICTS},
    **{f"channel_{state}": "stop_number" for state in _STATE_ADVICE if state != "starting"},
}
_LEFT_OPEN: Final = frozenset({408, 499})
"""Somebody stopped waiting: the engine may have gone on."""
_NOT_DELIVERED: Final = (
    "WhatsApp did not take the message. Check on the phone whether the number is restricted."
)


def refusal(answer: Response) -> GatewayError:
    """The failure that an answer other than 2xx tells of."""
    try:
        said = answer.json()
    except ValueError:
        return unreadable(answer, provider="WAHA")
    body = section(said)
    if "expected" in body or text(body.get("error")).startswith("Session status"):
        return _wrong_state(body, answer.status)
    exception = section(body, "exception")
    if told := _words(exception):
        return _thrown(exception, told, answer.status)
    if isinstance(body.get("statusCode"), int) and 400 <= body["statusCode"] < 600:
        return _refused(body, answer)
    return unreadable(answer, provider="WAHA")


def is_refusal(answer: Response) -> bool:
    """Whether an answer of success carries the words of a failure."""
    if answer.body.lstrip()[:1] != b"{":
        return False
    try:
        body = section(answer.json())
    except ValueError:
        return False
    status = body.get("statusCode")
    is_error = isinstance(status, int) and not isinstance(status, bool) and status >= 400
    return is_error and ("exception" in body or "message" in body)


def consequence_of(code: str) -> Consequence:
    """What a code of ours or of a receipt means for the messages after it."""
    return _CONSEQUENCES.get(code, "unknown")


def describe_failure(code: str, said: str | None) -> str:
    """Words for a message that was taken and then failed."""
    known = next((one for one in VERDICTS if one.code == code), None)
    return known.message if known else (said or _NOT_DELIVERED)[:500]


def _wrong_state(body: Mapping[str, Any], http_status: int) -> GatewayError:
    state = STATES.get(text(body.get("status")), "failed")
    return ChannelNotWorking(state, _STATE_ADVICE[state], http_status=http_status)


def _thrown(exception: Mapping[str, Any], told: str, http_status: int) -> GatewayError:
    if verdict := _verdict_on(told):
        return _failure(verdict, http_status)
    shown = first_word(exception.get("message"), exception.get("details"), exception.get("name")) or told
    return GatewayError(
        "uncertain", f"WAHA's engine failed: {shown[:300]}", code="exception", http_status=http_status
    )


def _refused(body: Mapping[str, Any], answer: Response) -> GatewayError:
    said = body.get("message")
    parts = [part for part in said if isinstance(part, str)] if isinstance(said, list) else [text(said)]
    message = "; ".join(parts)[:300] or "no reason given"
    status = body["statusCode"]
    known: dict[str, Any] = {"http_status": answer.status, "code": f"waha_{status}"}
    if status == 401:
        return GatewayError(
            "refused",
            "WAHA does not accept the API key. Take the one that the server was started with (WAHA_API_KEY).",
            stops_channel=True,
            **known,
        )
    if status == 404 and re.search(r"find a session|session .*not (found|exist)", message, re.IGNORECASE):
        return ChannelNotWorking("stopped", _STATE_ADVICE["stopped"], http_status=answer.status)
    if verdict := _verdict_on(message):
        return _failure(verdict, answer.status)
    if status == 429:
        wait = retry_after(answer)
        return GatewayError("throttled", f"WAHA asks to slow down: {message}", retry_after=wait, **known)
    if status in _LEFT_OPEN:
        return GatewayError("uncertain", f"WAHA did not say what happened: {message}", **known)
    if status < 500 or status == 501:
        return GatewayError("refused", f"WAHA refused: {message}", **known)
    return GatewayError("uncertain", f"WAHA failed: {message}", **known)


def _words(exception: Mapping[str, Any]) -> str:
    """Everything that an exception says of itself, its stack last."""
    told = [word(exception.get(name)) for name in ("message", "details", "name", "stack")]
    return "\n".join(one[:5000] for one in told if one)


def _verdict_on(said: str) -> Verdict | None:
    return next((one for one in VERDICTS if one.pattern.search(said)), None)


def _failure(verdict: Verdict, http_status: int) -> GatewayError:
    return GatewayError(
        verdict.kind,
        verdict.message,
        code=verdict.code,
        http_status=http_status,
        retry_after=verdict.retry_after,
        stops_channel=verdict.consequence == "stop_number",
        consequence=verdict.consequence,
    )
