"""Contact cards: vCard 3.0 and the neutral form {name, phone}."""

import re

from parley.simulator.records import Json

LINE = re.compile(r"^(?:item\d+\.)?(FN|TEL)[^:\r\n]*:(.*)$", re.MULTILINE | re.IGNORECASE)


def vcard_of(contact: Json) -> str:
    """A contact card in the neutral form {name, phone} as vCard 3.0."""
    name, phone = contact.get("name") or "", contact.get("phone") or ""
    digits = "".join(mark for mark in phone if mark.isdigit())
    return f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nTEL;type=CELL;type=VOICE;waid={digits}:{phone}\nEND:VCARD"


def contact_of(card: Json) -> Json:
    """What `sendContactVcard` brings, {fullName, phoneNumber} or {vcard}, in the neutral form."""
    if not card.get("vcard"):
        return {"name": str(card.get("fullName") or ""), "phone": str(card.get("phoneNumber") or "")}
    lines = {name.upper(): value.strip() for name, value in reversed(LINE.findall(str(card["vcard"])))}
    return {"name": lines.get("FN", ""), "phone": lines.get("TEL", "")}
