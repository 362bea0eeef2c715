"""What became of a try. Accepted at most once; where nobody can know, uncertain."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from parley.channels.gateways.neutral import Accepted, ChannelNotWorking, GatewayError
from parley.core.storage import FileMissing, StorageFailed
from parley.engines.sender.claims import Claim

_GIVE_UP_AFTER = timedelta(hours=24)
_LONGEST_PAUSE = 300.0
_CHANNEL_PAUSE = 30.0
_LONGEST_SPARING = 4.0**7
"""Seconds. Cloud API: after the n-th refusal of the same pair, wait 4 to the power of n seconds."""

UNSTORABLE = "answer_not_storable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one try. `status` is the message's next one; `delay` in seconds when it is queued again."""

    claim: Claim
    status: str
    outcome: str
    provider_message_id: str | None = None
    wa_id: str | None = None
    http_status: int | None = None
    code: str = ""
    detail: str = ""
    delay: float = 0.0
    slows_channel: bool = False
    stops_channel: str = ""
    stops_person: bool = False


def outcome_of(claim: Claim, result: Accepted | Exception, *, retry_seconds: float) -> Outcome:
    """Judge an answer or a failure. An unknown failure counts as uncertain: it may have left."""
    if isinstance(result, Accepted):
        return Outcome(
            claim,
            "accepted",
            "accepted",
            provider_message_id=result.provider_message_id,
            wa_id=result.wa_id,
            http_status=result.http_status,
        )
    backoff = min(retry_seconds * 2 ** min(claim.attempt - 1, 16), _LONGEST_PAUSE)
    if isinstance(result, FileMissing):
        return Outcome(claim, "failed", "withheld", code="file_missing", detail=str(result))
    if isinstance(result, NotSendable):
        detail = f"This message cannot be sent as it is ({result})."
        return Outcome(claim, "failed", "withheld", code="not_sendable", detail=detail)
    if isinstance(result, StorageFailed | _NotStarted):
        return Outcome(claim, "queued", "withheld", detail=str(result), delay=backoff)
    if isinstance(result, GatewayError):
        return _judged(claim, result, backoff)
    detail = f"The answer was not understood ({type(result).__name__})."
    return Outcome(claim, "uncertain", "uncertain", code="not_understood", detail=detail)


class NotSendable(Exception):
    """The message could not be put into the provider's words: nothing left, nor would it next time."""


class _NotStarted(Exception):
    """The lease had run out before the request began: nothing left."""


NOT_STARTED = _NotStarted("The turn was over before the request began.")


def _judged(claim: Claim, error: GatewayError, backoff: float) -> Outcome:
    judged = Outcome(
        claim, "uncertain", error.kind, http_status=error.http_status, code=error.code, detail=error.message
    )
    if error.kind == "uncertain":
        return judged
    if error.stops_channel:
        stops = error.state if isinstance(error, ChannelNotWorking) else "failed"
        return replace(judged, status="queued", delay=_CHANNEL_PAUSE, stops_channel=stops)
    if error.kind == "refused":
        return replace(judged, status="failed", stops_person=error.consequence == "stop_person")
    if datetime.now(UTC) - claim.created_at > _GIVE_UP_AFTER:
        return replace(judged, status="failed", code=error.code or "gave_up")
    if error.about_person:
        sparing = min(4.0 ** min(claim.attempt - 1, 16), _LONGEST_SPARING)
        return replace(judged, status="queued", delay=max(sparing, error.retry_after or 0.0))
    delay = max(backoff, error.retry_after or 0.0)
    return replace(judged, status="queued", delay=delay, slows_channel=error.kind == "throttled")


def without_answer(outcome: Outcome) -> Outcome:
    """The same try, as if its answer had never come: it cannot be stored."""
    return replace(
        outcome,
        status="uncertain",
        outcome="uncertain",
        provider_message_id=None,
        wa_id=None,
        code=UNSTORABLE,
        detail="The provider's answer could not be stored.",
    )
