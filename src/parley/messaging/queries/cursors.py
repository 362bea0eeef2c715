"""Where a page ended, as an opaque word in an address: keyset paging costs the same on every page."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from parley.core.errors import Invalid

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FORM: Final = re.compile(r"([a-z]{1,12})\.([012])\.(-?\d{1,18})\.([0-9a-f]{32})\.(-?\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page: its order's name, the part of the order it was in, its key and its id.

    `as_of` is when the first page was read, for orders that depend on the time.
    """

    order: str
    phase: int
    key: datetime
    id: UUID
    as_of: datetime


def encode(cursor: Cursor) -> str:
    """The word for an address."""
    plain = f"{cursor.order}.{cursor.phase}.{_ticks(cursor.key)}.{cursor.id.hex}.{_ticks(cursor.as_of)}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def decode(word: str, *, order: str) -> Cursor:
    """The place that the word names. Raises `Invalid` for what `encode` did not make for this order."""
    try:
        plain = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True).decode("ascii")
        found = _FORM.fullmatch(plain)
        if found is None or found[1] != order:
            raise _not_a_place()
        return Cursor(
            order=order,
            phase=int(found[2]),
            key=_EPOCH + timedelta(microseconds=int(found[3])),
            id=UUID(hex=found[4]),
            as_of=_EPOCH + timedelta(microseconds=int(found[5])),
        )
    except (binascii.Error, UnicodeError, OverflowError, ValueError) as error:
        raise _not_a_place() from error


def _ticks(at: datetime) -> int:
    """Whole microseconds since 1970: a float would lose the last digits, and with them rows."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def _not_a_place() -> Invalid:
    return Invalid(_("This link to a further page is broken. Start again from the top of the list."))
