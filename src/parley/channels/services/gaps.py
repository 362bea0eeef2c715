"""Times in which messages may have been missed, begun when a number is lost and read when it is back.

A number has one gap at most: what is missed while an earlier one is still being read makes it longer.
"""

from datetime import datetime, timedelta
from typing import Final, Literal

from parley.channels import queries
from parley.channels.gateways import gateway_for
from parley.channels.models import Channel, ChannelHealth
from parley.channels.services.health import remember
from parley.channels.services.state import UNREACHABLE, add_to_history
from parley.core.clock import now

GapReason = Literal["outage", "unreachable", "silent", "downtime", "asked", "sweep"]

_MARGIN: Final = timedelta(minutes=2)
"""A number may have been deaf for a moment before anybody noticed, and clocks differ."""

LONGEST: Final = timedelta(days=7)
"""What is older is for a person to look up on the phone."""


def can_read_back(channel: Channel) -> bool:
    """Whether its provider remembers what was said."""
    return "history" in gateway_for(channel.provider).abilities


def follow(channel: Channel, health: ChannelHealth) -> None:
    """Begin or end a gap by what the number does now. May be called at any time."""
    if not can_read_back(channel):
        return
    if channel.status == "working" and UNREACHABLE not in channel.metadata:
        end(channel, health)
        return
    if UNREACHABLE in channel.metadata:
        since = datetime.fromisoformat(channel.metadata[UNREACHABLE])
        begin(channel, health, since, reason="unreachable")
    elif left := queries.last_left_working(channel):
        begin(channel, health, left.at, reason="outage")


def begin(channel: Channel, health: ChannelHealth, since: datetime, *, reason: GapReason) -> None:
    """From then on messages may be missing. Nothing before the number first worked is ours to know."""
    first = queries.first_worked_at(channel)
    if first is None:
        return
    since = max(since - _MARGIN, first, now() - LONGEST)
    if health.gap_from is not None:
        if health.gap_until is None and since >= health.gap_from:
            return  # that outage is known
        since = min(since, health.gap_from)
    is_first = health.gap_from is None
    remember(
        health,
        gap_from=since,
        gap_until=None,
        gap_reason=_graver(reason, health.gap_reason),
        backfill_cursor="",
        backfill_pass=0,
        backfill_at=None,
    )
    if is_first and reason == "downtime":  # the others have a line of their own
        add_to_history(channel, "gap", to_state=reason)


def end(channel: Channel, health: ChannelHealth) -> None:  # noqa: ARG001 (all verbs here ask for both)
    """The number is back: what was said meanwhile is read as soon as a worker has time."""
    if health.gap_from is not None and health.gap_until is None:
        remember(health, gap_until=now(), backfill_cursor="", backfill_pass=0, backfill_at=None)


def read_again(channel: Channel, health: ChannelHealth, since: datetime, *, reason: GapReason) -> None:
    """Something between then and now is missing, or a person thinks so."""
    if can_read_back(channel):
        begin(channel, health, since, reason=reason)
        end(channel, health)


def close(health: ChannelHealth) -> None:
    """All that could be read was read."""
    remember(
        health,
        gap_from=None,
        gap_until=None,
        gap_reason="",
        backfill_cursor="",
        backfill_pass=0,
        backfill_at=None,
        backfill_mark=None,
    )


def _graver(reason: str, before: str) -> str:
    return before if before and (reason == "sweep" or before not in {"sweep", "asked"}) else reason
