"""The hints in `_data`, which each of WAHA's engines writes in its own shape.

WEBJS and WPP put whatsapp-web.js fields at the top; NOWEB puts `key` and a protocol `message`; GOWS puts
`Info` and a protocol `Message`. The kinds below are neutral words, and `""` where nothing is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from parley.channels.gateways.untrusted import first_word, section

INTERNAL: Final = "internal"
"""A kind for what the protocol says to itself: keys, deletions, votes, calls, notices."""

_WRAPPERS: Final = (
    "ephemeralMessage", "viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension",
    "documentWithCaptionMessage", "deviceSentMessage",
)  # fmt: skip
_KINDS: Final[Mapping[str, str]] = {
    # whatsapp-web.js
    "chat": "text", "image": "image", "video": "video", "audio": "audio", "ptt": "voice", "ptv": "video",
    "document": "document", "sticker": "sticker", "location": "location", "vcard": "contacts",
    "multi_vcard": "contacts", "poll_creation": "poll", "buttons_response": "button",
    "template_button_reply": "button", "list_response": "list", "order": "order", "product": "product",
    "list": "list message", "interactive": "interactive message", "payment": "payment",
    "groups_v4_invite": "group invitation", "event_creation": "calendar event", "album": "album",
    "revoked": INTERNAL, "e2e_notification": INTERNAL, "notification": INTERNAL, "gp2": INTERNAL,
    "notification_template": INTERNAL, "call_log": INTERNAL, "ciphertext": INTERNAL, "protocol": INTERNAL,
    "reaction": INTERNAL, "debug": INTERNAL, "broadcast_notification": INTERNAL,
    # the protocol's message, in NOWEB and GOWS
    "conversation": "text", "extendedTextMessage": "text", "imageMessage": "image", "videoMessage": "video",
    "ptvMessage": "video", "audioMessage": "audio", "documentMessage": "document",
    "stickerMessage": "sticker", "lottieStickerMessage": "sticker", "locationMessage": "location",
    "liveLocationMessage": "location", "contactMessage": "contacts", "contactsArrayMessage": "contacts",
    "pollCreationMessage": "poll", "pollCreationMessageV2": "poll", "pollCreationMessageV3": "poll",
    "buttonsResponseMessage": "button", "templateButtonReplyMessage": "button", "listResponseMessage": "list",
    "interactiveResponseMessage": "interactive", "orderMessage": "order", "productMessage": "product",
    "listMessage": "list message", "buttonsMessage": "button message", "templateMessage": "template message",
    "interactiveMessage": "interactive message", "groupInviteMessage": "group invitation",
    "eventMessage": "calendar event", "albumMessage": "album", "sendPaymentMessage": "payment",
    "requestPaymentMessage": "payment",
    "reactionMessage": INTERNAL, "encReactionMessage": INTERNAL, "protocolMessage": INTERNAL,
    "pollUpdateMessage": INTERNAL, "pinInChatMessage": INTERNAL, "keepInChatMessage": INTERNAL,
    "editedMessage": INTERNAL, "secretEncryptedMessage": INTERNAL, "call": INTERNAL,
    "senderKeyDistributionMessage": INTERNAL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hint:
    """What an engine says about a message: its neutral kind, and the part of `_data` that describes it."""

    kind: str
    part: Mapping[str, Any]


def hint_in(data: Mapping[str, Any]) -> Hint:
    """The kind of a message as its engine names it."""
    message = section(data, "message") or section(data, "Message")
    if not message:
        name = data.get("type")
        return Hint(_KINDS.get(name, "") if isinstance(name, str) else "", data)
    for _ in range(4):  # wrappers may be nested, but not without end
        inner = next((section(message, one, "message") for one in _WRAPPERS if section(message, one)), None)
        if not inner:
            break
        message = inner
    # The key distribution travels beside a real message as often as alone.
    names = sorted(message, key=lambda name: name == "senderKeyDistributionMessage")
    name = next((one for one in names if one in _KINDS and message[one]), "")
    part = section(message, name)
    kind = _KINDS.get(name, "")
    if kind == "audio" and (part.get("ptt") is True or part.get("PTT") is True):
        kind = "voice"
    return Hint(kind, part or message)


def alternative_chats(data: Mapping[str, Any], *, from_us: bool) -> list[object]:
    """Further ids of the same customer: the number behind a hidden id, or the other way round."""
    key, info = section(data, "key"), section(data, "Info")
    if from_us:
        return [key.get("remoteJidAlt"), info.get("RecipientAlt"), info.get("Chat")]
    return [
        key.get("remoteJidAlt"),
        key.get("senderPn"),
        info.get("SenderAlt"),
        info.get("Sender"),
        info.get("Chat"),
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


def is_forwarded(data: Mapping[str, Any], hint: Hint) -> bool:
    """Whether the writer passed on somebody else's message."""
    return True in (data.get("isForwarded"), section(hint.part, "contextInfo").get("isForwarded"))


def text_in(data: Mapping[str, Any]) -> str:
    """The text where WAHA left `body` empty."""
    for message in (section(data, "message"), section(data, "Message")):
        for found in (message.get("conversation"), section(message, "extendedTextMessage").get("text")):
            if isinstance(found, str) and found:
                return found
    return ""
