"""The circuit breaker of a number that takes everything and delivers nothing.

When what the provider accepted is no longer confirmed (sent, delivered, read), more of it would only do harm:
bulk sends hold, people's single messages go on and prove whether it is over.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from parley.channels import queries
from parley.channels.models import Channel, ChannelHealth
from parley.channels.services.following import follow
from parley.channels.services.health import locked_health, remember
from parley.channels.services.state import add_to_history
from parley.channels.services.statements import ask_database, mark_at, recent_mark, rows_of
from parley.core.clock import now
from parley.core.environment import environment

_WINDOW: Final = timedelta(hours=1)
"""What counts as lately, beyond the time that a confirmation may take."""

_OLDEST: Final = timedelta(days=1)
"""A message may have waited so long before it was accepted: its key tells when it was written."""

_MOST: Final = 200
_TOO_FEW: Final = 0.1
"""The share of confirmed ones below which something is broken."""


def check_acks(workspace_id: UUID) -> None:
    """Open and close the breakers of a workspace's numbers. Inside a transaction of that workspace."""
    settings = environment()
    window = settings.acks_seconds + _WINDOW.total_seconds()
    suspects = dict(
        rows_of(
            "unconfirmed",
            workspace_id,
            window=window,
            late=settings.acks_seconds,
            most=_MOST,
            least=settings.acks_least,
        )
    )
    for channel_id, unconfirmed in suspects.items():
        channel = queries.locked_channel(workspace_id, channel_id)
        health = locked_health(channel)
        if health.acks_broken_at is None and _is_broken(channel, unconfirmed, window=window):
            remember(health, acks_broken_at=now())
            add_to_history(channel, "acks_broken", to_state=str(unconfirmed))
            follow(channel, health)
    for channel_id in queries.ids_with_broken_acks(workspace_id):
        channel = queries.locked_channel(workspace_id, channel_id)
        health = locked_health(channel)
        if not _is_broken(channel, suspects.get(channel_id, 0), window=window) and _was_told(channel, health):
            remember(health, acks_broken_at=None)
            add_to_history(channel, "acks_back")
            follow(channel, health)


def _is_broken(channel: Channel, unconfirmed: int, *, window: float) -> bool:
    if unconfirmed < environment().acks_least:
        return False
    mark = mark_at(now() - timedelta(seconds=window) - _OLDEST)
    (confirmed,) = ask_database("confirmed", channel, mark=mark, window=window, most=_MOST)
    return bool(confirmed < _TOO_FEW * (confirmed + unconfirmed))


def _was_told(channel: Channel, health: ChannelHealth) -> bool:
    if health.acks_broken_at is None:
        return True
    return bool(ask_database("told_since", channel, mark=recent_mark(health.acks_broken_at))[0])
