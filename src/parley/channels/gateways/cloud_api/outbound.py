"""Neutral messages to the Cloud API's requests, and the message id out of its answers.

The shapes are those of Meta's OpenAPI (v23.0, `/messages`). Limits are left to whoever composed the message:
Meta refuses in its own words what goes beyond them.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from parley.channels.gateways.cloud_api.interactive import interactive_part
from parley.channels.gateways.cloud_api.template import template_part
from parley.channels.gateways.composed import contacts_in
from parley.channels.gateways.neutral import Address, GatewayError, OutboundMessage
from parley.channels.gateways.untrusted import identifier, items, section

FILES: Final = frozenset({"image", "video", "audio", "voice", "document", "sticker"})
WITH_HEADER_FILE: Final = frozenset({"interactive", "template"})
"""Types whose file, if there is one, is the header."""
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


def _part(message: OutboundMessage, media_id: str | None) -> Any:
    compose = _COMPOSERS.get(message.type)
    try:
        part = compose(message, media_id) if compose else None
    except msgspec.ValidationError as error:
        raise GatewayError(
            "refused", f"This message is not complete: {error}", code="content_not_valid"
        ) from None
    if part is None:
        raise GatewayError(
            "refused",
            f"This channel cannot send a message of type {message.type}.",
            code="type_not_supported",
        )
    return part


def _text(message: OutboundMessage, _media_id: str | None) -> dict[str, Any]:
    return {"body": message.body, "preview_url": "://" in message.body}


def _reaction(message: OutboundMessage, _media_id: str | None) -> dict[str, Any] | None:
    return {"message_id": message.target_id, "emoji": message.body} if message.target_id else None


def _place(message: OutboundMessage, _media_id: str | None) -> dict[str, Any] | None:
    place = message.location
    if place is None:
        return None
    named = {"name": place.name, "address": place.address}
    said = {name: value for name, value in named.items() if value}
    return {"latitude": place.latitude, "longitude": place.longitude} | said


def _file(message: OutboundMessage, media_id: str | None) -> dict[str, Any] | None:
    if media_id is None:
        return None
    part: dict[str, Any] = {"id": media_id}
    if message.body and message.type in _WITH_CAPTION:
        part["caption"] = message.body
    if message.type == "document" and message.media is not None:
        part["filename"] = message.media.filename
    if message.type == "voice":
        part["voice"] = True
    return part


def _contacts(message: OutboundMessage, _media_id: str | None) -> list[dict[str, Any]] | None:
    cards = []
    for card in contacts_in(message.content):
        # A name needs one more part than the whole; without `wa_id` the phone offers to invite the person.
        part: dict[str, Any] = {"name": {"formatted_name": card.name, "first_name": card.name}}
        if card.phones:
            digits = ((phone, "".join(filter(str.isdigit, phone))) for phone in card.phones)
            part["phones"] = [{"phone": phone, "type": "CELL", "wa_id": wa_id} for phone, wa_id in digits]
        if card.emails:
            part["emails"] = [{"email": email, "type": "WORK"} for email in card.emails]
        if card.organization:
            part["org"] = {"company": card.organization}
        cards.append(part)
    return cards or None


_COMPOSERS: Final[Mapping[str, Callable[[OutboundMessage, str | None], Any]]] = {
    "text": _text,
    **dict.fromkeys(FILES, _file),
    "location": _place,
    "reaction": _reaction,
    "contacts": _contacts,
    "interactive": interactive_part,
    "template": template_part,
}
