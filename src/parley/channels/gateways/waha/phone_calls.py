"""Telephone calls to the number. WAHA tells of those that come in, and WEBJS only that they rang."""

from collections.abc import Mapping
from typing import Any, Final

from parley.channels.gateways.neutral import Call, CallPhase, Kept, NeutralEvent
from parley.channels.gateways.untrusted import identifier, moment_or_now, section, text
from parley.channels.gateways.waha.ids import address_in, chat_kind, lid_in, wa_id_in
from parley.channels.gateways.waha.parties import ourselves

_PHASES: Final[Mapping[str, CallPhase]] = {
    "call.received": "ringing",
    "call.accepted": "accepted",
    "call.rejected": "rejected",
}
_ENDINGS: Final[Mapping[str, CallPhase]] = {"timeout": "missed", "terminate": "ended"}
"""What the engine says where `call.rejected` means something else (NOWEB `status`, GOWS `Reason`)."""


def read_call(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> list[NeutralEvent]:
    """One phase of a call."""
    phase = _PHASES.get(text(envelope.get("event")))
    call_id, data = identifier(payload.get("id")), section(payload, "_data")
    if phase is None or call_id is None:
        return [Kept(reason="a call without an id, or in a phase that Parley does not know")]
    caller = payload.get("from")
    if payload.get("isGroup") is True or chat_kind(text(caller)) == "group":
        return [Kept(reason="a call in a group; Parley shows one-to-one calls only")]
    if (wa_id_in(caller) or lid_in(caller)) in ourselves(envelope):
        return [Kept(reason="a call of the number's own phone, which does not say to whom")]
    meta = section(data, "BasicCallMeta") or data
    known = (data.get("callerPn"), meta.get("CallCreatorAlt"), meta.get("CallCreator"), data.get("chatId"))
    counterpart = address_in(caller, *known)
    if counterpart is None:
        return [Kept(reason="a call from nobody whom Parley can address")]
    if phase == "rejected":
        phase = _ENDINGS.get(text(data.get("status")) or text(data.get("Reason")).lower(), phase)
    return [
        Call(
            call_id=call_id,
            at=moment_or_now(payload.get("timestamp"), envelope.get("timestamp")),
            counterpart=counterpart,
            phase=phase,
            is_video=payload.get("isVideo") is True,
        )
    ]
