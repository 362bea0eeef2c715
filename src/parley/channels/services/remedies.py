"""What is done by itself about a session that does not work: a restart, with longer and longer pauses.

Never while a phone is being connected: a restart would take the code from under its owner's eyes. A session
whose codes ran out unscanned waits for a person too, or it would show codes to an empty room all night.
"""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from parley.channels import queries
from parley.channels.gateways.neutral import GatewayError
from parley.channels.models import Channel, ChannelHealth
from parley.channels.services import control, provider
from parley.channels.services.alerts import is_stuck
from parley.channels.services.asking import ask_plainly
from parley.channels.services.credentials import credentials_for
from parley.channels.services.following import follow
from parley.channels.services.health import locked_health, remember
from parley.channels.services.state import add_to_history
from parley.core.clock import now
from parley.core.environment import environment
from parley.core.transactions import workspace_transaction

Remedy = Literal["restart", "start", ""]

_PAIRING = frozenset({"scan_qr", "passkey"})


def remedy_for(channel: Channel, health: ChannelHealth) -> Remedy:
    """What would help a session in this state, silence apart. Inside a transaction."""
    if channel.status == "failed" and queries.came_from(channel) not in _PAIRING:
        return "restart"
    if is_stuck(channel):
        return "restart"
    if channel.status == "stopped" and not queries.is_stopped_at_will(channel):
        was_watched = queries.state_known_since(channel) > health.created_at
        return "start" if was_watched else ""
    return ""


def is_due(health: ChannelHealth) -> bool:
    """Whether the pause after the last restart is over."""
    return health.next_restart_at is None or health.next_restart_at <= now()


def apply_remedy(workspace_id: UUID, channel_id: UUID, remedy: Remedy, *, reason: str) -> bool:
    """Restart or start the session and note it. False: not now, or the provider did not play along.

    The try is noted before the call, so that a worker that dies in it does not try again at once.
    """
    with workspace_transaction(workspace_id):
        channel = queries.locked_channel(workspace_id, channel_id)
        health = locked_health(channel)
        if channel.status in _PAIRING or not remedy or not is_due(health):
            return False
        remember(health, restarts=health.restarts + 1, next_restart_at=_next(health.restarts))
        add_to_history(channel, "restarted", to_state=reason, detail=str(health.restarts))
        follow(channel, health)
    work = provider.start(channel) if remedy == "start" else provider.restart(channel)
    at = now()
    try:
        reading = ask_plainly(credentials_for(channel), work)
    except GatewayError as error:
        control.record_failure(workspace_id, channel, error, at=at)
        return False
    control.record_reading(workspace_id, channel_id, reading, at=at)
    return True


def forget_restarts(health: ChannelHealth) -> None:
    """It works again: the next trouble begins with the shortest pause."""
    remember(health, restarts=0, next_restart_at=None)


def _next(restarts: int) -> datetime:
    pauses = environment().restart_seconds
    return now() + timedelta(seconds=pauses[min(restarts, len(pauses) - 1)])
