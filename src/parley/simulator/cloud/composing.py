"""What Meta accepts inside a message: lengths, counts and required parts. Raises 131008 and 131009."""

from parley.simulator.cloud.errors import GraphRefusal
from parley.simulator.records import Json, Place

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
FILES: dict[str, tuple[tuple[str, ...], int]] = {
    "image": (("image/jpeg", "image/png"), 5 << 20),
    "video": (("video/mp4", "video/3gpp"), 16 << 20),
    "audio": (("audio/",), 16 << 20),
    "sticker": (("image/webp",), 500 << 10),
    "document": (("",), 100 << 20),
}
"""Beginnings of the types that may be sent as each kind, and the most bytes."""
INTERACTIVE = {
    "button", "list", "cta_url", "flow", "product", "product_list", "catalog_message", "carousel",
    "location_request_message", "order_details", "order_status", "call_permission_request", "voice_call",
    "address_message", "request_contact_info", "media_carousel",
}  # fmt: skip


def limited(text: object, limit: int, *, name: str = "The text") -> str:
    value = str(text or "")
    if len(value) > limit:
        raise GraphRefusal(131009, details=f"{name} is {len(value)} characters long, {limit} are allowed.")
    return value


def check_file(kind: str, mime_type: str, byte_size: int) -> None:
    """Refuses 131053 for a file that WhatsApp does not show as this kind."""
    beginnings, most = FILES[kind]
    if not mime_type.startswith(beginnings):
        raise GraphRefusal(131053, details=f"Unsupported {kind} mime type {mime_type}.")
    if byte_size > most:
        raise GraphRefusal(131053, details=f"The {kind} has {byte_size} bytes; {most} are allowed.")


def check_interactive(content: Json) -> None:
    kind = str(content.get("type", ""))
    if kind not in INTERACTIVE:
        raise GraphRefusal(131009, details=f"interactive.type {kind!r} is not known.")
    action = content.get("action")
    if not isinstance(action, dict):
        raise GraphRefusal(131008, details="interactive.action is required.")
    body = (content.get("body") or {}).get("text", "")
    if not body and kind not in {"product", "catalog_message", "call_permission_request", "carousel"}:
        raise GraphRefusal(131008, details="interactive.body.text is required.")
    limited(body, TEXT_LIMIT if kind == "list" else CAPTION_LIMIT, name="interactive.body.text")
    limited((content.get("footer") or {}).get("text"), 60, name="interactive.footer.text")
    header = content.get("header") or {}
    if header.get("type") == "text":
        limited(header.get("text"), 60, name="interactive.header.text")
    check = CHECKS.get(kind)
    if check is not None:
        check(action)


def check_buttons(action: Json) -> None:
    buttons = action.get("buttons") or []
    if not 1 <= len(buttons) <= 3:
        raise GraphRefusal(131009, details=f"{len(buttons)} buttons; 1 to 3 are allowed.")
    replies = [button.get("reply") or {} for button in buttons]
    for reply in replies:
        if not reply.get("id") or not reply.get("title"):
            raise GraphRefusal(131008, details="A button needs an id and a title.")
        limited(reply["id"], 256, name="A button's id")
        limited(reply["title"], 20, name="A button's title")
    if len({reply["id"] for reply in replies}) < len(replies):
        raise GraphRefusal(131009, details="Two buttons have the same id.")


def check_list(action: Json) -> None:
    if not limited(action.get("button"), 20, name="action.button"):
        raise GraphRefusal(131008, details="action.button is required.")
    sections = action.get("sections") or []
    rows = [row for section in sections for row in section.get("rows") or []]
    if not 1 <= len(sections) <= 10 or not 1 <= len(rows) <= 10:
        raise GraphRefusal(131009, details="A list has 1 to 10 rows in 1 to 10 sections.")
    for section in sections:
        limited(section.get("title"), 24, name="A section's title")
    for row in rows:
        if not row.get("id") or not row.get("title"):
            raise GraphRefusal(131008, details="A row needs an id and a title.")
        limited(row["id"], 200, name="A row's id")
        limited(row["title"], 24, name="A row's title")
        limited(row.get("description"), 72, name="A row's description")


def check_link(action: Json) -> None:
    parameters = action.get("parameters") or {}
    if not parameters.get("url") or not parameters.get("display_text"):
        raise GraphRefusal(131008, details="action.parameters needs display_text and url.")
    limited(parameters["display_text"], 20, name="display_text")


def check_flow(action: Json) -> None:
    parameters = action.get("parameters") or {}
    if not (parameters.get("flow_id") or parameters.get("flow_name")) or not parameters.get("flow_cta"):
        raise GraphRefusal(131008, details="action.parameters needs flow_id or flow_name, and flow_cta.")


def check_product(action: Json) -> None:
    if not action.get("catalog_id") or not action.get("product_retailer_id"):
        raise GraphRefusal(131008, details="action needs catalog_id and product_retailer_id.")


CHECKS = {
    "button": check_buttons,
    "list": check_list,
    "cta_url": check_link,
    "flow": check_flow,
    "product": check_product,
}


def check_contacts(cards: object) -> list[Json]:
    if not isinstance(cards, list) or not cards:
        raise GraphRefusal(131008, details="contacts must have at least one card.")
    for card in cards:
        if not (card.get("name") or {}).get("formatted_name"):
            raise GraphRefusal(131008, details="contacts[].name.formatted_name is required.")
    return cards


def place_of(content: Json) -> Place:
    try:
        latitude, longitude = float(content["latitude"]), float(content["longitude"])
    except (KeyError, TypeError, ValueError) as error:
        raise GraphRefusal(131009, details="latitude and longitude must be numbers.") from error
    return Place(
        latitude=latitude, longitude=longitude, name=content.get("name"), address=content.get("address")
    )


def summary_of(type_: str, content: Json) -> str:
    """What the phone shows for a template or an interactive message, in one line."""
    if type_ == "template":
        parameters = [
            str(parameter.get("text", ""))
            for component in content.get("components") or []
            for parameter in component.get("parameters") or []
        ]
        return " ".join([f"[{content.get('name', 'template')}]", *filter(None, parameters)])
    return str((content.get("body") or {}).get("text", ""))


def neutral_contacts(cards: list[Json]) -> list[Json]:
    return [
        {
            "name": (card.get("name") or {}).get("formatted_name", ""),
            "phone": ((card.get("phones") or [{}])[0]).get("phone", ""),
        }
        for card in cards
    ]
