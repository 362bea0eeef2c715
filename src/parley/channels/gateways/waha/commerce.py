"""Orders, products, advertisements and choices in a WAHA message: told in the engine's hints only."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from parley.channels.gateways.untrusted import first_word, number, section, text, word
from parley.channels.gateways.waha.engines import Hint, context_in

_PAID: Final = re.compile(r"(?:^|_)ads?(?:_|$)", re.IGNORECASE)
"""As in `FB_Ads` and `ctwa_ad`."""
_AD: Final[Mapping[str, tuple[str, ...]]] = {
    "url": ("sourceUrl", "sourceURL", "source_url"),
    "kind": ("sourceType", "source_type"),
    "id": ("sourceId", "sourceID", "source_id"),
    "headline": ("title",),
    "body": ("body", "description"),
    "click_id": ("ctwaClid", "ctwa_clid"),
}


def referral_in(data: Mapping[str, Any], hint: Hint) -> dict[str, str]:
    """The advertisement whose button opened the chat; empty without one.

    `externalAdReply` also dresses up ordinary links, so it needs a sign that it was an advertisement.
    """
    context, clicked = context_in(data, hint), section(data, "ctwaContext")
    shown = clicked or section(context, "externalAdReply")
    paid = text(context.get("conversionSource")) or text(context.get("entryPointConversionSource"))
    if not shown and not paid:
        return {}
    found = {
        name: said[:1000]
        for name, theirs in _AD.items()
        if (said := first_word(*(shown.get(one) for one in theirs)))
    }
    if clicked or "click_id" in found or "id" in found or _PAID.search(paid):
        return {"kind": "ad"} | found
    return {}


def product_in(data: Mapping[str, Any], hint: Hint) -> dict[str, Any]:
    """The product that a message shows, empty where it shows none."""
    if hint.kind != "product":
        return {}
    part = section(hint.part, "product") or hint.part
    owner = first_word(
        hint.part.get("businessOwnerJid"), hint.part.get("businessOwnerJID"), data.get("businessOwnerJid")
    )
    told = {
        "catalog": owner.partition("@")[0] if owner else None,
        "id": first_word(*map(part.get, ("retailerId", "retailerID", "productId", "productID"))),
        "title": word(part.get("title")),
        "description": word(part.get("description")),
        "price": _money(part.get("priceAmount1000")),
        "currency": first_word(part.get("currencyCode"), part.get("currency")),
        "url": word(part.get("url")),
    }
    return {name: value for name, value in told.items() if value is not None}


def order_in(hint: Hint) -> tuple[str, dict[str, Any]] | None:
    """An order's text and its facts. Its lines stay on the phone: the message only counts them."""
    part = hint.part
    title = first_word(part.get("orderTitle"), part.get("title"))
    note = first_word(part.get("message"), part.get("note"))
    count = number(part.get("itemCount"))
    if title is None and note is None and count is None:
        return None
    told = {
        "id": first_word(part.get("orderId"), part.get("orderID")),
        "title": title,
        "items": int(count) if count is not None and 0 <= count < 10**6 else None,
        "total": _money(part.get("totalAmount1000")),
        "currency": first_word(part.get("totalCurrencyCode"), part.get("currency")),
    }
    facts = {name: value for name, value in told.items() if value is not None}
    return "\n".join(filter(None, (title, note))), {"lines": [], "note": note or ""} | facts


def choice_in(hint: Hint) -> tuple[str, dict[str, Any]]:
    """What was tapped: its text, and `choice` or `form`."""
    part = hint.part
    rows = section(part, "singleSelectReply") or section(part, "listResponse", "singleSelectReply")
    answer = section(part, "nativeFlowResponseMessage") or section(part, "nativeFlowResponse")
    fields = _fields(answer.get("paramsJson") or answer.get("paramsJSON"))
    said = first_word(
        part.get("selectedDisplayText"),
        part.get("title"),
        section(part, "listResponse").get("title"),
        section(part, "body").get("text"),
        fields.get("display_text"),
        fields.get("title"),
    )
    chosen = first_word(
        part.get("selectedButtonId"),
        part.get("selectedButtonID"),
        part.get("selectedId"),
        part.get("selectedID"),
        rows.get("selectedRowId"),
        rows.get("selectedRowID"),
        fields.get("id"),
    )
    if chosen is None and fields:
        answers = {name: value for name, value in fields.items() if name != "flow_token"}
        lines = [f"{name}: {value}" for name, value in answers.items() if isinstance(value, str | int)]
        return said or "\n".join(lines), {"form": answers}
    extra: dict[str, Any] = {"choice": {"id": chosen}} if chosen else {}
    if chosen and (description := first_word(part.get("description"), fields.get("description"))):
        extra["choice"]["description"] = description
    return said or "", extra


def _money(value: object) -> float | None:
    """Written in thousandths."""
    amount = number(value)
    return None if amount is None else amount / 1000


def _fields(value: object) -> Mapping[str, Any]:
    try:
        return section(json.loads(text(value)))
    except (ValueError, RecursionError):
        return {}
