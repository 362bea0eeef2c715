"""A channel's state in the words of the person who has to do something about it."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Union

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parley.channels.models import Channel
from parley.channels.services.state import UNREACHABLE

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Text = Union[str, "StrPromise"]
"""Translated now, or when it is shown."""

Tone = Literal["good", "warn", "bad", "info", ""]


@dataclass(frozen=True, slots=True)
class StateWords:
    """`label` for a chip, `title` and icon for the page, what it means, and what to do (empty: nothing)."""

    label: Text
    title: Text
    meaning: Text
    advice: Text
    tone: Tone
    sign: str
    is_moving: bool = False
    """Whether the state will change by itself soon."""


_WORDS: dict[str, StateWords] = {
    "working": StateWords(
        label=_("Working"),
        title=_("Connected and working"),
        meaning=_("Messages come in and go out."),
        advice="",
        tone="good",
        sign="check",
    ),
    "scan_qr": StateWords(
        label=_("Waiting for the phone"),
        title=_("Connect the phone"),
        meaning=_("WhatsApp waits until the phone of this number says yes."),
        advice=_("Scan the code with the phone, or type a pairing code there."),
        tone="warn",
        sign="qr",
    ),
    "passkey": StateWords(
        label=_("Confirm on the phone"),
        title=_("WhatsApp asks for a passkey"),
        meaning=_("The phone was found. WhatsApp wants its owner to confirm with a passkey."),
        advice=_("Confirm on the phone. If nothing appears there, restart the session and scan again."),
        tone="warn",
        sign="lock",
    ),
    "starting": StateWords(
        label=_("Starting"),
        title=_("Starting"),
        meaning=_("The session is coming up. This takes some seconds."),
        advice=_("If it stays like this for more than two minutes, restart it."),
        tone="info",
        sign="clock",
        is_moving=True,
    ),
    "stopped": StateWords(
        label=_("Stopped"),
        title=_("Stopped"),
        meaning=_("Nothing comes in and nothing goes out. The phone stays connected to the session."),
        advice=_("Start it to go on where it was."),
        tone="",
        sign="pause",
    ),
    "failed": StateWords(
        label=_("Not working"),
        title=_("Not working"),
        meaning=_(
            "Nothing comes in and nothing goes out. New messages are refused; those that wait already leave "
            "when it works again."
        ),
        advice=_("Restart it. If that does not help, log it out and connect the phone again."),
        tone="bad",
        sign="warning",
    ),
}

_FAILED_NUMBER = StateWords(
    label=_("Not working"),
    title=_("Not working"),
    meaning=_(
        "WhatsApp refuses to work with this number. New messages are refused; those that wait already leave "
        "when it works again."
    ),
    advice=_("Read what it said below, put it right, then check again."),
    tone="bad",
    sign="warning",
)
_STOPPED_NUMBER = StateWords(
    label=_("Paused"),
    title=_("Paused"),
    meaning=_("Parley sends nothing through this number. Meta still delivers what customers write."),
    advice=_("Start it to send again."),
    tone="",
    sign="pause",
)
_UNREACHABLE = StateWords(
    label=_("Not reachable"),
    title=_("The server does not answer"),
    meaning=_("What is shown here is the last that was known. Messages wait until the server answers."),
    advice=_("Parley tries again every minute by itself."),
    tone="warn",
    sign="warning",
)
_UNREACHABLE_NUMBER = replace(
    _UNREACHABLE, advice=_("Parley tries again every hour by itself. You can check now.")
)


SILENT = StateWords(
    label=_("Silent"),
    title=_("It says that it works"),
    meaning=_("But nothing arrives. Parley reads back what it missed and restarts it."),
    advice=_("Look at the phone: whoever wrote and is not in the inbox yet waits for an answer."),
    tone="bad",
    sign="warning",
)
"""Instead of “working”, while no webhook proves it."""


def state_words(status: str) -> StateWords:
    """A state in general, as the history names it."""
    return _WORDS[status]


def words_for(channel: Channel, *, has_sessions: bool) -> StateWords:
    """What to call the state, what it means and what to do about it."""
    if UNREACHABLE in channel.metadata and channel.status != "stopped":
        return _UNREACHABLE if has_sessions else _UNREACHABLE_NUMBER
    if not has_sessions and channel.status == "failed":
        return _FAILED_NUMBER
    if not has_sessions and channel.status == "stopped":
        return _STOPPED_NUMBER
    return _WORDS[channel.status]


_QUALITIES = {"GREEN": _("High"), "YELLOW": _("Medium"), "RED": _("Low")}
_LIMITS = {
    "TIER_50": "50",
    "TIER_250": "250",
    "TIER_1K": "1,000",
    "TIER_2K": "2,000",
    "TIER_10K": "10,000",
    "TIER_100K": "100,000",
}


def quality_words(rating: str) -> str:
    """What customers' reactions say about the number, as Meta's own pages call it."""
    return str(_QUALITIES.get(rating, rating.replace("_", " ").capitalize()))


def limit_words(limit: str) -> str:
    """How many people the number may write to first."""
    if limit in _LIMITS:
        return gettext("%(people)s new people in 24 hours") % {"people": _LIMITS[limit]}
    return gettext("Unlimited") if limit == "TIER_UNLIMITED" else limit
