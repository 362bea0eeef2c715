"""Who a webhook speaks of, and what it says about them outside of a message."""

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

from parley.channels.gateways.neutral import Address, Kept, NeutralEvent, PersonKnown, PreferenceChange
from parley.channels.gateways.untrusted import (
    first_word,
    identifier,
    items,
    moment_or_now,
    section,
    text,
    word,
)

Side = Literal["from", "to", "recipient", "person"]

_USER_ID: Final = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_WRITTEN: Final[Mapping[Side, tuple[str, str]]] = {
    "from": ("from", "from_user_id"),
    "to": ("to", "to_user_id"),
    "recipient": ("recipient_id", "recipient_user_id"),
    "person": ("wa_id", "user_id"),
}
_MARKETING: Final[Mapping[str, bool]] = {"stop": False, "resume": True, "signup": True}


def address_of(one: Mapping[str, Any], contact: Mapping[str, Any], side: Side) -> Address | None:
    """The customer. A person with a user name may come without a number, and `from` may hold the user id."""
    written = [word(one.get(name)) for name in _WRITTEN[side]]
    if _is_another(contact, written):
        contact = {}
    told = [word(contact.get("wa_id")), word(contact.get("user_id"))]
    wa_id = next((found for found in [*written, *told] if found and is_number(found)), None)
    user_id = next((found for found in [*written, *told] if found and is_user_id(found)), None)
    if wa_id is None and user_id is None:
        return None
    profile = section(contact, "profile")
    name = word(profile.get("name"))
    username = first_word(profile.get("username"), contact.get("username"))
    return Address(
        wa_id=wa_id,
        bsuid=user_id,
        username=identifier(username.removeprefix("@")) if username else None,
        name=name[:200] if name else None,
    )


def _is_another(contact: Mapping[str, Any], written: list[str | None]) -> bool:
    """Whether the contact is somebody else than the one written: two people must never become one."""
    number, user_id = word(contact.get("wa_id")), word(contact.get("user_id"))
    if number in written or (user_id is not None and user_id in written):
        return False
    return number is not None and any(one is not None and is_number(one) for one in written)


def is_number(value: str) -> bool:
    """Whether this is a number as WhatsApp writes it: digits alone."""
    return value.isascii() and value.isdigit() and len(value) <= 20


def is_user_id(value: str) -> bool:
    """Whether this is an id that Meta gave a person for one business."""
    return _USER_ID.fullmatch(value) is not None


def is_ours(message: Mapping[str, Any], metadata: Mapping[str, Any], thread: object = None) -> bool:
    """Whether our side wrote an older message: the list that it stands in does not say so."""
    writer = word(message.get("from")) or ""
    if not is_number(writer):
        return False
    if writer == "".join(filter(str.isdigit, word(metadata.get("display_phone_number")) or "")):
        return True
    customer = word(thread) or ""
    return is_number(customer) and writer != customer


def only_contact(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one whom an event split out of a batch is about."""
    return next(iter(items(value.get("contacts"))), {})


def read_preferences(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """Field `user_preferences`: whether people accept marketing."""
    return [_preference(value, one, time) for one in items(value.get("user_preferences"))]


def read_address_book(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """Field `smb_app_state_sync`: the contacts of the phone that the number is used on too."""
    return [_card(one, time) for one in items(value.get("state_sync"))]


def read_moves(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """Field `user_id_update`, of 2026: a person got another id. Later told in messages of type `system`."""
    return [_move(value, one, time) for one in items(value.get("user_id_update"))]


def _preference(value: Mapping[str, Any], one: Mapping[str, Any], time: object) -> NeutralEvent:
    counterpart = address_of(one, only_contact(value), "person")
    is_granted = _MARKETING.get(text(one.get("value")))
    if counterpart is None:
        return Kept(reason="a preference of nobody whom Parley can address")
    if one.get("category", "marketing_messages") != "marketing_messages" or is_granted is None:
        return Kept(reason="a preference that Parley does not know", is_unsupported=True)
    at = moment_or_now(one.get("timestamp"), time)
    detail = text(one.get("detail"))[:500]
    return PreferenceChange(counterpart=counterpart, at=at, is_granted=is_granted, detail=detail)


def _card(one: Mapping[str, Any], time: object) -> NeutralEvent:
    contact = section(one, "contact")
    digits = (word(contact.get("phone_number")) or "").removeprefix("+")
    user_id = word(contact.get("user_id")) or ""
    wa_id = digits if digits and is_number(digits) else None
    bsuid = user_id if is_user_id(user_id) else None
    if wa_id is None and bsuid is None:
        return Kept(reason="a contact of the phone without a number")
    if one.get("action") == "remove":
        return Kept(reason="a contact was removed from the phone; Parley keeps it")
    name = first_word(contact.get("full_name"), contact.get("first_name"))
    at = moment_or_now(section(one, "metadata").get("timestamp"), time)
    return PersonKnown(address=Address(wa_id=wa_id, bsuid=bsuid, name=name[:200] if name else None), at=at)


def _move(value: Mapping[str, Any], one: Mapping[str, Any], time: object) -> NeutralEvent:
    ids = one.get("user_id")
    told = section(ids)
    now = word(told.get("current")) if told else word(ids)
    before = first_word(told.get("previous"), one.get("previous_user_id"))
    wa_id = first_word(one.get("wa_id"), only_contact(value).get("wa_id"))
    number = wa_id if wa_id and is_number(wa_id) else None
    if now is None or not is_user_id(now):
        return Kept(reason="a change of ids that Parley cannot read", is_unsupported=True)
    previous = Address(bsuid=before) if before and is_user_id(before) else None
    at = moment_or_now(one.get("timestamp"), time)
    return PersonKnown(address=Address(wa_id=number, bsuid=now), at=at, previous=previous)
