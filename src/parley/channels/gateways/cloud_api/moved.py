"""Messages of type `system`: WhatsApp tells that a person has another number or another id."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from parley.channels.gateways.cloud_api.people import address_of, is_number, is_user_id
from parley.channels.gateways.neutral import Address, InboundMessage, Kept, NeutralEvent, PersonKnown
from parley.channels.gateways.untrusted import first_word, section, text, word

_MOVES: Final[dict[str, str]] = {
    "user_changed_number": "number_changed",
    "customer_changed_number": "number_changed",
    "user_changed_user_id": "id_changed",
}
_KINDS: Final[Mapping[str, str]] = _MOVES | {
    "customer_identity_changed": "identity_changed",
    "user_identity_changed": "identity_changed",
}
_FROM_TO: Final = re.compile(r"changed from (\S{1,140}) to \S")
"""The sentence that Meta writes. It alone names the former id where the fields do not."""


def read_system(
    message: Mapping[str, Any], contact: Mapping[str, Any], *, message_id: str, at: datetime
) -> list[NeutralEvent]:
    """The line for the conversation, and that the person moved, where they did."""
    said = section(message, "system")
    told = text(said.get("type"))
    kind = _KINDS.get(told, told[:60] or "unknown")
    before = _before(message, said) if told in _MOVES else address_of(message, contact, "from")
    now = _now(said) if told in _MOVES else None
    counterpart = before or now
    if counterpart is None:
        return [Kept(reason="a notice of WhatsApp about nobody whom Parley can address")]
    system = {"kind": kind}
    if now is not None:
        names = {"from": before, "to": now}
        system |= {name: one.wa_id or one.bsuid or "" for name, one in names.items() if one is not None}
    line = InboundMessage(
        provider_message_id=message_id,
        at=at,
        counterpart=counterpart,
        type="system",
        body=text(said.get("body")),
        content={"system": system},
    )
    if now is None or now == before:
        return [line]
    return [line, PersonKnown(address=now, at=at, previous=before)]


def _before(message: Mapping[str, Any], said: Mapping[str, Any]) -> Address | None:
    sentence = _FROM_TO.search(text(said.get("body")))
    named = [word(said.get("previous_user_id")), word(message.get("from")), sentence[1] if sentence else None]
    return _address(named, named)


def _now(said: Mapping[str, Any]) -> Address | None:
    # `new_wa_id` is what older versions call it.
    return _address([first_word(said.get("new_wa_id"), said.get("wa_id"))], [word(said.get("user_id"))])


def _address(numbers: list[str | None], ids: list[str | None]) -> Address | None:
    wa_id = next((one for one in numbers if one and is_number(one)), None)
    bsuid = next((one for one in ids if one and is_user_id(one)), None)
    return Address(wa_id=wa_id, bsuid=bsuid) if wa_id or bsuid else None
