"""What a WAHA message says: the part of `translate` that reads type, text, file and place.

WAHA names no type. It shows in the fields that are set, in the file's MIME type, and in the engine's hints.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from parley.channels.gateways.neutral import Location, MediaRef, MessageType
from parley.channels.gateways.untrusted import first_word, items, moment, number, section, text
from parley.channels.gateways.waha.cards import contacts_in
from parley.channels.gateways.waha.commerce import choice_in, order_in, product_in, referral_in
from parley.channels.gateways.waha.engines import Hint, text_in
from parley.channels.gateways.waha.files import has_file, read_file, traits_of
from parley.channels.gateways.waha.ids import MessageKey
from parley.channels.gateways.waha.kinds import INTERNAL

_CHOICES: Final = frozenset({"button", "list", "interactive"})
_NAMED: Final = frozenset({"", "text", INTERNAL})


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
    data = section(payload, "_data")
    body = text(payload.get("body")) or text_in(hint)
    content = _read(payload, hint, key, body)
    extra = dict(content.extra)
    if product := product_in(data, hint):
        extra["product"] = product
    if referral := referral_in(data, hint):
        extra["referral"] = referral
    return replace(content, extra=extra)


def _read(payload: Mapping[str, Any], hint: Hint, key: MessageKey, body: str) -> Content:
    if has_file(payload):
        kind, media = read_file(payload, hint, key)
        return Content(kind, "" if body == media.filename else body, media=media, extra=traits_of(hint))
    if place := _location(payload, hint):
        return Content(
            "location", place.name or place.address or "", location=place, extra=_live(payload, hint)
        )
    if contacts := contacts_in(payload, hint):
        return Content("contacts", ", ".join(one["name"] for one in contacts), extra={"contacts": contacts})
    if found := _told_by_kind(hint, body):
        return found
    if body and hint.kind not in {"calendar event", "poll", "order"}:
        return Content("text", body)
    return Content("unsupported", body, extra={"what": _what(hint)})


def _told_by_kind(hint: Hint, body: str) -> Content | None:
    if hint.kind == "poll":
        return _poll(hint, body)
    if hint.kind in _CHOICES:
        said, extra = choice_in(hint)
        chosen = body or said or text(extra.get("choice", {}).get("id"))
        return Content(cast("MessageType", hint.kind), chosen, extra=extra) if chosen else None
    if hint.kind == "order" and (order := order_in(hint)):
        return Content("order", body or order[0], extra={"order": order[1]})
    if hint.kind == "product" and (product := product_in({}, hint)):
        lines = [product.get("title"), product.get("description"), product.get("url")]
        told = body or "\n".join(line for line in lines if line)
        return Content("text", told) if told else None
    if hint.kind == "calendar event":
        return _event(hint, body)
    return None


def _what(hint: Hint) -> str:
    if hint.is_view_once:
        return "a message to be seen once; open it on the phone"
    if hint.kind not in _NAMED:
        return hint.kind
    if hint.name and not hint.kind:
        return f"a message of a kind that Parley does not know ({hint.name[:60]})"
    return "a message without content"


def _location(payload: Mapping[str, Any], hint: Hint) -> Location | None:
    place = section(payload, "location")
    if not place and hint.kind != "location":
        return None
    part = hint.part
    latitude = _first_number(place.get("latitude"), part.get("degreesLatitude"), part.get("lat"))
    longitude = _first_number(place.get("longitude"), part.get("degreesLongitude"), part.get("lng"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return Location(
        latitude=latitude,
        longitude=longitude,
        name=first_word(place.get("name"), place.get("description"), part.get("name"), part.get("caption")),
        address=first_word(place.get("address"), part.get("address")),
    )


def _live(payload: Mapping[str, Any], hint: Hint) -> dict[str, Any]:
    """Whether the place goes on moving on the phone; Parley keeps where it began."""
    told = (section(payload, "location").get("live"), hint.part.get("isLive"))
    return {"live": True} if True in told or hint.name == "liveLocationMessage" else {}


def _poll(hint: Hint, body: str) -> Content | None:
    part = hint.part
    question = first_word(part.get("name"), part.get("pollName")) or body
    options = items(part.get("options")) or items(part.get("pollOptions"))
    named = [name for one in options if (name := first_word(one.get("optionName"), one.get("name")))]
    limit = _first_number(part.get("selectableOptionsCount"), part.get("pollSelectableOptionsCount"))
    poll = {"name": question, "options": named, "multiple": limit != 1}
    return Content("poll", question, extra={"poll": poll}) if question else None


def _event(hint: Hint, body: str) -> Content:
    part = hint.part
    where = section(part, "location") or section(part, "eventLocation")
    at = moment(part.get("startTime"), part.get("eventStartTime"))
    told = {
        "name": first_word(part.get("name"), part.get("eventName")) or body,
        "description": first_word(part.get("description"), part.get("eventDescription")),
        "place": first_word(where.get("name"), where.get("address")),
        "at": at.isoformat() if at else None,
        "link": first_word(part.get("joinLink"), part.get("eventJoinLink")),
    }
    facts = {name: value for name, value in told.items() if value}
    return Content("unsupported", "\n".join(facts.values()), extra={"what": "calendar event", "event": facts})


def _first_number(*values: object) -> float | None:
    return next((found for found in map(number, values) if found is not None), None)
