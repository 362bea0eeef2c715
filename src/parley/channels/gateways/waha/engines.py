"""The hints in `_data`, which each of WAHA's engines writes in its own shape.

WEBJS and WPP put whatsapp-web.js fields at the top; NOWEB puts `key` and a protocol `message`; GOWS puts
`Info` and a protocol `Message`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from parley.channels.gateways.untrusted import first_word, moment, moment_in_text, section, text
from parley.channels.gateways.waha.ids import chat_named
from parley.channels.gateways.waha.kinds import KINDS, WRAPPERS

_VIEW_ONCE: Final = frozenset({"viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension"})
_KEYS: Final = "senderKeyDistributionMessage"
_BESIDE: Final = frozenset({_KEYS, "messageContextInfo"})


@dataclass(frozen=True, slots=True)
class Hint:
    """What an engine says about a message: its neutral kind, and the part of `_data` that describes it.

    `name` is the protocol's own word for it, `message` the protocol's message without its wrappers.
    """

    kind: str
    part: Mapping[str, Any]
    name: str = ""
    message: Mapping[str, Any] | None = None
    is_view_once: bool = False


def hint_in(data: Mapping[str, Any]) -> Hint:
    """The kind of a message as its engine names it."""
    message = section(data, "message") or section(data, "Message")
    flags = (data.get("isViewOnce"), data.get("IsViewOnce"), section(data, "key").get("isViewOnce"))
    told = True in flags
    if not message:
        name = text(data.get("type"))
        return Hint(KINDS.get(name, ""), data, name=name, is_view_once=told)
    message, wrappers = unwrapped(message)
    once = told or not _VIEW_ONCE.isdisjoint(wrappers)
    # The key distribution travels beside a real message as often as alone.
    filled = [one for one in message if one not in _BESIDE and message[one]]
    name = next((one for one in filled if one in KINDS), "")
    if not name and message.get(_KEYS):
        name = _KEYS
    unknown = next(iter(filled), "")
    part = section(message, name)
    kind = KINDS.get(name, "")
    if kind == "audio" and (part.get("ptt") is True or part.get("PTT") is True):
        kind = "voice"
    return Hint(
        kind,
        part or message,
        name=name or unknown[:60],
        message=message,
        is_view_once=once or part.get("viewOnce") is True,
    )


def unwrapped(message: Mapping[str, Any]) -> tuple[Mapping[str, Any], frozenset[str]]:
    """The protocol's message inside its wrappers, and which those were."""
    seen: set[str] = set()
    for _ in range(6):  # wrappers may be nested, but not without end
        name = next((one for one in message if one in WRAPPERS and section(message, one, "message")), None)
        if name is None:
            break
        seen.add(name)
        message = section(message, name, "message")
    return message, frozenset(seen)


def context_in(data: Mapping[str, Any], hint: Hint) -> Mapping[str, Any]:
    """What the message came with: a quote, a forward, an advertisement."""
    beside = section(hint.message, "messageContextInfo") if hint.message is not None else {}
    return section(hint.part, "contextInfo") or section(data, "contextInfo") or beside


def alternative_chats(data: Mapping[str, Any], *, from_us: bool) -> list[object]:
    """Further ids of the same customer: the number behind a hidden id, or the other way round."""
    key, info = section(data, "key"), section(data, "Info")
    if from_us:
        return [key.get("remoteJidAlt"), info.get("RecipientAlt"), info.get("Chat")]
    return [
        key.get("remoteJidAlt"),
        key.get("senderPn"),
        key.get("senderLid"),
        info.get("SenderAlt"),
        info.get("Sender"),
        info.get("Chat"),
    ]


def participants_in(data: Mapping[str, Any]) -> list[object]:
    """Every id that the engine gives for who wrote in a group."""
    key, info = section(data, "key"), section(data, "Info")
    return [
        key.get("participant"),
        key.get("participantAlt"),
        key.get("participantPn"),
        key.get("participantLid"),
        info.get("Sender"),
        info.get("SenderAlt"),
        chat_named(data.get("author")),
        chat_named(section(data, "id").get("participant")),
    ]


def name_in(data: Mapping[str, Any]) -> str | None:
    """What the writer calls themselves."""
    found = first_word(
        data.get("pushName"),
        section(data, "Info").get("PushName"),
        data.get("notifyName"),
        data.get("PushName"),
    )
    return found[:200] if found else None


def time_in(data: Mapping[str, Any]) -> datetime | None:
    """When the engine says it was written."""
    found = moment(data.get("messageTimestamp"), data.get("t"), section(data, "messageTimestamp").get("low"))
    return found or moment_in_text(section(data, "Info").get("Timestamp"))


def is_forwarded(data: Mapping[str, Any], hint: Hint) -> bool:
    """Whether the writer passed on somebody else's message."""
    return True in (data.get("isForwarded"), context_in(data, hint).get("isForwarded"))


def text_in(hint: Hint) -> str:
    """The text where WAHA left `body` empty."""
    message, part = hint.message, hint.part
    if message is None:
        return ""
    return (
        first_word(
            text(message.get("conversation")),
            part.get("text"),
            part.get("caption"),
            part.get("contentText"),
            part.get("description") if hint.name == "listMessage" else None,
            section(part, "hydratedTemplate").get("hydratedContentText"),
            section(part, "body").get("text"),
        )
        or ""
    )
