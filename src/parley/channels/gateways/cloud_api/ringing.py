"""The field `calls`: calls in both directions, each phase by itself and in any order."""

import re
from collections.abc import Mapping
from typing import Any, Final

from parley.channels.gateways.cloud_api.people import address_of, is_ours, only_contact
from parley.channels.gateways.neutral import Call, CallPhase, Kept, NeutralEvent
from parley.channels.gateways.untrusted import identifier, items, moment, moment_or_now, number, section, text

_PHASES: Final[Mapping[str, CallPhase]] = {
    "RINGING": "ringing",
    "ACCEPTED": "accepted",
    "REJECTED": "rejected",
}
_VIDEO: Final = re.compile(r"^m=video [1-9]", re.MULTILINE)
"""A video line with a port in the description of the session (RFC 8866)."""


def read_calls(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """What the lists `calls` (begin and end) and `statuses` (of calls that our side began) say."""
    events = [_call(value, one, time) for one in items(value.get("calls"))]
    return events + [_status(value, one, time) for one in items(value.get("statuses"))]


def _call(value: Mapping[str, Any], one: Mapping[str, Any], time: object) -> NeutralEvent:
    direction = text(one.get("direction")).upper()
    is_our_call = is_ours(one, section(value, "metadata"))
    from_us = direction == "BUSINESS_INITIATED" or (not direction and is_our_call)
    found = identifier(one.get("id"))
    counterpart = address_of(one, only_contact(value), "to" if from_us else "from")
    if found is None or counterpart is None:
        return Kept(reason="a call without an id, or with nobody whom Parley can address")
    event, seconds = text(one.get("event")), number(one.get("duration"))
    if event == "connect":
        phase: CallPhase = "ringing"
    elif event == "terminate":
        # Times are there only where somebody answered (Meta docs, "Call terminate webhook").
        was_answered = seconds is not None or moment(one.get("start_time")) is not None
        phase = "ended" if was_answered else "missed"
    else:
        return Kept(reason=f"a phase of a call that Parley does not know: {event[:40]}", is_unsupported=True)
    return Call(
        call_id=found,
        at=moment_or_now(one.get("timestamp"), time),
        counterpart=counterpart,
        phase=phase,
        from_us=from_us,
        is_video=_VIDEO.search(text(section(one, "session").get("sdp"))) is not None,
        seconds=int(seconds) if seconds is not None and 0 <= seconds < 10**7 else None,
    )


def _status(value: Mapping[str, Any], one: Mapping[str, Any], time: object) -> NeutralEvent:
    found, told = identifier(one.get("id")), text(one.get("status")).upper()
    counterpart = address_of(one, only_contact(value), "recipient")
    if found is None or counterpart is None:
        return Kept(reason="a call without an id, or with nobody whom Parley can address")
    if told not in _PHASES:
        return Kept(reason=f"a phase of a call that Parley does not know: {told[:40]}", is_unsupported=True)
    at = moment_or_now(one.get("timestamp"), time)
    return Call(call_id=found, at=at, counterpart=counterpart, phase=_PHASES[told], from_us=True)
