"""Neutral messages to WAHA's requests, and the message id out of the answers of each engine."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from parley.channels.gateways.composed import Interactive, contacts_in, interactive_in, poll_in
from parley.channels.gateways.neutral import GatewayError, OutboundMedia, OutboundMessage
from parley.channels.gateways.untrusted import section, text
from parley.channels.gateways.waha.cards import write_card
from parley.channels.gateways.waha.ids import chat_of, full_message_id, read_message_id

_FILE_PATHS: Final[Mapping[str, str]] = {
    "image": "/api/sendImage",
    "sticker": "/api/sendImage",  # there is no call for stickers; a WebP picture comes nearest
    "video": "/api/sendVideo",
    "voice": "/api/sendVoice",
    "audio": "/api/sendFile",  # sendVoice would turn it into a voice note
    "document": "/api/sendFile",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One call of the API. `brings_id`: whether a good answer names a message."""

    method: Literal["POST", "PUT", "DELETE"]
    path: str
    payload: dict[str, Any]
    brings_id: bool = True


def request_for(message: OutboundMessage, session: str) -> Request:
    """The call that sends a message. Raises `GatewayError(refused)` for what WAHA has no call for.

    Our own id goes wherever the API takes one: so that an answer lost can be found again by its echo.
    """
    chat = chat_of(message.to)
    if chat is None:
        raise _refused("no_address", "This contact has no number that this channel can write to.")
    if message.type == "reaction":
        return _reaction(message, session, chat)
    payload: dict[str, Any] = {"session": session, "chatId": chat}
    if message.quoted_id:
        payload["reply_to"] = full_message_id(message.quoted_id, chat, from_us=message.quoted_from_us)
    if message.type in _FILE_PATHS and message.media is not None:
        return Request("POST", _FILE_PATHS[message.type], payload | _file(message, message.media))
    write = _WRITERS.get(message.type)
    try:
        found = write(message) if write else None
    except msgspec.ValidationError as error:
        raise _refused("bad_content", f"The message is incomplete: {error}") from None
    if found is None:
        raise _unsupported(message.type)
    path, further = found
    return Request("POST", path, payload | further)


def message_id_in(body: bytes) -> str | None:
    """The bare id in an answer, None where it hides it.

    WAHA passes the engine's own object on: WAMessage has `id` as text, WEBJS as an object, NOWEB `key.id`,
    GOWS `_data.Info.ID`.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, Mapping):
        return None
    for candidate in (
        text(answer.get("id")),
        text(section(answer, "id").get("_serialized")),
        text(section(answer, "_data", "id").get("_serialized")),
        text(section(answer, "key").get("id")),
        text(section(answer, "_data", "key").get("id")),
        text(section(answer, "_data", "Info").get("ID")),
        text(section(answer, "id").get("id")),
    ):
        if candidate and (key := read_message_id(candidate)) is not None:
            return key.id
    return None


def _text(message: OutboundMessage) -> tuple[str, dict[str, Any]]:
    preview = {"linkPreview": True} if "://" in message.body else {}
    return "/api/sendText", {"text": message.body, "id": message.client_ref} | preview


def _location(message: OutboundMessage) -> tuple[str, dict[str, Any]] | None:
    place = message.location
    if place is None:
        return None
    title = place.name or place.address or message.body
    where = {"latitude": place.latitude, "longitude": place.longitude, "title": title}
    return "/api/sendLocation", where | {"id": message.client_ref}


def _contacts(message: OutboundMessage) -> tuple[str, dict[str, Any]] | None:
    cards = contacts_in(message.content)
    if not cards:
        return None
    written = [{"vcard": write_card(card)} for card in cards]
    return "/api/sendContactVcard", {"contacts": written, "id": message.client_ref}


def _poll(message: OutboundMessage) -> tuple[str, dict[str, Any]]:
    poll = poll_in(message.content)
    asked = {"name": poll.name, "options": poll.options, "multipleAnswers": poll.multiple}
    return "/api/sendPoll", {"poll": asked, "id": message.client_ref}


def _interactive(message: OutboundMessage) -> tuple[str, dict[str, Any]]:
    part = interactive_in(message.content)
    if part.kind == "list":
        return "/api/sendList", {"message": _list(message, part)}
    if part.kind == "link" and part.url:
        return _link(message, part)
    raise _unsupported(f"interactive ({part.kind})")


def _list(message: OutboundMessage, part: Interactive) -> dict[str, Any]:
    sections = []
    for one in part.sections:
        rows = []
        for choice in one.choices:
            row = {"title": choice.title, "rowId": choice.id}
            rows.append(row | ({"description": choice.description} if choice.description else {}))
        sections.append({"title": one.title, "rows": rows})
    return {
        "title": part.header,
        "description": message.body,
        "footer": part.footer,
        "button": part.button,
        "sections": sections,
    }


def _link(message: OutboundMessage, part: Interactive) -> tuple[str, dict[str, Any]]:
    """A link under a preview of our own. The text must hold the address, or no preview is shown."""
    said = "\n".join(filter(None, (message.body, part.footer)))
    body = said if part.url in said else f"{said}\n{part.url}".strip()
    preview: dict[str, Any] = {
        "url": part.url,
        "title": part.header or part.button or part.url,
        "description": part.footer or part.button,
    }
    if message.media is not None and message.media.mime_type.startswith("image/"):
        preview["image"] = {"data": _encoded(message.media)}
    return "/api/send/link-custom-preview", {"text": body, "preview": preview}


def _reaction(message: OutboundMessage, session: str, chat: str) -> Request:
    if not message.target_id:
        raise _refused("no_target", "The reaction names no message.")
    target = full_message_id(message.target_id, chat, from_us=message.target_from_us)
    payload = {"session": session, "messageId": target, "reaction": message.body}
    return Request("PUT", "/api/reaction", payload, brings_id=False)


def _file(message: OutboundMessage, media: OutboundMedia) -> dict[str, Any]:
    file = {"mimetype": media.mime_type, "filename": media.filename, "data": _encoded(media)}
    if message.type == "voice":
        return {"file": file, "convert": "opus" not in media.mime_type}
    extra: dict[str, Any] = {"caption": message.body} if message.body else {}
    if message.type == "video":
        as_note = message.content.get("note") is True
        # Without a caption the API may put a sentence of its own there.
        extra = {"caption": message.body, "convert": media.mime_type != "video/mp4", "asNote": as_note}
    return {"file": file} | extra


def _encoded(media: OutboundMedia) -> str:
    return base64.b64encode(media.data).decode("ascii")


def _unsupported(what: str) -> GatewayError:
    return _refused("type_not_supported", f"This channel cannot send a message of type {what}.")


def _refused(code: str, message: str) -> GatewayError:
    return GatewayError("refused", message, code=code)


_WRITERS: Final[Mapping[str, Callable[[OutboundMessage], tuple[str, dict[str, Any]] | None]]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "poll": _poll,
    "interactive": _interactive,
}
