"""WAHA webhooks to neutral events: `split` and `translate`, without I/O.

An envelope carries one event: `{"event", "session", "timestamp" (ms), "me", "payload": {…}}`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from parley.channels.gateways.neutral import BadPayload, Kept, NeutralEvent, RawEvent
from parley.channels.gateways.untrusted import (
    dedupe_key,
    digest,
    first_word,
    parse_object,
    section,
    text,
    word,
)
from parley.channels.gateways.waha import changes, groups, messages, numbers, pairs, phone_calls, receipts
from parley.channels.gateways.waha.ids import read_message_id
from parley.channels.gateways.waha.parties import canonical_id

_KEPT_PARTS: Final = ("event", "session", "timestamp", "me", "payload")
_READERS: Final[Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], list[NeutralEvent]]]] = {
    "message": messages.read_message,
    "message.any": messages.read_message,
    "message.waiting": messages.read_waiting,
    "message.ack": receipts.read_receipt,
    "message.ack.group": receipts.read_group_receipt,
    "message.reaction": changes.read_reaction,
    "message.edited": changes.read_edit,
    "message.revoked": changes.read_revoke,
    "poll.vote": changes.read_vote,
    "poll.vote.failed": changes.read_failed_vote,
    "session.status": numbers.read_status,
    "group.v2.join": groups.read_joined,
    "group.v2.leave": groups.read_left,
    "group.v2.update": groups.read_update,
    "group.v2.participants": groups.read_participants,
    "group.join": groups.read_old_form,
    "group.leave": groups.read_old_form,
    "call.received": phone_calls.read_call,
    "call.accepted": phone_calls.read_call,
    "call.rejected": phone_calls.read_call,
    pairs.EVENT: pairs.read_pair,
}
_NOT_APPLIED: Final[Mapping[str, str]] = {
    "presence.update": "presence: online, typing or away",
    "chat.archive": "a change to the phone's list of chats",
    "label.upsert": "a change to the phone's labels",
    "label.deleted": "a change to the phone's labels",
    "label.chat.added": "a change to the phone's labels",
    "label.chat.deleted": "a change to the phone's labels",
    "event.response": "an answer to a calendar event",
    "event.response.failed": "an answer to a calendar event that the gateway could not decrypt",
    "engine.event": "the engine's own event, which the others tell in WAHA's words",
    "state.change": "the engine's own state; the session's is told apart",
}


def split(body: bytes) -> list[RawEvent]:
    """One event, or `BadPayload`."""
    envelope = parse_object(body)
    name = envelope.get("event")
    if not isinstance(name, str) or not name:
        raise BadPayload('The body has no "event".')
    return [raw_event({part: envelope[part] for part in _KEPT_PARTS if part in envelope})]


def raw_event(envelope: dict[str, Any]) -> RawEvent:
    """An envelope with its key and its session, whether it came by webhook or was made of the history."""
    session = first_word(envelope.get("session"), section(envelope, "payload").get("name"))
    key = _dedupe_key(text(envelope.get("event")), envelope)
    return RawEvent(dedupe_key=key, external_id=session, payload=envelope)


def translate(envelope: Mapping[str, Any]) -> list[NeutralEvent]:
    """Whatever the envelope says, as neutral events."""
    name, payload = text(envelope.get("event")), section(envelope, "payload")
    reader = _READERS.get(name)
    if reader is not None:
        return reader(envelope, payload)
    if name in _NOT_APPLIED:
        return [Kept(reason=_NOT_APPLIED[name])]
    reason = f"an event that Parley does not know: {name[:80] or 'without a name'}"
    return [Kept(reason=reason, is_unsupported=True)]


def _dedupe_key(name: str, envelope: Mapping[str, Any]) -> str:
    payload = section(envelope, "payload")
    key = read_message_id(payload.get("id"))
    if name in {"message", "message.any"} and key is not None:
        # Both arrive for one incoming message, and the history tells it again.
        kind = "revoked" if section(payload, "_data").get("type") == "revoked" else "message"
        return dedupe_key(kind, canonical_id(payload, key))
    if name.startswith("message.ack") and key is not None:
        return dedupe_key("ack", key.id, word(payload.get("participant")) or "", receipts.level_of(payload))
    if name == "session.status":
        state = word(payload.get("status")) or ""
        return dedupe_key("state", state, _state_time(envelope, payload), _limits(envelope, payload))
    said = {part: value for part, value in payload.items() if part != "_data"}
    when = "" if "timestamp" in payload else envelope.get("timestamp", "")
    return dedupe_key(name[:60], digest([said, when]))


def _state_time(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> str:
    reached, received = numbers.reached_at(payload), envelope.get("timestamp")
    if payload.get("status") == "SCAN_QR_CODE" and word(received):
        return f"{reached}:{received}"  # said again for every new QR code
    # Old versions give no time at all, so a state that comes back is taken for a repeat; the regular look at
    # each session's state finds it.
    return first_word(reached, received) or digest(payload)


def _limits(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> str:
    """WAHA says WORKING again, with the same times, when WhatsApp's limits on the number change."""
    me = section(envelope, "me")
    told = [payload.get("data"), me.get("reachoutTimelock"), me.get("messageCapping")]
    return digest(told) if any(told) else ""
