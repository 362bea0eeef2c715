"""What somebody typed to find a person, as patterns for the database."""

import re
from dataclasses import dataclass
from typing import Final

from parley.core.phone import from_wa_id, variants

LONGEST: Final = 100
"""Characters of a search that are looked at."""

_NUMBER: Final = re.compile(r"[\d\s()+./-]+")
_SHORTEST_NUMBER: Final = 3
"""Digits from which on a text may be part of a number; fewer would match nearly everybody."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """LIKE patterns: one for the name (empty finds everything), any number of them for phone numbers."""

    name: str
    numbers: list[str]


def patterns_for(text: str) -> Patterns:
    """Names match anywhere in them; numbers in any format, with and without what countries add.

    "(19) 99876-1234", "+55 19 9876 1234" and "1234" all find +5519998761234.
    """
    wanted = " ".join(text.replace("\0", "").split())[:LONGEST]
    if not wanted:
        return Patterns(name="", numbers=[])
    return Patterns(name=f"%{_escaped(wanted)}%", numbers=[f"%{digits}%" for digits in _spellings(wanted)])


def _spellings(text: str) -> list[str]:
    if _NUMBER.fullmatch(text) is None:
        return []
    digits = re.sub(r"\D", "", text)
    digits = digits.removeprefix("00") if digits.startswith("00") else digits.removeprefix("0")
    if len(digits) < _SHORTEST_NUMBER:
        return []
    whole = from_wa_id(digits)
    return list(dict.fromkeys([digits, *(variants(whole) if whole else [])]))


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)
