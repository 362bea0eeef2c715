"""The language in which the sample company's customers and their conversations are written down.

A conversation is a list of entries. Each comes some minutes after the one before, or at a time of its own:
`ago(…)` before now, or `on(…)`, a time of day some days back. Data only; `history` makes rows of it.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

SESSION = "centro"
NUMBER = "oficial"
UNPAIRED = "vendas"
"""The channels: a session paired with the shop's phone, a business number, a session nobody paired yet."""

Status = Literal["sent", "delivered", "read", "failed", "uncertain"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A time relative to the one at which the sample is made: `days` back at `clock`, or `minutes` back."""

    minutes: float = 0
    days: int = 0
    clock: time | None = None

    def at(self, now: datetime, zone: ZoneInfo) -> datetime:
        if self.clock is None:
            return now - timedelta(minutes=self.minutes)
        day = now.astimezone(zone).date() - timedelta(days=self.days)
        return datetime.combine(day, self.clock, zone)


@dataclass(frozen=True, slots=True)
class Entry:
    """One bubble. `side` is customer, shop, note or activity; `author` who of the staff (a first name).

    `name` lets a later entry quote this one. `reaction` is what the other side shows on it. `letter` holds
    what the simulated phones need for anything but text.
    """

    side: Literal["customer", "shop", "note", "activity"]
    text: str = ""
    type: str = "text"
    author: str = ""
    after: float = 2
    moment: Moment | None = None
    status: Status = "read"
    error: str = ""
    name: str = ""
    quotes: str = ""
    reaction: str = ""
    letter: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation. `unread` counts the last messages of the customer that nobody has opened."""

    entries: tuple[Entry, ...]
    channel: str
    assignee: str = ""
    unread: int = 0
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Customer:
    """A person with their past. `profile_name` is what they call themselves, where that differs."""

    wa_id: str
    first_name: str
    last_name: str
    language: str
    country: str
    talks: tuple[Talk, ...]
    profile_name: str | None = None
    address: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    has_agreed: bool = False
    reads: bool = True

    @property
    def calls_themselves(self) -> str:
        """What WhatsApp tells of the name; empty for somebody who gave none."""
        whole = f"{self.first_name} {self.last_name}".strip()
        return whole if self.profile_name is None else self.profile_name


def ago(*, hours: float = 0, minutes: float = 0) -> Moment:
    """So long before now."""
    return Moment(minutes=hours * 60 + minutes)


def on(days: int, clock: str) -> Moment:
    """A time of day (HH:MM, the shop's) some days back: at least two, so that it lies before any `ago`."""
    return Moment(days=days, clock=time.fromisoformat(clock))


def them(text: str, **more: Any) -> Entry:
    """The customer writes."""
    return Entry("customer", text, **more)


def us(author: str, text: str, **more: Any) -> Entry:
    """Somebody of the shop writes."""
    return Entry("shop", text, author=author, **more)


def note(author: str, text: str, **more: Any) -> Entry:
    """A private note."""
    return Entry("note", text, author=author, **more)


def took(author: str, **more: Any) -> Entry:
    """Somebody took the conversation."""
    return Entry("activity", "taken", author=author, **more)


def gave(author: str, to: str, **more: Any) -> Entry:
    """Somebody gave the conversation to a colleague."""
    return Entry("activity", "assigned", author=author, letter={"to": to}, **more)


def closed(author: str, **more: Any) -> Entry:
    """Somebody closed the conversation; what follows would open another."""
    return Entry("activity", "closed", author=author, **more)


def photo(entry: Entry, thing: str, *, hue: float) -> Entry:
    """The entry with a picture; its text becomes the caption."""
    return replace(entry, type="image", letter={"picture": thing, "hue": hue})


def voice(entry: Entry, seconds: float) -> Entry:
    """The entry as a voice note of this length."""
    return replace(entry, type="voice", letter={"seconds": seconds})


def paper(entry: Entry, filename: str, *lines: str) -> Entry:
    """The entry with a PDF; what follows a tab in a line stands right."""
    return replace(entry, type="document", letter={"filename": filename, "lines": list(lines)})


def place(entry: Entry, latitude: float, longitude: float, name: str, address: str) -> Entry:
    """The entry as a place on the map."""
    location = {"latitude": latitude, "longitude": longitude, "name": name, "address": address}
    return replace(entry, type="location", letter={"location": location})
