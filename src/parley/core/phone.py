"""Telephone numbers as WhatsApp knows them: one canonical E.164 form for each person.

Three countries give one person two spellings, and WhatsApp may use either:

- Brazil: mobile numbers got a ninth digit, `9`, that older accounts do not carry (canonical: with it);
- Mexico: `1` after the country code was given up in 2019 (canonical: without it);
- Argentina: `9` after the country code marks a mobile number (canonical: with it).
"""

import re
from typing import Final

import phonenumbers

_LONGEST: Final = 15
"""Digits of E.164."""

# Area code and eight digits. Mobile ones began with 6 to 9; 2 to 5 are fixed lines and never got the ninth.
_BRAZIL_OLD: Final = re.compile(r"55([1-9]\d)([6-9]\d{7})")
_BRAZIL_NEW: Final = re.compile(r"55([1-9]\d)9([6-9]\d{7})")
_MEXICO_OLD: Final = re.compile(r"521([2-9]\d{9})")
_MEXICO_NEW: Final = re.compile(r"52([2-9]\d{9})")
# Area codes begin with 1 (Buenos Aires), 2 or 3, so freephone numbers (8…) stay as they are.
_ARGENTINA_OLD: Final = re.compile(r"54([123]\d{9})")
_ARGENTINA_NEW: Final = re.compile(r"549([123]\d{9})")


def e164(text: str, region: str) -> str | None:
    """What a person typed, as canonical E.164; `region` (two letters) is for numbers without a country."""
    try:
        number = phonenumbers.parse(text, region.upper() or None)
    except phonenumbers.NumberParseException:
        return None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return from_wa_id(written.removeprefix("+"))


def from_wa_id(digits: str) -> str | None:
    """The canonical E.164 form of a WhatsApp number; None for what cannot be a telephone number."""
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _LONGEST:
        return None
    canonical = _canonical(digits)
    try:
        number = phonenumbers.parse(f"+{canonical}", None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    # The parser drops what a country dials but does not write, such as a trunk zero. Saying it until it stays
    # the same makes the answer a fixed point.
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")
    return f"+{canonical}" if written == canonical else from_wa_id(written)


def variants(number: str) -> list[str]:
    """Every spelling, in digits, that WhatsApp may use for this E.164 number; the canonical one first."""
    canonical = _canonical(number.removeprefix("+"))
    if found := _BRAZIL_NEW.fullmatch(canonical):
        return [canonical, f"55{found[1]}{found[2]}"]
    if found := _MEXICO_NEW.fullmatch(canonical):
        return [canonical, f"521{found[1]}"]
    if found := _ARGENTINA_NEW.fullmatch(canonical):
        return [canonical, f"54{found[1]}"]
    return [canonical]


def international(number: str) -> str:
    """An E.164 number the way people read it: `+55 19 98765-4321`. Anything else comes back unchanged."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _canonical(digits: str) -> str:
    if found := _BRAZIL_OLD.fullmatch(digits):
        return f"55{found[1]}9{found[2]}"
    if found := _MEXICO_OLD.fullmatch(digits):
        return f"52{found[1]}"
    if found := _ARGENTINA_OLD.fullmatch(digits):
        return f"549{found[1]}"
    return digits
