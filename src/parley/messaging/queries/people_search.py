"""What somebody typed to find a person, as something to look for in the database."""

import re
from dataclasses import dataclass, field
from typing import Final

from parley.core.phone import from_wa_id, variants

LONGEST: Final = 100
"""Characters of a search that are looked at."""

_NUMBER: Final = re.compile(r"[\d\s()+./-]+")
_SHORTEST_NUMBER: Final = 3
"""Digits from which on a text may be part of a number; fewer would match nearly everybody."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for: at most one of the three is not empty.

    `name` and `parts` are LIKE patterns; `whole` are the spellings of one number in full.
    """

    name: str = ""
    parts: list[str] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)


def wanted_by(text: str) -> Wanted:
    """A text of digits and their punctuation is a number, in any format; anything else is part of a name.

    "+55 19 99876-1234", "(19) 99876-1234" and "1234" all find +5519998761234, and so does the spelling
    without the digit that Brazil added. A number with its country code is looked for as a whole.
    """
    words = " ".join(text.replace("\0", "").split())[:LONGEST]
    digits = re.sub(r"\D", "", words)
    if _NUMBER.fullmatch(words) is None or len(digits) < _SHORTEST_NUMBER:
        return Wanted(name=f"%{_escaped(words)}%" if words else "")
    has_country = words.startswith(("+", "00"))
    digits = digits.removeprefix("00") if digits.startswith("00") else digits.removeprefix("0")
    number = from_wa_id(digits)
    spellings = variants(number) if number else []
    if number and has_country:
        return Wanted(whole=[number, *spellings])
    return Wanted(parts=[f"%{part}%" for part in dict.fromkeys([digits, *spellings])])


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)
