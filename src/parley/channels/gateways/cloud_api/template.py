"""Approved templates with their variables filled in, as the Cloud API wants them."""

from typing import Any

from parley.channels.gateways.cloud_api.interactive import header_file
from parley.channels.gateways.composed import TemplateButton, TemplateCard, Value, template_in
from parley.channels.gateways.neutral import Location, OutboundMessage


def template_part(message: OutboundMessage, media_id: str | None) -> dict[str, Any]:
    """The `template` object. Raises `msgspec.ValidationError` for content that is none.

    A code for signing in stands in the body and in the url button at index 0, both given like any variable.
    """
    said = template_in(message.content)
    components: list[dict[str, Any]] = []
    if message.media is not None and media_id is not None:
        components.append({"type": "header", "parameters": [header_file(message.media, media_id)]})
    elif message.location is not None:
        place = {"type": "location", "location": _place(message.location)}
        components.append({"type": "header", "parameters": [place]})
    elif said.header:
        components.append(_texts("header", said.header))
    if said.body:
        components.append(_texts("body", said.body))
    components += [_button(one) for one in said.buttons]
    if said.cards:
        cards = [{"card_index": place, "components": _card(card)} for place, card in enumerate(said.cards)]
        components.append({"type": "carousel", "cards": cards})
    part: dict[str, Any] = {"name": said.name, "language": {"code": said.language}}
    return part | ({"components": components} if components else {})


def _place(place: Location) -> dict[str, str]:
    # In a template's header, unlike in a message, Meta's samples have the numbers as text.
    named = {"name": place.name or "", "address": place.address or ""}
    return {"latitude": str(place.latitude), "longitude": str(place.longitude)} | named


def _texts(kind: str, values: list[Value]) -> dict[str, Any]:
    parameters = [
        {"type": "text"} | ({"parameter_name": one.name} if one.name else {}) | {"text": one.text}
        for one in values
    ]
    return {"type": kind, "parameters": parameters}


def _button(button: TemplateButton) -> dict[str, Any]:
    parameter: dict[str, Any]
    match button.kind:
        case "quick_reply":
            parameter = {"type": "payload", "payload": button.value}
        case "url":
            parameter = {"type": "text", "text": button.value}
        case "copy_code":
            parameter = {"type": "coupon_code", "coupon_code": button.value}
        case "flow":
            token = {"flow_token": button.value} if button.value else {}
            parameter = {"type": "action", "action": token}
        case "catalog":
            shown = {"thumbnail_product_retailer_id": button.value} if button.value else {}
            parameter = {"type": "action", "action": shown}
    return {
        "type": "button",
        "sub_type": "CATALOG" if button.kind == "catalog" else button.kind,
        "index": str(button.index),
        "parameters": [parameter],
    }


def _card(card: TemplateCard) -> list[dict[str, Any]]:
    shown = {"id": card.header_id} if card.header_id else {"link": card.header_link}
    header = {"type": card.header_kind, card.header_kind: shown}
    components: list[dict[str, Any]] = [{"type": "header", "parameters": [header]}]
    if card.body:
        components.append(_texts("body", card.body))
    return components + [_button(one) for one in card.buttons]
