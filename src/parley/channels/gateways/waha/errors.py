"""What WAHA's refusals mean.

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
    GatewayError,
    GatewayErrorKind,
)
from parley.channels.gateways.untrusted import section, text
from parley.channels.gateways.waha.inbound import STATES
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
    """What an engine's exception means for us."""

    pattern: re.Pattern[str]
    kind: GatewayErrorKind
    code: str
    message: str
    stops_channel: bool = False
    retry_after: float | None = None


def _verdict(pattern: str, kind: GatewayErrorKind, code: str, message: str, **further: Any) -> Verdict:
    return Verdict(re.compile(pattern, re.IGNORECASE), kind, code, message, **further)


EXCEPTIONS: Final[tuple[Verdict, ...]] = (
    _verdict(
        r"no LID found for", "refused", "not_on_whatsapp",
        "WhatsApp knows no account with this number. Check the number with the contact.",
    ),
    _verdict(
        r"server returned error 463", "refused", "463",
        "WhatsApp lets this number write to nobody new for some hours or days. Replies still work.",
    ),
    _verdict(
        r"server returned error (401|403)", "refused", "signed_out",
        "WhatsApp no longer accepts this number's session. Sign the number in again on the channel's page.",
        stops_channel=True,
    ),
    _verdict(
        r"Media upload failed on all hosts", "throttled", "media_upload",
        "WhatsApp did not take the file just now. Nothing was sent.", retry_after=30.0,
    ),
    _verdict(
        r"rate-overlimit", "throttled", "rate_overlimit",
        "WhatsApp asks this number to slow down.", retry_after=60.0,
    ),
    _verdict(
        r"Lid is missing in chat table|No LID for user", "refused", "engine_outdated",
        "WAHA's engine cannot address this contact since an update of WhatsApp Web. Update WAHA.",
    ),
)  # fmt: skip


def refusal(answer: Response) -> GatewayError:
    """The failure that an answer other than 2xx tells of."""
    try:
        said = answer.json()
    except ValueError:
        return unreadable(answer, provider="WAHA")
    body = section(said)
    if "expected" in body or text(body.get("error")).startswith("Session status"):
        return _wrong_state(body, answer.status)
    if exception := text(section(body, "exception").get("message")):
        return _exception(exception, answer.status)
    if isinstance(body.get("statusCode"), int) and 400 <= body["statusCode"] < 600:
        return _refused(body, answer)
    return unreadable(answer, provider="WAHA")


def _wrong_state(body: Mapping[str, Any], http_status: int) -> GatewayError:
    state = STATES.get(text(body.get("status")), "failed")
    return ChannelNotWorking(state, _STATE_ADVICE[state], http_status=http_status)


def _exception(said: str, http_status: int) -> GatewayError:
    for verdict in EXCEPTIONS:
        if verdict.pattern.search(said):
            return GatewayError(
                verdict.kind,
                verdict.message,
                code=verdict.code,
                http_status=http_status,
                retry_after=verdict.retry_after,
                stops_channel=verdict.stops_channel,
            )
    return GatewayError(
        "uncertain", f"WAHA's engine failed: {said[:300]}", code="exception", http_status=http_status
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
            "WAHA does not accept the API key. Put the right key into the channel's settings.",
            stops_channel=True,
            **known,
        )
    if status == 404 and re.search(r"find a session|session .*not (found|exist)", message, re.IGNORECASE):
        return ChannelNotWorking("stopped", _STATE_ADVICE["stopped"], http_status=answer.status)
    if status == 429:
        wait = retry_after(answer)
        return GatewayError("throttled", f"WAHA asks to slow down: {message}", retry_after=wait, **known)
    if status < 500 or status == 501:
        return GatewayError("refused", f"WAHA refused: {message}", **known)
    return GatewayError("uncertain", f"WAHA failed: {message}", **known)
