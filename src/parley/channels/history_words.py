"""The history of a number, line by line, as sentences."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parley.channels.alert_words import alert_title, recovered_words
from parley.channels.models import STATES, ChannelEvent
from parley.channels.services.transitions import UNPLANNED, step
from parley.channels.words import Text, Tone, limit_words, quality_words, state_words

_ALERT_TONES: Final[dict[str, Tone]] = {"critical": "bad", "warning": "warn", "info": "info"}

FILTERS: Final[dict[str, Text]] = {
    "": _("Everything"),
    "states": _("States"),
    "alerts": _("Alerts"),
    "messages": _("Messages"),
    "facts": _("Quality and limits"),
    "people": _("Done by people"),
}

_STEPS: Final[dict[str, Text]] = {
    "start": _("Starting"),
    "ask_for_phone": _("Waiting for the phone"),
    "connect": _("Connected"),
    "ask_for_passkey": _("Asked for a passkey"),
    "pair": _("Phone connected"),
    "restart": _("Restarting"),
    "lose_phone": _("Lost its phone"),
    "recover": _("Works again"),
    "resume": _("Works again"),
    "fail": _("Failed"),
    "stop": _("Stopped"),
}

_GAPS: Final[dict[str, Text]] = {
    "outage": _("Messages may be missed until it is back"),
    "unreachable": _("Messages may be missed until the server answers"),
    "silent": _("Messages were missed, reading them back"),
    "downtime": _("Parley was away, reading back what came meanwhile"),
}

_REASONS: Final[dict[str, Text]] = {
    "failed": _("Restarted by Parley, because it had failed"),
    "starting": _("Restarted by Parley, because it did not come up"),
    "silent": _("Restarted by Parley, because nothing arrived"),
    "stopped": _("Started by Parley, because it had stopped by itself"),
}

_TEXTS: Final[dict[str, tuple[Text, Tone]]] = {
    "connected": (_("Added to Parley"), "info"),
    "renamed": (_("Renamed"), ""),
    "key_replaced": (_("New key stored"), "info"),
    "unreachable": (_("Server not reachable"), "warn"),
    "reachable": (_("Server reachable again"), "good"),
    "webhook_set": (_("Webhook set"), "good"),
    "webhook_by_hand": (_("Webhook has to be set by hand"), "warn"),
    "webhook_repaired": (_("Webhook was gone, and set again by Parley"), "warn"),
    "pairing_code": (_("Pairing code asked for"), "info"),
    "logged_out": (_("Phone disconnected"), "warn"),
    "silent": (_("Says that it works, and nothing arrives"), "bad"),
    "heard_again": (_("Messages arrive again"), "good"),
    "read_back": (_("Reading back asked for"), "info"),
    "gap_unread": (_("Missed messages could not be read back"), "warn"),
    "acks_back": (_("Sent messages are confirmed again"), "good"),
    "profile": (_("Business profile changed"), ""),
}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of the history, ready to be shown."""

    text: str
    detail: str
    tone: Tone
    event: ChannelEvent


def history_line(event: ChannelEvent) -> HistoryLine:
    """A row of the history as a sentence."""
    if event.kind in _SENTENCES:
        text, tone, detail = _SENTENCES[event.kind](event)
    else:
        words, tone = _TEXTS.get(event.kind, (event.kind.replace("_", " ").capitalize(), ""))
        text, detail = str(words), event.detail
    return HistoryLine(text=text, detail=detail, tone=tone, event=event)


Sentence = tuple[str, Tone, str]


def _state(event: ChannelEvent) -> Sentence:
    if event.to_state not in STATES:
        return event.to_state, "", event.detail
    name, words = step(event.from_state, event.to_state), state_words(event.to_state)
    text = str(_STEPS.get(name, words.label))
    if name == UNPLANNED and event.from_state in STATES:
        before = state_words(event.from_state)
        text = gettext("%(after)s, after %(before)s") % {
            "after": words.label,
            "before": str(before.label).lower(),
        }
    return text, words.tone, event.detail


def _alert(event: ChannelEvent) -> Sentence:
    if event.to_state == "recovered":
        return gettext("Everybody was told of the recovered messages"), "info", ""
    detail = "" if event.to_state == "limit_changed" else event.detail
    return alert_title(event.to_state), _ALERT_TONES.get(event.from_state, ""), detail


def _resolved(event: ChannelEvent) -> Sentence:
    return gettext("Over: %(what)s") % {"what": alert_title(event.to_state)}, "good", event.detail


def _notice(event: ChannelEvent) -> Sentence:
    words = event.detail or event.to_state.replace("_", " ").capitalize()
    return words, _ALERT_TONES.get(event.from_state, ""), ""


def _recovered(event: ChannelEvent) -> Sentence:
    return recovered_words(event.from_state, event.to_state), "good", event.detail


def _gap(event: ChannelEvent) -> Sentence:
    return str(_GAPS.get(event.to_state, _GAPS["outage"])), "warn", event.detail


def _restarted(event: ChannelEvent) -> Sentence:
    detail = gettext("attempt %(number)s") % {"number": event.detail} if event.detail else ""
    return str(_REASONS.get(event.to_state, _REASONS["failed"])), "info", detail


def _acks_broken(event: ChannelEvent) -> Sentence:
    words = gettext("%(count)s messages accepted and never confirmed: campaigns hold")
    return words % {"count": event.to_state}, "bad", event.detail


def _changed(what: Text, words: Callable[[str], str]) -> Callable[[ChannelEvent], Sentence]:
    def sentence(event: ChannelEvent) -> Sentence:
        values = {"what": what, "before": words(event.from_state), "after": words(event.to_state)}
        if not event.from_state:
            return gettext("%(what)s: %(after)s") % values, "", event.detail
        return gettext("%(what)s: %(before)s → %(after)s") % values, "info", event.detail

    return sentence


def _as_is(value: str) -> str:
    return value.replace("_", " ").capitalize() if value.isupper() else value


_SENTENCES: Final[dict[str, Callable[[ChannelEvent], Sentence]]] = {
    "state": _state,
    "alert": _alert,
    "resolved": _resolved,
    "notice": _notice,
    "recovered": _recovered,
    "gap": _gap,
    "restarted": _restarted,
    "acks_broken": _acks_broken,
    "quality": _changed(_("Quality"), quality_words),
    "limit": _changed(_("Limit"), limit_words),
    "throughput": _changed(_("Messages a second"), _as_is),
    "name": _changed(_("Display name"), _as_is),
    "engine": _changed(_("Engine"), str),
}
