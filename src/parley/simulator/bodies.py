"""JSON as both providers read it, who are written in languages with other numbers and texts than ours."""

import json


def parse(raw: bytes) -> object:
    """The JSON in a body. Raises `ValueError` for what is none, or is nested too deeply.

    Half a character would break whatever it is written into, so it becomes a question mark.
    """
    try:
        found = json.loads(raw, parse_int=_number, parse_constant=_no_number)
        if b"\\ud" in raw.lower():
            found = json.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return found


def _number(written: str) -> int | float:
    """A whole number as far as 64 bits go, beyond them the nearest one: JavaScript has no others."""
    number = int(written)
    return number if abs(number) < 2**63 else float(number)


def _no_number(written: str) -> float:
    raise ValueError(written)
