"""`session.status`: the state of the number, and the limits that WhatsApp put on it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from parley.channels.gateways.neutral import (
    ChannelState,
    ChannelStatus,
    Kept,
    NeutralEvent,
    NumberNotice,
)
from parley.channels.gateways.number import Severity
from parley.channels.gateways.untrusted import (
    first_word,
    items,
    moment,
    moment_in_text,
    moment_or_now,
    number,
    section,
    text,
    word,
)
from parley.channels.gateways.waha.ids import wa_id_in
from parley.core.phone import from_wa_id

STATES: Final[Mapping[str, ChannelStatus]] = {
    "STOPPED": "stopped",
    "STARTING": "starting",
    "SCAN_QR_CODE": "scan_qr",
    "PASSKEY_REQUIRED": "passkey",
    "PASSKEY_CONFIRMATION_REQUIRED": "passkey",
    "WORKING": "working",
    "FAILED": "failed",
}
_CAPPING: Final[Mapping[str, Severity]] = {
    "FIRST_WARNING": "warning",
    "SECOND_WARNING": "warning",
    "CAPPED": "critical",
}


def read_status(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> list[NeutralEvent]:
    """The state, and notices about what the number may not do."""
    status = STATES.get(text(payload.get("status")))
    if status is None:
        return [Kept(reason="a state of the number that Parley does not know", is_unsupported=True)]
    at = moment_or_now(reached_at(payload), envelope.get("timestamp"))
    me, data = section(envelope, "me"), section(payload, "data")
    state = state_in(me, status, at=at, detail=first_word(data.get("code"), data.get("message")))
    told = moment_or_now(envelope.get("timestamp"))
    return [state, *notices_in(me, data, at=told)]


def state_in(
    me: Mapping[str, Any], status: ChannelStatus, *, at: datetime, detail: str | None = None
) -> ChannelState:
    """A state with the number's own name, where it is signed in."""
    digits = wa_id_in(me.get("id")) or wa_id_in(me.get("jid"))
    return ChannelState(
        status=status,
        at=at,
        detail=detail,
        phone_number=from_wa_id(digits) if digits else None,
        display_name=word(me.get("pushName")),
    )


def reached_at(payload: Mapping[str, Any]) -> object:
    """When the told state was reached, where the list of the last states says it."""
    points = items(payload.get("statuses"))
    if points and points[-1].get("status") == payload.get("status"):
        return points[-1].get("timestamp")
    return None


def notices_in(me: Mapping[str, Any], data: Mapping[str, Any], *, at: datetime) -> list[NumberNotice]:
    """The limits in force. Only `data`, which tells of a change, may also say that one ended."""
    told, standing = section(data, "reachoutTimelock"), section(me, "reachoutTimelock")
    lock = notice_of_restriction(told or standing, at=at)
    if lock is None and told.get("isActive") is False:
        lock = NumberNotice(
            at=at,
            kind="reachout_timelock_lifted",
            detail="WhatsApp lets this number write to new people again.",
        )
    capping = section(data, "messageCapping") or section(me, "messageCapping")
    return [one for one in (lock, _notice_of_capping(capping, at=at)) if one is not None]


def notice_of_restriction(lock: Mapping[str, Any], *, at: datetime) -> NumberNotice | None:
    """A lock on writing to new people, from a session's state or from the receipt of a message."""
    is_active = lock.get("isActive") is True or lock.get("reason") == "account_restricted"
    if not is_active and not (lock.get("blocked") is True and word(lock.get("code")) == "463"):
        return None
    until = _time(lock.get("timeEnforcementEnds")) or _time(lock.get("until"))
    kind = word(lock.get("enforcementType"))
    return NumberNotice(
        at=at,
        kind="reachout_timelock",
        detail="WhatsApp lets this number write to nobody new. Replies still work."
        + (f" ({kind[:80]})" if kind else ""),
        severity="critical",
        until=until,
    )


def _notice_of_capping(capping: Mapping[str, Any], *, at: datetime) -> NumberNotice | None:
    status = text(capping.get("cappingStatus"))
    severity = _CAPPING.get(status)
    if severity is None:
        return None
    used, total = number(capping.get("usedQuota")), number(capping.get("totalQuota"))
    share = f": {used:g} of {total:g} used" if used is not None and total is not None and total > 0 else ""
    said = "may begin no more" if status == "CAPPED" else "comes near its limit of"
    return NumberNotice(
        at=at,
        kind="message_capping",
        detail=f"The number {said} conversations with new people in this cycle{share}.",
        severity=severity,
        until=_time(capping.get("cycleEnd")),
    )


def _time(value: object) -> datetime | None:
    return moment(value) or moment_in_text(value)
