"""What a Cloud API message says: the part of `translate` that reads text, file and choice by `type`."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from parley.channels.gateways.neutral import Location, MediaRef, MessageType
from parley.channels.gateways.untrusted import first_word, items, moment, number, section, text, word


@dataclass(frozen=True, slots=True)
class Content:
    """A message's substance in neutral words."""

    type: MessageType
    body: str = ""
    media: MediaRef | None = None
    location: Location | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def read_content(message: Mapping[str, Any]) -> Content:
    """The substance of a message. What has no place in Parley yet is `unsupported`, saying what it was."""
    kind = type_of(message)
    reader = _READERS.get(kind)
    found = reader(message, section(message, kind)) if reader else None
    return found or _unsupported(message, kind)


def type_of(message: Mapping[str, Any]) -> str:
    """The message's type. Some of Meta's own samples leave it out, so the part that is there tells it."""
    named = message.get("type")
    if isinstance(named, str) and named:
        return named
    return next((kind for kind in _READERS if kind in message), "")


def context_of(message: Mapping[str, Any]) -> dict[str, Any]:
    """What led to the message: the advertisement clicked, the product asked about."""
    found: dict[str, Any] = {}
    if referral := section(message, "referral"):
        names = {
            "url": "source_url",
            "kind": "source_type",
            "id": "source_id",
            "headline": "headline",
            "body": "body",
            "click_id": "ctwa_clid",
            "media": "media_type",
            "image_url": "image_url",
            "video_url": "video_url",
            "thumbnail_url": "thumbnail_url",
        }
        found["referral"] = {
            name: said for name, theirs in names.items() if (said := word(referral.get(theirs)))
        }
        if greeting := text(section(referral, "welcome_message").get("text")):
            found["referral"]["greeting"] = greeting
    if product := section(message, "context", "referred_product"):
        found["product"] = {
            "catalog": word(product.get("catalog_id")),
            "id": word(product.get("product_retailer_id")),
        }
    return found


def shared_number(message: Mapping[str, Any]) -> str | None:
    """The writer's own number, where they gave it because we had asked for it."""
    for card in items(message.get("contacts")):
        if card.get("origin") == "contact_request":
            numbers = (word(phone.get("wa_id")) for phone in items(card.get("phones")))
            return next((one for one in numbers if one and one.isascii() and one.isdigit()), None)
    return None


def error_text(errors: object) -> tuple[str, str] | None:
    """Code and words of the first error in a list, None where there is none."""
    first = next(iter(items(errors)), None)
    if first is None:
        return None
    data = first.get("error_data")
    details = section(data).get("details") if isinstance(data, Mapping) else data
    said = first_word(details, first.get("message"), first.get("title")) or "no reason given"
    return word(first.get("code")) or "unknown", said[:500]


def _text(_message: Mapping[str, Any], part: Mapping[str, Any]) -> Content | None:
    return Content("text", text(part.get("body"))) if isinstance(part.get("body"), str) else None


def _file(message: Mapping[str, Any], part: Mapping[str, Any]) -> Content | None:
    whereabouts = {name: found for name in ("id", "url") if (found := word(part.get(name)))}
    error = error_text(message.get("errors"))
    if not whereabouts and error is None:
        return None
    kind = type_of(message)
    if kind == "audio" and part.get("voice") is True:
        kind = "voice"
    size = number(part.get("file_size"))
    media = MediaRef(
        reference=json.dumps(whereabouts, separators=(",", ":")),
        mime_type=word(part.get("mime_type")) or "application/octet-stream",
        filename=word(part.get("filename")),
        sha256=word(part.get("sha256")),
        byte_size=int(size) if size is not None and 0 <= size < 2**53 else None,
        error=error[1] if error else None,
    )
    extra = {"animated": True} if part.get("animated") is True else {}
    return Content(cast("MessageType", kind), text(part.get("caption")), media=media, extra=extra)


def _place(_message: Mapping[str, Any], part: Mapping[str, Any]) -> Content | None:
    latitude, longitude = number(part.get("latitude")), number(part.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    place = Location(
        latitude=latitude,
        longitude=longitude,
        name=word(part.get("name")),
        address=word(part.get("address")),
    )
    return Content("location", place.name or place.address or "", location=place)


def _contacts(message: Mapping[str, Any], _part: Mapping[str, Any]) -> Content | None:
    found: list[dict[str, Any]] = []
    for card in items(message.get("contacts"))[:100]:
        phones = [
            phone
            for one in items(card.get("phones"))
            if (phone := first_word(one.get("phone"), one.get("wa_id")))
        ]
        names = section(card, "name")
        name = first_word(names.get("formatted_name"), names.get("first_name"), *phones) or "?"
        emails = [email for one in items(card.get("emails")) if (email := word(one.get("email")))]
        organization = word(section(card, "org").get("company"))
        found.append(
            {"name": name[:200], "phones": phones[:20]}
            | ({"emails": emails[:20]} if emails else {})
            | ({"organization": organization[:200]} if organization else {})
        )
    if not found:
        return None
    return Content("contacts", ", ".join(one["name"] for one in found), extra={"contacts": found})


def _button(_message: Mapping[str, Any], part: Mapping[str, Any]) -> Content | None:
    said = first_word(part.get("text"), part.get("payload"))
    return Content("button", said, extra={"choice": {"id": word(part.get("payload"))}}) if said else None


def _interactive(_message: Mapping[str, Any], part: Mapping[str, Any]) -> Content | None:
    for name, kind in (("button_reply", "button"), ("list_reply", "list")):
        reply = section(part, name)
        if said := first_word(reply.get("title"), reply.get("id")):
            choice = {"id": word(reply.get("id"))}
            if description := word(reply.get("description")):
                choice["description"] = description
            return Content(cast("MessageType", kind), said, extra={"choice": choice})
    if form := section(part, "nfm_reply"):
        return _form(form)
    permission = section(part, "call_permission_reply")
    return _permission(permission) if word(permission.get("response")) else None


def _permission(said: Mapping[str, Any]) -> Content:
    """Whether we may call the customer, and until when."""
    is_granted = said.get("response") == "accept"
    until = moment(said.get("expiration_timestamp")) if is_granted else None
    permission: dict[str, Any] = {"is_granted": is_granted}
    if until is not None:
        permission["until"] = until.isoformat()
    body = f"Permission to call: {word(said.get('response'))}"
    return Content("interactive", body, extra={"call_permission": permission})


def _form(form: Mapping[str, Any]) -> Content:
    try:
        answers = section(json.loads(text(form.get("response_json"))))
    except (ValueError, RecursionError):
        answers = {}
    shown = {name: value for name, value in answers.items() if name != "flow_token"}
    lines = [f"{name}: {value}" for name, value in shown.items() if isinstance(value, str | int | float)]
    return Content("interactive", "\n".join(lines) or text(form.get("body")), extra={"form": dict(shown)})


def _order(_message: Mapping[str, Any], part: Mapping[str, Any]) -> Content | None:
    lines = [
        {
            "id": word(one.get("product_retailer_id")),
            "quantity": number(one.get("quantity")),
            "price": number(one.get("item_price")),
            "currency": word(one.get("currency")),
        }
        for one in items(part.get("product_items"))[:500]
    ]
    note = text(part.get("text"))
    if not lines and not note:
        return None
    told = [f"{line['quantity'] or 1:g} × {line['id'] or '?'}" for line in lines]
    order = {"catalog": word(part.get("catalog_id")), "lines": lines, "note": note}
    return Content("order", "\n".join([*filter(None, [note]), *told]), extra={"order": order})


def _opened(_message: Mapping[str, Any], _part: Mapping[str, Any]) -> Content:
    return Content("system", extra={"system": {"kind": "chat_opened"}})


def _placeholder(_message: Mapping[str, Any], _part: Mapping[str, Any]) -> Content:
    """A file of the phone's memory. The last two weeks' files come later, under the same message id."""
    return Content("unsupported", extra={"what": "a file that is on the phone", "placeholder": True})


def _unsupported(message: Mapping[str, Any], kind: str) -> Content:
    inner = word(section(message, "unsupported").get("type")) if kind in {"unsupported", "unknown"} else kind
    what = {"what": inner or "a message without content"}
    if error := error_text(message.get("errors")):
        what["note"] = error[1]
    return Content("unsupported", extra=what)


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Content | None]]] = {
    "text": _text,
    "image": _file,
    "video": _file,
    "audio": _file,
    "document": _file,
    "sticker": _file,
    "location": _place,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
    "request_welcome": _opened,
    "media_placeholder": _placeholder,
}
