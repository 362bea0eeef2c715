"""WAHA webhooks to neutral events: `split` and `translate`, without I/O.

An envelope carries one event: `{"event", "session", "timestamp" (ms), "me", "payload": {…}}`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from parley.channels.gateways.neutral import (
    BadPayload,
    ChannelState,
    ChannelStatus,
    InboundMessage,
    Kept,
    NeutralEvent,
    RawEvent,
    ReactionChange,
    StatusChange,
    StatusKind,
)
from parley.channels.gateways.untrusted import (
    dedupe_key,
    digest,
    first_word,
    items,
    moment_or_now,
    parse_object,
    section,
    text,
    word,
)
from parley.channels.gateways.waha.content import read_content
from parley.channels.gateways.waha.engines import (
    INTERNAL,
    alternative_chats,
    hint_in,
    is_forwarded,
    name_in,
)
from parley.channels.gateways.waha.ids import (
    MessageKey,
    address_in,
    as_client_ref,
    chat_kind,
    lid_in,
    read_message_id,
    wa_id_in,
)
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
_ACKS: Final[Mapping[str, StatusKind]] = {
    "-1": "failed",
    "0": "accepted",
    "1": "sent",
    "2": "delivered",
    "3": "read",
    "4": "read",
}
_ACK_NAMES: Final[Mapping[str, str]] = {
    "ERROR": "-1",
    "PENDING": "0",
    "SERVER": "1",
    "DEVICE": "2",
    "READ": "3",
    "PLAYED": "4",
}
_KEPT_PARTS: Final = ("event", "session", "timestamp", "me", "payload")
_NOT_A_PERSON: Final = {
    "group": "a group's message; Parley keeps one-to-one chats only",
    "status": "a status story, not a message to us",
    "broadcast": "a broadcast list, not a one-to-one chat",
    "newsletter": "a channel's post, not a message to us",
}
_NOT_APPLIED: Final[tuple[tuple[str, str], ...]] = (
    ("message.ack.group", "a receipt from a group; Parley keeps one-to-one chats only"),
    ("message.edited", "an edit of an earlier message"),
    ("message.revoked", "an earlier message was deleted by its writer"),
    ("message.waiting", "the content is not there yet; the message itself follows"),
    ("poll.", "a vote in a poll"),
    ("presence.", "presence: online, typing or away"),
    ("call.", "a call; Parley does not take calls"),
    ("chat.", "a change to the phone's list of chats"),
    ("label.", "a change to the phone's labels"),
    ("group.", "a change to a group; Parley keeps one-to-one chats only"),
    ("event.", "an answer to a calendar event"),
    ("engine.", "the engine's own event"),
    ("state.", "an older form of the session's state"),
)


def split(body: bytes) -> list[RawEvent]:
    """One event, or `BadPayload`."""
    envelope = parse_object(body)
    name = envelope.get("event")
    if not isinstance(name, str) or not name:
        raise BadPayload('The body has no "event".')
    payload: dict[str, Any] = {part: envelope[part] for part in _KEPT_PARTS if part in envelope}
    session = first_word(envelope.get("session"), section(payload, "payload").get("name"))
    return [RawEvent(dedupe_key=_dedupe_key(name, envelope), external_id=session, payload=payload)]


def translate(envelope: Mapping[str, Any]) -> list[NeutralEvent]:
    """Whatever the envelope says, as neutral events."""
    name, payload = text(envelope.get("event")), section(envelope, "payload")
    reader = _READERS.get(name)
    if reader is not None:
        return [reader(envelope, payload)]
    for prefix, reason in _NOT_APPLIED:
        if name.startswith(prefix):
            return [Kept(reason=reason)]
    return [Kept(reason=f"an event that Parley does not know: {name[:80] or 'without a name'}")]


def _dedupe_key(name: str, envelope: Mapping[str, Any]) -> str:
    payload = section(envelope, "payload")
    key = read_message_id(payload.get("id"))
    if name in {"message", "message.any"} and key is not None:
        # Both arrive for one incoming message. The whole id, since a sender can choose the bare one.
        return dedupe_key("message", word(payload.get("id")) or key.id)
    if name.startswith("message.ack") and key is not None:
        return dedupe_key("ack", key.id, word(payload.get("participant")) or "", _ack_level(payload))
    if name == "session.status":
        return dedupe_key("state", word(payload.get("status")) or "", _state_time(envelope, payload))
    said = {part: value for part, value in payload.items() if part != "_data"}
    when = "" if "timestamp" in payload else envelope.get("timestamp", "")
    return dedupe_key(name[:60], digest([said, when]))


def _state_time(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> str:
    points = items(payload.get("statuses"))
    reached = (
        points[-1].get("timestamp") if points and points[-1].get("status") == payload.get("status") else None
    )
    received = envelope.get("timestamp")
    if payload.get("status") == "SCAN_QR_CODE" and word(received):
        return f"{reached}:{received}"  # said again for every new QR code
    # Old versions give no time at all, so a state that comes back is taken for a repeat; the regular look at
    # each session's state finds it.
    return first_word(reached, received) or digest(payload)


def _message(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> NeutralEvent:
    key = read_message_id(payload.get("id"))
    if key is None:
        return Kept(reason="a message without an id")
    from_us = payload["fromMe"] if isinstance(payload.get("fromMe"), bool) else key.from_us is True
    chat = _chat(payload, key, from_us=from_us)
    if (kind := chat_kind(chat)) in _NOT_A_PERSON:
        return Kept(reason=_NOT_A_PERSON[kind])
    data = section(payload, "_data")
    hint = hint_in(data)
    if hint.kind == INTERNAL and not payload.get("hasMedia"):
        return Kept(reason="the protocol's own message, or one that comes as an event of its own")
    name = None if from_us else name_in(data)
    counterpart = address_in(chat, *alternative_chats(data, from_us=from_us), name=name)
    if counterpart is None:
        return Kept(reason="a message from nobody whom Parley can address")
    if from_us and _is_ourselves(envelope, chat):
        return Kept(reason="a note of the number to itself")
    content = read_content(payload, hint, key)
    quoted = read_message_id(section(payload, "replyTo").get("id"))
    return InboundMessage(
        provider_message_id=key.id,
        at=moment_or_now(payload.get("timestamp"), envelope.get("timestamp")),
        counterpart=counterpart,
        type=content.type,
        from_us=from_us,
        body=content.body,
        media=content.media,
        location=content.location,
        quoted_id=quoted.id if quoted else None,
        forwarded=is_forwarded(data, hint),
        client_ref=as_client_ref(key.id) if from_us else None,
        content=content.extra,
    )


def _chat(payload: Mapping[str, Any], key: MessageKey, *, from_us: bool) -> str:
    """The message's chat. NOWEB writes it into `from` even for our own messages, so the id goes first."""
    side = (payload.get("to"), payload.get("from")) if from_us else (payload.get("from"), payload.get("to"))
    return key.chat or first_word(*side) or ""


def _is_ourselves(envelope: Mapping[str, Any], chat: str) -> bool:
    me = section(envelope, "me")
    ours = {wa_id_in(me.get("id")), wa_id_in(me.get("jid")), lid_in(me.get("lid"))} - {None}
    return (wa_id_in(chat) or lid_in(chat)) in ours


def _reaction(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> NeutralEvent:
    reaction = section(payload, "reaction")
    target = read_message_id(reaction.get("messageId"))
    if target is None:
        return Kept(reason="a reaction to no message")
    key = read_message_id(payload.get("id")) or target
    from_us = payload["fromMe"] if isinstance(payload.get("fromMe"), bool) else key.from_us is True
    chat = _chat(payload, MessageKey(id=key.id, chat=key.chat or target.chat), from_us=from_us)
    if (kind := chat_kind(chat)) in _NOT_A_PERSON:
        return Kept(reason=_NOT_A_PERSON[kind])
    data = section(payload, "_data")
    name = None if from_us else name_in(data)
    counterpart = address_in(chat, *alternative_chats(data, from_us=from_us), name=name)
    if counterpart is None:
        return Kept(reason="a reaction from nobody whom Parley can address")
    return ReactionChange(
        target_id=target.id,
        at=moment_or_now(payload.get("timestamp"), envelope.get("timestamp")),
        counterpart=counterpart,
        emoji=text(reaction.get("text")),
        from_us=from_us,
    )


def _receipt(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> NeutralEvent:
    key = read_message_id(payload.get("id"))
    kind = _ACKS.get(_ack_level(payload))
    if key is None or kind is None:
        return Kept(reason="a receipt that names no message or no known state")
    if (chat := chat_kind(key.chat or text(payload.get("from")))) in _NOT_A_PERSON:
        return Kept(reason=_NOT_A_PERSON[chat])
    if payload.get("fromMe") is False or (key.from_us is False and payload.get("fromMe") is not True):
        return Kept(reason="a receipt for a customer's message, not for ours")
    error = section(payload, "error")
    return StatusChange(
        provider_message_id=key.id,
        kind=kind,
        at=moment_or_now(payload.get("timestamp"), envelope.get("timestamp")),
        client_ref=as_client_ref(key.id),
        error_code=(word(error.get("code")) or "not_delivered") if kind == "failed" else None,
        error_message=(first_word(error.get("message"), error.get("reason")) or _FAILED)
        if kind == "failed"
        else None,
    )


_FAILED: Final = "WhatsApp did not take the message. Check on the phone whether the number is restricted."


def _ack_level(payload: Mapping[str, Any]) -> str:
    level = word(payload.get("ack"))
    return (
        level
        if level is not None and level in _ACKS
        else _ACK_NAMES.get(text(payload.get("ackName")).upper(), "")
    )


def _state(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> NeutralEvent:
    status = STATES.get(text(payload.get("status")))
    if status is None:
        return Kept(reason="a state of the number that Parley does not know")
    me, points = section(envelope, "me"), items(payload.get("statuses"))
    reached = (
        points[-1].get("timestamp") if points and points[-1].get("status") == payload.get("status") else None
    )
    number = wa_id_in(me.get("id")) or wa_id_in(me.get("jid"))
    return ChannelState(
        status=status,
        at=moment_or_now(reached, envelope.get("timestamp")),
        detail=word(section(payload, "data").get("code")),
        phone_number=from_wa_id(number) if number else None,
        display_name=word(me.get("pushName")),
    )


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], NeutralEvent]]] = {
    "message": _message,
    "message.any": _message,
    "message.ack": _receipt,
    "message.reaction": _reaction,
    "session.status": _state,
}
