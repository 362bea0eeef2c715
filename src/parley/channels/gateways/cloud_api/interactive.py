"""Messages that are answered by tapping, as the Cloud API wants them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from parley.channels.gateways.composed import Interactive, InteractiveKind, Section, interactive_in
from parley.channels.gateways.neutral import OutboundMedia, OutboundMessage

_TYPES: Final[Mapping[InteractiveKind, str]] = {
    "buttons": "button",
    "list": "list",
    "link": "cta_url",
    "flow": "flow",
    "product": "product",
    "products": "product_list",
    "catalog": "catalog_message",
    "location_request": "location_request_message",
}


def interactive_part(message: OutboundMessage, media_id: str | None) -> dict[str, Any]:
    """The `interactive` object. Raises `msgspec.ValidationError` for content that is none."""
    said = interactive_in(message.content)
    part: dict[str, Any] = {"type": _TYPES[said.kind], "action": _ACTIONS[said.kind](said)}
    if message.media is not None and media_id is not None:
        part["header"] = header_file(message.media, media_id)
    elif said.header:
        part["header"] = {"type": "text", "text": said.header}
    if message.body:
        part["body"] = {"text": message.body}
    if said.footer:
        part["footer"] = {"text": said.footer}
    return part


def header_file(media: OutboundMedia, media_id: str) -> dict[str, Any]:
    """The uploaded file as a header: a picture or a video where it is one, else a document with its name."""
    kind = media.mime_type.partition("/")[0]
    if kind in {"image", "video"}:
        return {"type": kind, kind: {"id": media_id}}
    return {"type": "document", "document": {"id": media_id, "filename": media.filename}}


def _buttons(said: Interactive) -> dict[str, Any]:
    replies = [{"id": one.id, "title": one.title} for one in said.buttons]
    return {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}


def _list(said: Interactive) -> dict[str, Any]:
    return {"button": said.button, "sections": [_titled(one, "rows", _rows(one)) for one in said.sections]}


def _rows(part: Section) -> list[dict[str, str]]:
    return [
        {"id": one.id, "title": one.title} | ({"description": one.description} if one.description else {})
        for one in part.choices
    ]


def _titled(part: Section, name: str, rows: list[dict[str, str]]) -> dict[str, Any]:
    return ({"title": part.title} if part.title else {}) | {name: rows}


def _link(said: Interactive) -> dict[str, Any]:
    return {"name": "cta_url", "parameters": {"display_text": said.button, "url": said.url}}


def _flow(said: Interactive) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "flow_message_version": "3",
        "flow_id": said.flow_id,
        "flow_cta": said.button,
    }
    if said.flow_token:
        parameters["flow_token"] = said.flow_token
    if said.flow_screen:
        parameters["flow_action"] = "navigate"
        # An empty object of data is refused.
        data = {"data": said.flow_data} if said.flow_data else {}
        parameters["flow_action_payload"] = {"screen": said.flow_screen} | data
    return {"name": "flow", "parameters": parameters}


def _product(said: Interactive) -> dict[str, Any]:
    return {"catalog_id": said.catalog_id, "product_retailer_id": said.product_id}


def _products(said: Interactive) -> dict[str, Any]:
    sections = [
        _titled(one, "product_items", [{"product_retailer_id": product} for product in one.products])
        for one in said.sections
    ]
    return {"catalog_id": said.catalog_id, "sections": sections}


def _catalog(said: Interactive) -> dict[str, Any]:
    shown = {"parameters": {"thumbnail_product_retailer_id": said.product_id}} if said.product_id else {}
    return {"name": "catalog_message"} | shown


def _location_request(_said: Interactive) -> dict[str, Any]:
    return {"name": "send_location"}


_ACTIONS: Final[Mapping[InteractiveKind, Callable[[Interactive], dict[str, Any]]]] = {
    "buttons": _buttons,
    "list": _list,
    "link": _link,
    "flow": _flow,
    "product": _product,
    "products": _products,
    "catalog": _catalog,
    "location_request": _location_request,
}
