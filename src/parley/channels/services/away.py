"""Numbers whose server does not answer: asked one after the other, and less often the longer it lasts.

Each question to a server that is away may take ten seconds of a worker. Asked like the others, some such
servers would leave no worker for anything else.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from parley.channels import queries
from parley.channels.services import provider
from parley.core.clock import now
from parley.core.environment import environment

_SHARE: Final = 0.25
"""The pause before the next look, as a share of the time that the server has been away."""

_MOST_LOOKS: Final = 5
"""At the longest the pause is as long as so many looks at a number whose server answers."""


def ids_away(workspace_id: UUID) -> set[UUID]:
    """The numbers that are asked here and not by the common watch. Inside a transaction."""
    return {one.channel_id for one in queries.away_of(workspace_id, shared=provider.SESSION_PROVIDER)}


def due(workspace_id: UUID) -> list[tuple[datetime | None, UUID]]:
    """Those whose pause is over, each with the last look at it. Inside a transaction."""
    found = queries.away_of(workspace_id, shared=provider.SESSION_PROVIDER)
    return [(one.looked_at, one.channel_id) for one in found if _is_due(one)]


def is_left_alone(workspace_id: UUID, channel_id: UUID) -> bool:
    """Whether a number that has answered so far is beside one whose server has gone away by now. Inside a
    transaction."""
    found = queries.away_of(workspace_id, shared=provider.SESSION_PROVIDER)
    return any(one.channel_id == channel_id and one.since is None for one in found)


def _is_due(one: queries.Away) -> bool:
    if one.since is None or one.looked_at is None:
        return True
    lasted = one.looked_at - datetime.fromisoformat(one.since)
    longest = timedelta(seconds=_MOST_LOOKS * environment().watch_seconds)
    return one.looked_at + min(max(lasted * _SHARE, timedelta(0)), longest) <= now()
