"""Contact cards: vCards of received messages, and safe ones for those we send."""

import re
from collections.abc import Mapping
from typing import Any, Final

from parley.channels.gateways.composed import ContactCard
from parley.channels.gateways.untrusted import items
from parley.channels.gateways.waha.engines import Hint

_LINE: Final = re.compile(r"^(?:item\d+\.)?(FN|N|TEL|EMAIL|ORG)([;:].*)$", re.MULTILINE | re.IGNORECASE)
_FOLD: Final = re.compile(r"\r?\n[ \t]")
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def contacts_in(payload: Mapping[str, Any], hint: Hint) -> list[dict[str, Any]]:
    """The cards of a message, at most 100."""
    cards = payload.get("vCards")
    found = [card for card in cards if isinstance(card, str)] if isinstance(cards, list) else []
    if not found and hint.kind == "contacts":
        several = [hint.part, *items(hint.part.get("contacts")), *items(hint.part.get("vcardList"))]
        found = [card["vcard"] for card in several if isinstance(card.get("vcard"), str)]
        if not found and isinstance(body := hint.part.get("body"), str) and "BEGIN:VCARD" in body[:40]:
            found = [body]
    return [_read(card[:20_000]) for card in found[:100]]


def write_card(card: ContactCard) -> str:
    """The card as vCard 3.0, in which nothing that somebody typed can become a line of its own."""
    name = _escaped(card.name) or _escaped(card.phones[0] if card.phones else "") or "?"
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:;{name};;;", f"FN:{name}"]
    if card.organization:
        lines.append(f"ORG:{_escaped(card.organization)};")
    for phone in card.phones:
        digits = re.sub(r"[^0-9]", "", phone)
        if digits:
            lines.append(f"TEL;type=CELL;type=VOICE;waid={digits}:+{digits}")
    lines += [f"EMAIL;type=INTERNET:{_escaped(email)}" for email in card.emails if email]
    return "\n".join([*lines, "END:VCARD"])


def _read(card: str) -> dict[str, Any]:
    lines = [(name.upper(), _value(rest)) for name, rest in _LINE.findall(_FOLD.sub("", card))]
    phones = [value for name, value in lines if name == "TEL" and value]
    names = [value for name, value in lines if name == "FN" and value]
    names += [" ".join(filter(None, value.split(";"))) for name, value in lines if name == "N" and value]
    return {"name": ([*filter(None, names), *phones] or ["?"])[0][:200], "phones": phones[:20]}


def _value(rest: str) -> str:
    """What stands after the parameters."""
    value = rest.partition(":")[2].strip()
    return re.sub(r"\\([,;\\])", r"\1", value.replace("\\n", " ").replace("\\N", " "))


def _escaped(value: str) -> str:
    flat = _BREAKS.sub(" ", value).strip()
    return re.sub(r"([\\,;])", r"\\\1", flat)
