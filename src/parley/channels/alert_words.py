"""An alert in words: what it is, what it means, what to do. What the provider said comes beside it."""

from dataclasses import dataclass

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from parley.channels.models import Channel, ChannelAlert
from parley.channels.words import Text, Tone, limit_words

_TONES: dict[str, Tone] = {"critical": "bad", "warning": "warn", "info": "info"}


@dataclass(frozen=True, slots=True)
class AlertWords:
    """One alert, ready to be shown. `advice` is empty where nothing has to be done."""

    title: Text
    advice: Text
    detail: str
    tone: Tone
    alert: ChannelAlert
    channel: Channel


@dataclass(frozen=True, slots=True)
class _Words:
    title: Text
    advice: Text = ""


_WORDS: dict[str, _Words] = {
    "failed": _Words(
        _("This number does not work"),
        _("Parley restarts a session by itself. If that does not help, log out and connect the phone again."),
    ),
    "scan_again": _Words(
        _("The phone has to be connected again"),
        _("Somebody with the phone has to scan the code on this number's page. Until then nothing comes in."),
    ),
    "stopped": _Words(
        _("The session stopped by itself"),
        _("The server may have been restarted without it. Parley starts it again; you can do that here too."),
    ),
    "stuck": _Words(
        _("The session does not come up"),
        _("Parley restarts it. If it stays like this, look at the server's own log."),
    ),
    "unreachable": _Words(
        _("The server does not answer"),
        _("Check that it runs and that its address is right. What comes in meanwhile is read back later."),
    ),
    "silent": _Words(
        _("It says that it works, and nothing arrives"),
        _(
            "Parley read back what was missing and restarted the session. If this goes on, check that the "
            "server can reach Parley at its public address."
        ),
    ),
    "restarted": _Words(_("Parley restarted the session by itself")),
    "webhook_broken": _Words(
        _("WhatsApp does not tell Parley what happens here"),
        _("Customers' messages may not arrive. Set the webhook again, or by hand as the page shows."),
    ),
    "acks_broken": _Words(
        _("What is sent is accepted, but never confirmed"),
        _(
            "Campaigns hold on this number. Send one message and look at the phone: the number may be "
            "restricted. This ends by itself with the next confirmation."
        ),
    ),
    "quality_red": _Words(
        _("Customers block or report this number: quality is low"),
        _("Stop campaigns for some days and write only to those who wrote first, or the limit goes down."),
    ),
    "quality_yellow": _Words(
        _("Quality is medium"), _("Fewer and better campaigns bring it back before WhatsApp limits it.")
    ),
    "reachout_timelock": _Words(
        _("WhatsApp lets this number write to nobody new"),
        _("Answer those who write, and start no conversation until it is over: trying makes it longer."),
    ),
    "message_capping": _Words(
        _("WhatsApp counts the new people this number writes to"),
        _("Spread first messages over more days, and let customers write first where you can."),
    ),
    "number_quality": _Words(
        _("WhatsApp changed what this number may do"),
        _("Fewer complaints lift it again: write to people who expect it, and make leaving easy."),
    ),
    "limit_changed": _Words(_("Another limit")),
    "recovered": _Words(_("Missed messages were read back")),
    "gap_unread": _Words(
        _("Missed messages could not be read back"),
        _("Look at the chats on the phone itself for this time, and answer those that wait."),
    ),
}
_NUMBER_WORDS: dict[str, _Words] = {
    "failed": _Words(
        _("This number does not work"),
        _("Put right what WhatsApp says, for example with a new access token below, then check again."),
    ),
}
_SAID_BY_PROVIDER = _Words(
    "",
    _("Read what WhatsApp says, and write less until it is over. Restrictions may be appealed there."),
)


def alert_words(alert: ChannelAlert, channel: Channel, *, has_sessions: bool) -> AlertWords:
    """The alert as a title with an advice; of a kind that only the provider knows, in its own words."""
    words = _WORDS.get(alert.kind, _SAID_BY_PROVIDER)
    if not has_sessions:
        words = _NUMBER_WORDS.get(alert.kind, words)
    title, detail = words.title or alert.kind.replace("_", " ").capitalize(), alert.detail
    if alert.kind == "recovered":
        title, detail = recovered_words(*detail.split()), ""
    elif alert.kind == "limit_changed":
        title, detail = _limit_title(*detail.split()), ""
    tone = _TONES[alert.severity]
    return AlertWords(
        title=title, advice=words.advice, detail=detail, tone=tone, alert=alert, channel=channel
    )


def alert_title(kind: str) -> str:
    """What an alert is called in the history."""
    return str(_WORDS[kind].title) if kind in _WORDS else kind.replace("_", " ").capitalize()


def recovered_words(messages: str, waiting: str) -> str:
    """What a reading brought: “14 messages recovered, 3 customers waiting”."""
    count, people = int(messages), int(waiting)
    recovered = ngettext("%(count)d message recovered", "%(count)d messages recovered", count) % {
        "count": count
    }
    if not people:
        return gettext("%(recovered)s, nobody is waiting") % {"recovered": recovered}
    waits = ngettext("%(people)d customer waiting", "%(people)d customers waiting", people) % {
        "people": people
    }
    return f"{recovered}, {waits}"


def _limit_title(before: str, after: str) -> str:
    return gettext("The limit is now %(after)s; it was %(before)s") % {
        "before": limit_words(before).lower(),
        "after": limit_words(after).lower(),
    }
