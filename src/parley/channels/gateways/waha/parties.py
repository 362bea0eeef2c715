"""Who wrote to whom in a WAHA payload: the chat, the side, and the person on the other end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from parley.channels.gateways.neutral import Address, Kept
from parley.channels.gateways.untrusted import first_word, section, short, word
from parley.channels.gateways.waha.engines import alternative_chats, name_in, participants_in
from parley.channels.gateways.waha.ids import (
    MessageKey,
    address_in,
    chat_kind,
    chat_named,
    lid_in,
    one_spelling,
    wa_id_in,
)

NOT_A_PERSON: Final = {
    "status": "a status story, not a message to us",
    "broadcast": "a broadcast list, not a one-to-one chat",
    "newsletter": "a channel's post, not a message to us",
}


@dataclass(frozen=True, slots=True)
class Parties:
    """Both sides of a message. `group_id` is set in a group, where `counterpart` is whoever wrote."""

    counterpart: Address
    from_us: bool
    chat: str
    group_id: str | None = None


def parties_in(envelope: Mapping[str, Any], payload: Mapping[str, Any], *, key: MessageKey) -> Parties | Kept:
    """The sides of a message, or the reason why it is none that Parley shows."""
    from_us = payload["fromMe"] if isinstance(payload.get("fromMe"), bool) else key.from_us is True
    chat = chat_of_message(payload, key, from_us=from_us)
    kind = chat_kind(chat)
    if kind in NOT_A_PERSON:
        return Kept(reason=NOT_A_PERSON[kind])
    if kind == "group":
        return _in_group(envelope, payload, key, from_us=from_us, chat=chat)
    ours, data = ourselves(envelope), section(payload, "_data")
    person = wa_id_in(chat) or lid_in(chat)
    if from_us and person in ours:
        return Kept(reason="a note of the number to itself")
    others = [one for one in _spellings(payload, from_us=from_us) if not _is_one_of(ours, one)]
    name = None if from_us else name_in(data)
    counterpart = address_in(chat, *others, name=name)
    if counterpart is None:
        return Kept(reason="a message from nobody whom Parley can address")
    return Parties(counterpart, from_us, chat)


def chat_of_message(payload: Mapping[str, Any], key: MessageKey, *, from_us: bool) -> str:
    """The message's chat. NOWEB writes it into `from` even for our own messages, so the id goes first."""
    side = (payload.get("to"), payload.get("from")) if from_us else (payload.get("from"), payload.get("to"))
    return key.chat or first_word(*map(chat_named, side)) or ""


def canonical_id(payload: Mapping[str, Any], key: MessageKey) -> str:
    """The message's whole id in one spelling, whether the person stands in it by number or hidden id.

    Live events and the history differ in that; the bare id alone would let a sender choose another's.
    """
    if not key.chat:
        return key.id
    side = "true" if key.from_us else "false"
    if number := wa_id_in(key.chat):
        return f"{side}_{number}@c.us_{key.id}"
    if chat_kind(key.chat) == "group":
        writers = participants_in(section(payload, "_data"))
        who = one_spelling(key.participant, payload.get("participant"), *writers)
        return f"{side}_{key.chat}_{key.id}_{who}"
    chat = one_spelling(key.chat, *_spellings(payload, from_us=key.from_us is True))
    return f"{side}_{chat}_{key.id}"


def ourselves(envelope: Mapping[str, Any]) -> frozenset[str]:
    """Our own number and hidden id, as far as the envelope tells."""
    me = section(envelope, "me")
    found = (wa_id_in(me.get("id")), wa_id_in(me.get("jid")), lid_in(me.get("lid")), lid_in(me.get("id")))
    return frozenset(filter(None, found))


def _in_group(
    envelope: Mapping[str, Any], payload: Mapping[str, Any], key: MessageKey, *, from_us: bool, chat: str
) -> Parties | Kept:
    ours, data, me = ourselves(envelope), section(payload, "_data"), section(envelope, "me")
    writers = [
        word(payload.get("participant")), chat_named(payload.get("author")), key.participant,
        *participants_in(data),
    ]  # fmt: skip
    # NOWEB writes `fromMe: false` for what the number's own phone wrote in a group.
    if from_us or any(_is_one_of(ours, one) for one in writers):
        ourself = address_in(*writers, me.get("id"), me.get("jid"), me.get("lid"))
        if ourself is None:
            return Kept(reason="our own message in a group, without our number")
        return Parties(ourself, from_us=True, chat=chat, group_id=short(chat))
    writer = address_in(*writers, name=name_in(data))
    if writer is None:
        return Kept(reason="a group's message that does not say who wrote it")
    return Parties(writer, from_us=False, chat=chat, group_id=short(chat))


def _spellings(payload: Mapping[str, Any], *, from_us: bool) -> list[object]:
    """Further ids of the customer in a one-to-one chat."""
    side = payload.get("to") if from_us else payload.get("from")
    return [*alternative_chats(section(payload, "_data"), from_us=from_us), chat_named(side)]


def _is_one_of(ours: frozenset[str], chat: object) -> bool:
    return (wa_id_in(chat) or lid_in(chat)) in ours
