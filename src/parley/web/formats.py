"""Times, phones, sizes and names as people read them, in the active time zone and language."""

import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

import phonenumbers
from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

HUES = 12
DAY = 86_400
SOON = 3 * 3_600
NOW = 30 * 60


def clock(at: datetime | None) -> str:
    """14:05."""
    return date_format(timezone.localtime(at), "H:i") if at else ""


def listtime(at: datetime | None) -> str:
    """How a list says when: 14:05, Yesterday, a weekday within six days, else 12 May, else 12 May 2024."""
    if at is None:
        return ""
    return clock(at) if _days_ago(at) == 0 else _day_name(at, long=False)


def daylabel(at: datetime | None) -> str:
    """The divider between days: Today, Yesterday, a weekday, else the date."""
    if at is None:
        return ""
    return _("Today") if _days_ago(at) == 0 else _day_name(at, long=True)


def moment(at: datetime | None) -> str:
    """A day and a time, for tooltips and histories: 12 May, 14:05."""
    if at is None:
        return ""
    return clock(at) if _days_ago(at) == 0 else f"{_day_name(at, long=False)}, {clock(at)}"


def _days_ago(at: datetime) -> int:
    return (timezone.localdate() - timezone.localtime(at).date()).days


def _day_name(at: datetime, *, long: bool) -> str:
    day: date = timezone.localtime(at).date()
    ago = _days_ago(at)
    if ago == 1:
        return _("Yesterday")
    if 1 < ago < 7:
        return date_format(day, "l")
    if day.year == timezone.localdate().year:
        return date_format(day, "j F" if long else "j M")
    return date_format(day, "j F Y" if long else "j M Y")


def iso(at: datetime | None) -> str:
    """For `datetime` attributes."""
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""


def duration(seconds: float | None) -> str:
    """0:23, 1:02:05."""
    whole = round(seconds or 0)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def filesize(size: int | None) -> str:
    """1.4 MB, in the reader's number format; decimal units, as phones show them."""
    amount = float(size or 0)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{_rounded(amount, 0 if unit == 'B' or amount >= 10 else 1)} {unit}"
        amount /= 1000
    return f"{_rounded(amount, 1)} GB"


def money(amount: float | str, currency: str) -> str:
    """2890 BRL as R$2,890.00, in the reader's way; without a currency the number alone."""
    try:
        exact = Decimal(str(amount))
        return format_currency(exact, currency, locale=_here()) if currency else number_format(exact, 2)
    except (ArithmeticError, ValueError):
        return f"{amount} {currency}".strip()


def _rounded(amount: float, digits: int) -> str:
    # number_format cuts off instead of rounding.
    return number_format(round(amount, digits), digits)


@lru_cache(maxsize=8192)
def phone(number: str) -> str:
    """+5519998761234 as +55 19 99876-1234; anything that is no phone number as it stands."""
    if not number or not number.lstrip("+").isdigit():
        return number
    try:
        parsed = phonenumbers.parse(number if number.startswith("+") else f"+{number}", None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def language(code: str) -> str:
    """pt_BR as Portuguese (Brazil); a code that is nobody's as it stands."""
    try:
        return Locale.parse(code, sep="-" if "-" in code else "_").get_display_name(_here()) or code
    except (UnknownLocaleError, ValueError):
        return code


def country(code: str) -> str:
    """BR as Brazil; a code that is nobody's as it stands."""
    return str(_here().territories.get(code.upper(), code))


def initials(name: str) -> str:
    """MS for Marina Souza, + for a phone number, ? for nobody."""
    words = [word for word in name.split() if word[0].isalpha()]
    if not words:
        return "+" if any(char.isdigit() for char in name) else "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def hue(key: UUID | str) -> int:
    """The same one of twelve hues for the same person, everywhere."""
    return zlib.crc32(str(key).encode()) % HUES


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """What is left until a deadline. `state` is calm, soon (under 3 h), now (under 30 min) or over."""

    state: str
    percent: float
    long: str
    short: str
    until: str


def time_left(until: datetime | None, now: datetime | None = None, whole: int = DAY) -> TimeLeft | None:
    """What a ring or chip shows; None where there is no deadline. `whole` is in seconds."""
    if until is None:
        return None
    seconds = int((until - (now or timezone.now())).total_seconds())
    hours, minutes = divmod(max(seconds, 0) // 60, 60)
    short = _("%(n)s h") % {"n": hours} if hours else _("%(n)s m") % {"n": minutes}
    long = f"{short} {_('%(n)s m') % {'n': minutes}}" if hours and minutes else short
    state = "over" if seconds <= 0 else "now" if seconds < NOW else "soon" if seconds < SOON else "calm"
    return TimeLeft(state, round(min(max(seconds / whole, 0), 1) * 100, 1), long, short, iso(until))


def _here() -> Locale:
    return Locale.parse(to_locale(get_language() or "en"))
