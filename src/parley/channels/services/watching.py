"""The look at a number, every minute: what it says of itself, and whether that is true.

A session that says WORKING may be deaf (WAHA's issues 1931 and 2151), so its word is not enough: one that is
quiet for longer than is its habit is asked for its newest message. If no webhook told us of that one, or the
engine does not answer, it is silent. What it says is asked twice before anything follows from it.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from parley.channels import queries
from parley.channels.gateways.neutral import GatewayError
from parley.channels.models import Channel, ChannelHealth
from parley.channels.services import alerts, gaps, provider, refusals, webhooks
from parley.channels.services.asking import AT_A_LOOK, ask_plainly
from parley.channels.services.control import record_failure, record_reading, refresh
from parley.channels.services.credentials import credentials_for
from parley.channels.services.following import follow
from parley.channels.services.health import locked_health, remember
from parley.channels.services.probing import SILENT, is_probe_due, probe
from parley.channels.services.remedies import apply_remedy, forget_restarts, remedy_for
from parley.channels.services.state import UNREACHABLE, add_to_history
from parley.channels.services.statements import ask_database, recent_mark
from parley.core.clock import now
from parley.core.environment import environment
from parley.core.transactions import workspace_transaction

_UNSTABLE: Final = frozenset({"starting", "stopped"})
"""States that WAHA now and then reports of a session that works (its issue 2073)."""

_HABIT: Final = 0.2
"""How much the latest pause counts in a number's rhythm."""


def look(workspace_id: UUID, channel_id: UUID, *, seen: str = "") -> str:
    """Ask how the number is, record it, and do what helps. Raises `NotFound` for one that is gone.

    Returns what has to be `seen` twice before it is believed, or "".
    """
    with workspace_transaction(workspace_id):
        channel = queries.channel_of(workspace_id, channel_id)
    at = now()
    try:
        reading = ask_plainly(credentials_for(channel), provider.read_state(channel), patience=AT_A_LOOK)
    except GatewayError as error:
        record_failure(workspace_id, channel, error, at=at)
        with workspace_transaction(workspace_id):
            remember(locked_health(queries.locked_channel(workspace_id, channel_id)), looked_at=at)
        return ""
    status = reading.state.status
    if channel.status == "working" and status in _UNSTABLE and status != seen:
        return status
    with workspace_transaction(workspace_id):
        reading = refusals.doubted(queries.channel_of(workspace_id, channel_id), reading, at=at)
    record_reading(workspace_id, channel_id, reading, at=at)
    _note_look(workspace_id, channel_id, reading, at=at)
    if not provider.has_sessions(channel):
        webhooks.check_number(workspace_id, channel_id)
        return ""
    if reading.has_our_webhook is False:
        webhooks.repair_session(workspace_id, channel_id)
    return _look_after(workspace_id, channel_id, was=channel.status, seen=seen)


def check_now(workspace_id: UUID, channel_id: UUID) -> None:
    """A person wants to know: everything that a look may ask is asked at once, and believed.

    Raises `ChannelTrouble` where the provider does not play along. Nothing is restarted.
    """
    refresh(workspace_id, channel_id)
    with workspace_transaction(workspace_id):
        channel = queries.channel_of(workspace_id, channel_id)
        health = queries.health_of(channel)
    if not provider.has_sessions(channel):
        webhooks.check_number(workspace_id, channel_id)
    elif channel.status == "working":
        seen = _listen(channel, health, seen="", restarts=False)
        if seen:
            _listen(channel, health, seen=seen, restarts=False)


def _note_look(workspace_id: UUID, channel_id: UUID, reading: provider.Reading, *, at: datetime) -> None:
    """Remember when we looked and how busy the number is; a pause in looking was an outage of our own."""
    with workspace_transaction(workspace_id):
        channel = queries.locked_channel(workspace_id, channel_id)
        health = locked_health(channel)
        outage = timedelta(seconds=environment().outage_seconds)
        if health.looked_at is not None and at - health.looked_at > outage and channel.status == "working":
            gaps.read_again(channel, health, health.looked_at, reason="downtime")
        _sweep(channel, health, at=at)
        remember(health, looked_at=at, **_rhythm_after(channel, health))
        if reading.has_our_webhook:
            remember(health, webhook_trouble="")
        if reading.notices is not None:
            alerts.follow_notices(channel, reading.notices)


def _rhythm_after(channel: Channel, health: ChannelHealth) -> dict[str, object]:
    heard = channel.last_activity_at
    if heard is None or heard == health.heard_at:
        return {}
    if health.heard_at is None:
        return {"heard_at": heard}
    pause = (heard - health.heard_at).total_seconds()
    rhythm = pause if health.rhythm_seconds is None else health.rhythm_seconds
    return {"heard_at": heard, "rhythm_seconds": rhythm + _HABIT * (pause - rhythm)}


def _sweep(channel: Channel, health: ChannelHealth, *, at: datetime) -> None:
    """Now and then the last while is read back though nothing is amiss: a single webhook may be lost."""
    every = environment().sweep_seconds
    if not every or channel.status != "working":
        return
    if health.swept_at is None:
        remember(health, swept_at=at)
    elif health.swept_at + timedelta(seconds=every) <= at:
        gaps.read_again(channel, health, health.swept_at, reason="sweep")
        remember(health, swept_at=at)


def _look_after(workspace_id: UUID, channel_id: UUID, *, was: str, seen: str) -> str:
    with workspace_transaction(workspace_id):
        channel = queries.locked_channel(workspace_id, channel_id)
        health = locked_health(channel)
        remedy = remedy_for(channel, health)
        is_due = False
        if channel.status == "working":
            _believe_again(channel, health)
            is_due = seen == SILENT or is_probe_due(channel, health)
    if channel.status == "working":
        return _listen(channel, health, seen=seen) if is_due else ""
    if remedy and was == channel.status:  # at the second look
        apply_remedy(workspace_id, channel_id, remedy, reason=channel.status)
    return ""


def _listen(channel: Channel, health: ChannelHealth, *, seen: str, restarts: bool = True) -> str:
    """Ask the engine for its newest message, and what follows when it has one that we have not."""
    workspace_id, channel_id = channel.workspace_id, channel.id
    heard = probe(channel)
    with workspace_transaction(workspace_id):
        channel = queries.locked_channel(workspace_id, channel_id)
        health = locked_health(channel)
        remember(health, probed_at=now())
        if heard.is_well:
            follow(channel, health)
            return ""
        if seen != SILENT:
            return SILENT
        since = channel.last_activity_at or health.looked_at or now()
        if health.silent_since is None:
            remember(health, silent_since=now())
            add_to_history(channel, "silent", detail=heard.detail)
        gaps.read_again(channel, health, since, reason="silent")
        follow(channel, health)
    if restarts:
        apply_remedy(workspace_id, channel_id, "restart", reason="silent")
    return ""


def _believe_again(channel: Channel, health: ChannelHealth) -> None:
    """A number that was silent is trusted once a webhook told something of a person; one that was restarted
    for its state, once it has worked for as long as the next pause would have been."""
    if health.silent_since is not None:
        if not ask_database("heard_since", channel, mark=recent_mark(health.silent_since))[0]:
            return
        remember(health, silent_since=None)
        add_to_history(channel, "heard_again")
    if health.restarts and (health.next_restart_at is None or health.next_restart_at <= now()):
        forget_restarts(health)
    if UNREACHABLE not in channel.metadata:
        alerts.review(channel, health)
