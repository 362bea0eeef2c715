"""Neutral messages to the Cloud API's requests, and the message id out of its answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from parley.channels.gateways.neutral import Address, GatewayError, OutboundMessage
from parley.channels.gateways.untrusted import identifier, items, section

FILES: Final = frozenset({"image", "video", "audio", "voice", "document"})
_WITH_CAPTION: Final = frozenset({"image", "video", "document"})


@dataclass(frozen=True, slots=True)
class Sent:
    """What a good answer names: the message, and the number in the spelling that WhatsApp uses."""

    id: str
    wa_id: str | None


def payload_for(message: OutboundMessage, *, media_id: str | None = None) -> dict[str, Any]:
    """The body that sends a message, its file uploaded as `media_id`. Raises `GatewayError(refused)`."""
    payload: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        # Comes back in every status: the way to recognise a message whose answer was lost.
        "biz_opaque_callback_data": message.client_ref,
    }
    payload |= _recipient(message.to)
    if message.quoted_id and message.type != "reaction":
        payload["context"] = {"message_id": message.quoted_id}
    kind = "audio" if message.type == "voice" else message.type
    payload["type"] = kind
    payload[kind] = _part(message, media_id)
    return payload


def sent_in(body: bytes) -> Sent | None:
    """What an answer says was sent; None where it does not say."""
    try:
        answer = section(json.loads(body))
    except (ValueError, RecursionError):
        return None
    message = next(iter(items(answer.get("messages"))), None)
    contact = next(iter(items(answer.get("contacts"))), {})
    found = identifier(message.get("id")) if message else None
    return Sent(id=found, wa_id=identifier(contact.get("wa_id"))) if found else None


def _recipient(to: Address) -> Mapping[str, str]:
    if to.wa_id:
        return {"to": f"+{to.wa_id}"}  # without the plus, the sender's country code is put in front
    if to.bsuid:
        return {"recipient": to.bsuid}
    raise GatewayError(
        "refused", "This contact has no number that this channel can write to.", code="no_address"
    )


def _part(message: OutboundMessage, media_id: str | None) -> dict[str, Any]:
    if message.type == "text":
        return {"body": message.body, "preview_url": "://" in message.body}
    if message.type == "reaction" and message.target_id:
        return {"message_id": message.target_id, "emoji": message.body}
    if message.type == "location" and message.location is not None:
        place = message.location
        named = {"name": place.name, "address": place.address}
        said = {name: value for name, value in named.items() if value}
        return {"latitude": place.latitude, "longitude": place.longitude} | said
    if message.type in FILES and media_id is not None:
        part: dict[str, Any] = {"id": media_id}
        if message.body and message.type in _WITH_CAPTION:
            part["caption"] = message.body
        if message.type == "document" and message.media is not None:
            part["filename"] = message.media.filename
        if message.type == "voice":
            part["voice"] = True
        return part
    raise GatewayError(
        "refused", f"This channel cannot send a message of type {message.type}.", code="type_not_supported"
    )
