"""Neutral messages to WAHA's requests, and the message id out of the answers of each engine."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from parley.channels.gateways.neutral import GatewayError, OutboundMedia, OutboundMessage
from parley.channels.gateways.untrusted import section, text
from parley.channels.gateways.waha.ids import chat_of, full_message_id, read_message_id

_FILE_PATHS: Final[Mapping[str, str]] = {
    "image": "/api/sendImage",
    "video": "/api/sendVideo",
    "voice": "/api/sendVoice",
    "audio": "/api/sendFile",  # sendVoice would turn it into a voice note
    "document": "/api/sendFile",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One call of the API. `brings_id`: whether a good answer names a message."""

    method: Literal["POST", "PUT"]
    path: str
    payload: dict[str, Any]
    brings_id: bool = True


def request_for(message: OutboundMessage, session: str) -> Request:
    """The call that sends a message. Raises `GatewayError(refused)` for what WAHA has no call for."""
    chat = chat_of(message.to)
    if chat is None:
        raise GatewayError(
            "refused", "This contact has no number that this channel can write to.", code="no_address"
        )
    if message.type == "reaction":
        return _reaction(message, session, chat)
    payload: dict[str, Any] = {"session": session, "chatId": chat}
    if message.quoted_id:
        payload["reply_to"] = full_message_id(message.quoted_id, chat, from_us=message.quoted_from_us)
    if message.type == "text":
        return Request("POST", "/api/sendText", payload | {"text": message.body, "id": message.client_ref})
    if message.type == "location" and message.location is not None:
        place = message.location
        payload |= {"latitude": place.latitude, "longitude": place.longitude, "id": message.client_ref}
        payload["title"] = place.name or place.address or message.body
        return Request("POST", "/api/sendLocation", payload)
    if message.type in _FILE_PATHS and message.media is not None:
        return Request("POST", _FILE_PATHS[message.type], payload | _file(message, message.media))
    raise GatewayError(
        "refused", f"This channel cannot send a message of type {message.type}.", code="type_not_supported"
    )


def message_id_in(body: bytes) -> str | None:
    """The bare id in an answer, None where it hides it.

    WAHA passes the engine's own object on: WAMessage has `id` as text, WEBJS as an object, NOWEB `key.id`.
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
    ):
        if candidate and (key := read_message_id(candidate)) is not None:
            return key.id
    return None


def _reaction(message: OutboundMessage, session: str, chat: str) -> Request:
    if not message.target_id:
        raise GatewayError("refused", "The reaction names no message.", code="no_target")
    target = full_message_id(message.target_id, chat, from_us=message.target_from_us)
    payload = {"session": session, "messageId": target, "reaction": message.body}
    return Request("PUT", "/api/reaction", payload, brings_id=False)


def _file(message: OutboundMessage, media: OutboundMedia) -> dict[str, Any]:
    file = {
        "mimetype": media.mime_type,
        "filename": media.filename,
        "data": base64.b64encode(media.data).decode("ascii"),
    }
    if message.type == "voice":
        return {"file": file, "convert": "opus" not in media.mime_type}
    extra: dict[str, Any] = {"caption": message.body} if message.body else {}
    if message.type == "video":
        extra |= {"convert": media.mime_type != "video/mp4", "asNote": False}
    return {"file": file} | extra
