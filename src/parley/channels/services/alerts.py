"""What somebody in charge should know of a number: told once when it begins, and once when it is over.

`review` compares what is true now with the alerts that are open, so it may be called at any time and as often
as anybody likes. `tell` is for what happens rather than lasts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from parley.channels import queries
from parley.channels.events import ChannelAlerted, ChannelAlertResolved
from parley.channels.gateways.number import NumberNotice, Severity
from parley.channels.models import Channel, ChannelAlert, ChannelHealth
from parley.channels.services import provider
from parley.channels.services.state import UNREACHABLE, add_to_history
from parley.core.clock import now
from parley.core.environment import environment
from parley.core.events import announce

LASTING: Final = frozenset({
    "failed", "scan_again", "stopped", "stuck", "unreachable", "silent", "restarted", "webhook_broken",
    "acks_broken", "quality_red", "quality_yellow",
})  # fmt: skip
"""Alerts that are true or not, and end by themselves."""

STANDING: Final = frozenset({"reachout_timelock", "message_capping"})
"""Limits that a session tells of as long as they are in force."""

NOTED: Final = STANDING | {"scan_again", "stuck", "webhook_broken"}
"""Alerts with a line of their own in the history: of the others something else tells there already."""

_SHOWN: Final = timedelta(hours=24)
"""How long something that merely happened stays in view."""

_PAIRING: Final = frozenset({"scan_qr", "passkey"})


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong now."""

    kind: str
    severity: Severity
    detail: str = ""


def review(channel: Channel, health: ChannelHealth) -> None:
    """Open an alert for what became true, and resolve those that no longer are. Inside a transaction."""
    at = now()
    troubles = {trouble.kind: trouble for trouble in troubles_of(channel, health)}
    opened = {alert.kind: alert for alert in queries.open_alerts(channel)}
    for kind, alert in opened.items():
        is_over = alert.until is not None and alert.until <= at
        if is_over or (kind in LASTING and kind not in troubles):
            _resolve(channel, alert, at=at)
    for kind, trouble in troubles.items():
        if kind not in opened:
            _open(channel, trouble, at=at)


def tell(
    channel: Channel, kind: str, severity: Severity, *, detail: str = "", until: datetime | None = None
) -> None:
    """Something happened. It stays in view for a day, or `until`; the same again replaces it silently."""
    at = now()
    until = until or at + _SHOWN
    known = next((alert for alert in queries.open_alerts(channel) if alert.kind == kind), None)
    if known is None:
        _open(channel, Trouble(kind, severity, detail), at=at, until=until)
        return
    rows = ChannelAlert.objects.filter(workspace_id=channel.workspace_id, id=known.id)
    rows.update(detail=detail, severity=severity, until=until)


def follow_notices(channel: Channel, notices: Iterable[NumberNotice]) -> None:
    """The limits in force on the number, all of them: those that are no longer told are over."""
    told = [notice for notice in notices if notice.severity != "info"]
    for notice in told:
        tell(channel, notice.kind, notice.severity, detail=notice.detail, until=notice.until)
    for kind in STANDING - {notice.kind for notice in told}:
        resolve(channel, kind)


def resolve(channel: Channel, kind: str) -> None:
    """It is over, or nobody has to know it any more."""
    for alert in queries.open_alerts(channel):
        if alert.kind == kind:
            _resolve(channel, alert, at=now())


def resolve_all(channel: Channel) -> None:
    """The number goes: nobody has to do anything about it any more."""
    for alert in queries.open_alerts(channel):
        _resolve(channel, alert, at=now())


def troubles_of(channel: Channel, health: ChannelHealth) -> Iterator[Trouble]:
    """What is wrong with the number now. Of one that a person stopped: nothing."""
    if channel.status == "stopped":
        if provider.has_sessions(channel) and not queries.is_stopped_at_will(channel):
            yield Trouble("stopped", "critical")
        return
    yield from _state_troubles(channel)
    if UNREACHABLE in channel.metadata:
        yield Trouble("unreachable", "critical", channel.error_message)
    if health.silent_since is not None:
        yield Trouble("silent", "critical")
    if health.restarts:
        yield Trouble("restarted", "info")
    if health.webhook_trouble:
        yield Trouble("webhook_broken", "critical", health.webhook_trouble)
    if health.acks_broken_at is not None:
        yield Trouble("acks_broken", "critical")
    if channel.quality_rating == "RED":
        yield Trouble("quality_red", "critical")
    if channel.quality_rating == "YELLOW":
        yield Trouble("quality_yellow", "warning")


def _state_troubles(channel: Channel) -> Iterator[Trouble]:
    had_phone = bool(channel.phone_number)
    if channel.status == "failed":
        if queries.came_from(channel) in _PAIRING:
            yield Trouble("scan_again", "critical")
        else:
            yield Trouble("failed", "critical", channel.error_message)
    elif channel.status in _PAIRING and had_phone:
        yield Trouble("scan_again", "critical")
    elif is_stuck(channel):
        yield Trouble("stuck", "warning")


def is_stuck(channel: Channel) -> bool:
    """Whether it has been starting for longer than that takes."""
    if channel.status != "starting":
        return False
    return queries.state_known_since(channel) + timedelta(seconds=environment().starting_seconds) < now()


def _open(channel: Channel, trouble: Trouble, *, at: datetime, until: datetime | None = None) -> None:
    ChannelAlert.objects.create(
        workspace_id=channel.workspace_id,
        channel_id=channel.id,
        kind=trouble.kind,
        severity=trouble.severity,
        detail=trouble.detail,
        at=at,
        until=until,
    )
    if trouble.kind in NOTED:
        severity, kind = trouble.severity, trouble.kind
        add_to_history(channel, "alert", from_state=severity, to_state=kind, detail=trouble.detail)
    announce(
        channel.workspace_id,
        ChannelAlerted(object_id=channel.id, kind=trouble.kind, severity=trouble.severity),
    )


def _resolve(channel: Channel, alert: ChannelAlert, *, at: datetime) -> None:
    rows = ChannelAlert.objects.filter(workspace_id=channel.workspace_id, id=alert.id)
    rows.update(resolved_at=at)
    if alert.kind in NOTED:
        add_to_history(channel, "resolved", to_state=alert.kind, at=at)
    announce(channel.workspace_id, ChannelAlertResolved(object_id=channel.id, kind=alert.kind))
