"""Reading JSON that somebody else wrote. Nothing here raises for a wrong type: the answer is then empty."""

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

import msgspec

from parley.channels.gateways.neutral import BadPayload

KEY_LIMIT: Final = 200
_EMPTY: Final[Mapping[str, Any]] = {}
_OBJECT: Final = (dict, Mapping)
"""What JSON calls an object. `dict` first: asking an abstract class costs several times as much."""
_LATEST: Final = 4_102_444_800.0
"""The year 2100 in seconds. What lies beyond, up to a thousand times it, was written in milliseconds."""


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a webhook body. Raises `BadPayload`."""
    try:
        value = msgspec.json.decode(body)
    except (ValueError, RecursionError):  # lone surrogates, endless numbers: the slower one takes more
        value = _decoded(body)
    if not isinstance(value, dict):
        raise BadPayload("The body is JSON, but not an object.")
    return value


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise BadPayload("The body is not JSON.") from None


def _finite(digits: str) -> float | str:
    """A number that is too large for a float stays as it was written: nothing can write an infinite one."""
    found = float(digits)
    return found if math.isfinite(found) else digits


def section(value: object, *path: str) -> Mapping[str, Any]:
    """The object at `path` below `value`, empty where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, _OBJECT) else None
    return value if isinstance(value, _OBJECT) else _EMPTY


def items(value: object) -> list[Mapping[str, Any]]:
    """The objects in a list; whatever else it holds is left out."""
    return [one for one in value if isinstance(one, _OBJECT)] if isinstance(value, list) else []


def word(value: object) -> str | None:
    """An id or a code: a text that is not empty, or a whole number as text."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**40:
        return str(value)
    return None


def identifier(value: object) -> str | None:
    """Somebody's or something's id, as a `word` that any index takes. Not for what people read."""
    found = word(value)
    return None if found is None else short(found)


def short(found: str) -> str:
    """An id as it is; where it is longer than 200 characters or not printable, its beginning and a hash."""
    if len(found) <= KEY_LIMIT and found.isprintable():
        return found
    return f"{_plain(found[:40])}#{_hash(found)}"


def first_word(*values: object) -> str | None:
    """The first of the values that is a `word`."""
    return next((found for found in map(word, values) if found is not None), None)


def text(value: object) -> str:
    """A text as it is, and nothing for anything else."""
    return value if isinstance(value, str) else ""


def number(value: object) -> float | None:
    """A finite number, also one written as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def moment(*values: object) -> datetime | None:
    """The first value that is a time: seconds or milliseconds since 1970, as a number or as text."""
    for value in values:
        found = number(value)
        if found is not None and found >= _LATEST:
            found /= 1000
        if found is not None and 0 < found < _LATEST:
            return datetime.fromtimestamp(found, UTC)
    return None


def moment_in_text(value: object) -> datetime | None:
    """A time written as `2026-01-06T21:59:55Z`, taken for UTC where it names no zone."""
    if not isinstance(value, str) or not 10 <= len(value) <= 40:
        return None
    try:
        found = datetime.fromisoformat(value)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if found.year >= 1970 else None


def moment_or_now(*values: object) -> datetime:
    """Like `moment`; where nobody says when, the moment of reading is the nearest known."""
    return moment(*values) or datetime.now(UTC)


def dedupe_key(*parts: object) -> str:
    """The parts as one key of at most 200 characters, hashed where they are longer or not printable."""
    joined = ":".join(str(part) for part in parts)
    if len(joined) <= KEY_LIMIT and joined.isprintable():
        return joined
    return f"{_plain(str(parts[0])[:40])}:{_hash(joined)}"


def digest(value: object) -> str:
    """A hash that is equal for equal JSON, in any order of names. Raises `BadPayload` when too deep."""
    try:
        return _hash(json.dumps(value, sort_keys=True, separators=(",", ":")))
    except RecursionError:
        raise BadPayload("The JSON is nested too deeply.") from None


def _plain(value: str) -> str:
    return "".join(one for one in value if one.isascii() and one.isprintable())


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")
