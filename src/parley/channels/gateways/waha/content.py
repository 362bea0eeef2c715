"""What a WAHA message says: the part of `translate` that reads type, text, file and place.

WAHA names no type. It shows in the fields that are set, in the file's MIME type, and in the engine's hints.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from parley.channels.gateways.neutral import Location, MediaRef, MessageType
from parley.channels.gateways.untrusted import first_word, items, number, section, text, word
from parley.channels.gateways.waha.engines import Hint, text_in
from parley.channels.gateways.waha.ids import MessageKey

_FILES: Final = frozenset({"image", "video", "audio", "voice", "document", "sticker"})
_CHOICES: Final = frozenset({"button", "list", "interactive"})
_VCARD_LINE: Final = re.compile(r"^(?:item\d+\.)?(FN|TEL)[^:\r\n]*:(.*)$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Content:
    """A message's substance in neutral words."""

    type: MessageType
    body: str = ""
    media: MediaRef | None = None
    location: Location | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def read_content(payload: Mapping[str, Any], hint: Hint, key: MessageKey) -> Content:
    """The substance of a message. What has no place in Parley yet is `unsupported`, saying what it was."""
    body = text(payload.get("body")) or text_in(section(payload, "_data"))
    if payload.get("hasMedia") is True or section(payload, "media"):
        return _file(payload, hint, key, body)
    if place := _location(payload, hint):
        return Content("location", place.name or place.address or "", location=place)
    if contacts := _contacts(payload, hint):
        return Content("contacts", ", ".join(one["name"] for one in contacts), extra={"contacts": contacts})
    if hint.kind == "poll" and (poll := _poll(hint, body)):
        return poll
    if hint.kind in _CHOICES and (body := body or _chosen_text(hint)):
        choice = _choice_id(hint)
        extra = {"choice": {"id": choice}} if choice else {}
        return Content(cast("MessageType", hint.kind), body, extra=extra)
    if body:
        return Content("text", body)
    what = hint.kind if hint.kind not in {"", "text"} else "a message without content"
    return Content("unsupported", extra={"what": what})


def _file(payload: Mapping[str, Any], hint: Hint, key: MessageKey, body: str) -> Content:
    media = section(payload, "media")
    mime = first_word(media.get("mimetype"), hint.part.get("mimetype")) or ""
    filename = first_word(media.get("filename"), hint.part.get("fileName"), hint.part.get("filename"))
    kind = _file_kind(hint, mime, filename)
    reference = MediaRef(
        reference=json.dumps(_whereabouts(payload, media, key), separators=(",", ":")),
        mime_type=mime or "application/octet-stream",
        filename=filename,
        sha256=first_word(hint.part.get("fileSha256"), hint.part.get("filehash")),
        byte_size=_whole(hint.part.get("fileLength") or hint.part.get("size")),
        error=_media_error(media),
    )
    return Content(kind, "" if body == filename else body, media=reference)


def _file_kind(hint: Hint, mime: str, filename: str | None) -> MessageType:
    if hint.kind in _FILES:
        return cast("MessageType", hint.kind)
    family = mime.partition("/")[0].lower()
    if mime.startswith("image/webp") and not filename:
        return "sticker"
    if family == "audio":
        return "voice" if "opus" in mime or mime.startswith("audio/ogg") else "audio"
    return cast("MessageType", family) if family in {"image", "video"} else "document"


def _whereabouts(payload: Mapping[str, Any], media: Mapping[str, Any], key: MessageKey) -> dict[str, str]:
    """Where to find the file later: its address while that lives (180 s by default), else its message."""
    found = {"message": word(payload.get("id")) or key.id, "chat": key.chat}
    if url := word(media.get("url")):
        found["url"] = url
        if section(media, "s3"):
            found["store"] = "s3"
    return found


def _media_error(media: Mapping[str, Any]) -> str | None:
    error = media.get("error")
    if isinstance(error, Mapping):
        said = first_word(error.get("message"), error.get("details"), error.get("code"))
        return (said or "The file did not reach the gateway.")[:300]
    return error[:300] if isinstance(error, str) and error else None


def _location(payload: Mapping[str, Any], hint: Hint) -> Location | None:
    place = section(payload, "location")
    if not place and hint.kind != "location":
        return None
    latitude = _first_number(place.get("latitude"), hint.part.get("degreesLatitude"), hint.part.get("lat"))
    longitude = _first_number(place.get("longitude"), hint.part.get("degreesLongitude"), hint.part.get("lng"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return Location(
        latitude=latitude,
        longitude=longitude,
        name=first_word(place.get("name"), place.get("description"), hint.part.get("name")),
        address=first_word(place.get("address"), hint.part.get("address")),
    )


def _contacts(payload: Mapping[str, Any], hint: Hint) -> list[dict[str, Any]]:
    cards = payload.get("vCards")
    found = [card for card in cards if isinstance(card, str)] if isinstance(cards, list) else []
    if not found and hint.kind == "contacts":
        several = [hint.part, *items(hint.part.get("contacts"))]
        found = [card["vcard"] for card in several if isinstance(card.get("vcard"), str)]
    return [_contact(card) for card in found[:100]]


def _contact(card: str) -> dict[str, Any]:
    lines = [(name.upper(), value.strip()) for name, value in _VCARD_LINE.findall(card)]
    phones = [value for name, value in lines if name == "TEL" and value]
    names = [value for name, value in lines if name == "FN" and value]
    return {"name": (names or phones or ["?"])[0][:200], "phones": phones[:20]}


def _poll(hint: Hint, body: str) -> Content | None:
    question = first_word(hint.part.get("name"), hint.part.get("pollName")) or body
    options = items(hint.part.get("options")) or items(hint.part.get("pollOptions"))
    named = [name for one in options if (name := first_word(one.get("optionName"), one.get("name")))]
    return Content("poll", question, extra={"poll": {"options": named}}) if question else None


def _chosen_text(hint: Hint) -> str:
    part = hint.part
    return (
        first_word(part.get("selectedDisplayText"), part.get("title"), section(part, "body").get("text"))
        or ""
    )


def _choice_id(hint: Hint) -> str | None:
    part = hint.part
    return first_word(
        part.get("selectedButtonId"),
        part.get("selectedId"),
        section(part, "singleSelectReply").get("selectedRowId"),
        section(part, "listResponse", "singleSelectReply").get("selectedRowId"),
    )


def _first_number(*values: object) -> float | None:
    return next((found for found in map(number, values) if found is not None), None)


def _whole(value: object) -> int | None:
    found = number(value)
    return int(found) if found is not None and 0 <= found < 2**53 else None
