"""WAHA's ways to write who and which: chat ids and message ids.

A chat id is `digits@c.us` for a person, `digits@lid` for a person who hides the number; `_data` also writes
`digits:device@s.whatsapp.net`. A message id is `{true|false}_{chat}_{id}[_{participant}]`; only the bare id,
the third field, is the same in every event (the chat may change between `@c.us` and `@lid`).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from parley.channels.gateways.neutral import Address
from parley.channels.gateways.untrusted import short, word

ChatKind = Literal["person", "group", "status", "broadcast", "newsletter", "unknown"]

_CLIENT_REF: Final = re.compile(r"3EB0[0-9A-F]{18}")
_SERVERS: Final[Mapping[str, ChatKind]] = {
    "c.us": "person",
    "s.whatsapp.net": "person",
    "lid": "person",
    "hosted": "person",
    "hosted.lid": "person",
    "g.us": "group",
    "broadcast": "broadcast",
    "newsletter": "newsletter",
}


@dataclass(frozen=True, slots=True)
class MessageKey:
    """A message id taken apart. `from_us` is None and `chat` empty where only the bare id was given.

    `participant` is who wrote it, in a group, where the id says so.
    """

    id: str
    chat: str = ""
    from_us: bool | None = None
    participant: str = ""


def read_message_id(value: object) -> MessageKey | None:
    """Take an id apart, whether it is a text, WEBJS's object or the protocol's key (GOWS spells it `ID`)."""
    if isinstance(value, Mapping):
        value = value.get("_serialized") or value.get("id") or value.get("ID")
    written = word(value)
    if written is None:
        return None
    fields = written.split("_", 3)
    if len(fields) < 3 or fields[0] not in {"true", "false"}:
        return MessageKey(id=short(written))
    return MessageKey(
        id=short(fields[2] or written),
        chat=fields[1],
        from_us=fields[0] == "true",
        participant=fields[3] if len(fields) > 3 else "",
    )


def full_message_id(bare: str, chat: str, *, from_us: bool) -> str:
    """The id in the form that WAHA takes in requests."""
    return f"{'true' if from_us else 'false'}_{chat}_{bare}"


def chat_named(value: object) -> str | None:
    """A chat id, also where whatsapp-web.js wrote it as an object."""
    return word(value.get("_serialized")) if isinstance(value, Mapping) else word(value)


def chat_kind(chat: str) -> ChatKind:
    """What sort of chat an id means."""
    if chat == "status@broadcast":
        return "status"
    return _SERVERS.get(chat.rpartition("@")[2], "unknown") if "@" in chat else "unknown"


def wa_id_in(chat: object) -> str | None:
    """The telephone number in a chat id, in digits, or None."""
    user, server = _split(chat)
    return user if server in {"c.us", "s.whatsapp.net", "hosted"} and _is_digits(user) else None


def lid_in(chat: object) -> str | None:
    """The hidden user id in a chat id, without its `@lid`, or None."""
    user, server = _split(chat)
    return short(user) if server in {"lid", "hosted.lid"} and user else None


def address_in(*chats: object, name: str | None = None) -> Address | None:
    """The person whom these ids mean together: the first number and the first hidden id found."""
    wa_id = next((found for found in map(wa_id_in, chats) if found), None)
    lid = next((found for found in map(lid_in, chats) if found), None)
    if wa_id is None and lid is None:
        return None
    return Address(wa_id=wa_id, lid=lid, name=name)


def chats_of(address: Address) -> list[str]:
    """Every chat id that the person may have, the one to try first in front."""
    number = [f"{address.wa_id}@c.us"] if address.wa_id else []
    return number + ([f"{address.lid}@lid"] if address.lid else [])


def chat_of(address: Address) -> str | None:
    """The chat id to send to. The number goes first: every engine finds a person by it."""
    return next(iter(chats_of(address)), None)


def one_spelling(*chats: object) -> str:
    """The same text for the same person, whether by number or hidden id: the number where any tells it."""
    person = address_in(*chats)
    if person is None:
        return next((chat for chat in chats if isinstance(chat, str)), "")
    return chat_of(person) or ""


def client_ref_for(message_id: UUID) -> str:
    """The message id we choose, shaped like those of WhatsApp Web: `3EB0` and 18 upper-case hex digits.

    Hashed, because a time-ordered UUID shares its first digits with its neighbours.
    """
    return "3EB0" + hashlib.sha256(message_id.bytes).hexdigest()[:18].upper()


def as_client_ref(bare: str) -> str | None:
    """The bare id where it may be one that we chose."""
    return bare if _CLIENT_REF.fullmatch(bare) else None


def _split(chat: object) -> tuple[str, str]:
    user, _, server = chat.rpartition("@") if isinstance(chat, str) else ("", "", "")
    return user.partition(":")[0], server


def _is_digits(user: str) -> bool:
    return user.isascii() and user.isdigit() and 4 <= len(user) <= 20
