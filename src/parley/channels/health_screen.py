"""What a number's page shows of its health and history."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext

from parley.channels import queries
from parley.channels.history_words import FILTERS, HistoryLine, history_line
from parley.channels.models import Channel
from parley.channels.services.gaps import can_read_back
from parley.channels.services.statements import ask_database
from parley.channels.words import Text
from parley.core.environment import environment

HOURS: Final = (1, 6, 24, 72, 168)
"""How far back a person may have the provider's memory read."""


@dataclass(frozen=True, slots=True)
class HealthCard:
    """The measures of one number; each None where there is none yet."""

    state_since: datetime | None
    last_in: datetime | None
    last_out: datetime | None
    looked_at: datetime | None
    probed_at: datetime | None
    silent_since: datetime | None
    rhythm: str
    gap_from: datetime | None
    is_reading: bool
    reads_again_at: datetime | None
    recovered_count: int
    recovered_at: datetime | None
    acks_broken_at: datetime | None
    late_receipts: int
    webhook_checked_at: datetime | None
    webhook_trouble: str
    throughput: int | None
    name_status: str
    facts_at: datetime | None
    profile: dict[str, Any]
    hours: tuple[int, ...]
    """What may be read back, in hours; empty where nothing can."""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some lines of the history. `earlier` and `newest` are queries of other pages, or empty."""

    lines: list[HistoryLine]
    about: str
    filters: dict[str, Text]
    earlier: str
    is_first: bool


def health_card(channel: Channel) -> HealthCard:
    """Four queries: what the watch remembers, since when it is so, the last messages, and late receipts."""
    health = queries.health_of(channel)
    last_in, last_out = ask_database("last_in_and_out", channel)
    (late_receipts,) = ask_database("late_receipts", channel, late=environment().acks_seconds)
    rests = health.gap_until is not None and health.backfill_pass > 0
    return HealthCard(
        state_since=queries.state_since(channel),
        last_in=last_in,
        last_out=last_out,
        looked_at=health.looked_at,
        probed_at=health.probed_at,
        silent_since=health.silent_since,
        rhythm=_rhythm(health.rhythm_seconds),
        gap_from=None if rests else health.gap_from,
        is_reading=health.gap_until is not None and not rests,
        reads_again_at=health.backfill_at if rests else None,
        recovered_count=health.recovered_count,
        recovered_at=health.recovered_at,
        acks_broken_at=health.acks_broken_at,
        late_receipts=late_receipts,
        webhook_checked_at=health.webhook_checked_at,
        webhook_trouble=health.webhook_trouble,
        throughput=channel.throughput_mps,
        name_status=str(channel.metadata.get("name_status", "")).replace("_", " ").capitalize(),
        facts_at=health.facts_at,
        profile=channel.metadata.get("profile") or {},
        hours=HOURS if can_read_back(channel) and channel.status == "working" else (),
    )


def history_page(channel: Channel, *, about: str = "", before: str = "") -> HistoryPage:
    """The lines before a place that an earlier page gave, or the newest."""
    about = about if about in FILTERS else ""
    place = _place(before)
    length = queries.HISTORY_LENGTH
    events = queries.history_of(channel, about=about, before=place, limit=length + 1)
    shown = events[:length]
    earlier = f"{shown[-1].at.isoformat()}_{shown[-1].id}" if len(events) > length else ""
    return HistoryPage(
        lines=[history_line(event) for event in shown],
        about=about,
        filters=dict(FILTERS),
        earlier=earlier,
        is_first=place is None,
    )


def _place(before: str) -> tuple[datetime, UUID] | None:
    at, _, event_id = before.partition("_")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, UUID(event_id)) if moment.tzinfo else None
    except ValueError:
        return None


def _rhythm(seconds: float | None) -> str:
    if seconds is None:
        return ""
    pause = timedelta(seconds=seconds)
    if pause < timedelta(minutes=2):
        return gettext("busy: something every minute or so")
    if pause < timedelta(hours=2):
        return gettext("something every %(minutes)d minutes or so") % {"minutes": pause.total_seconds() / 60}
    return gettext("calm: something every %(hours)d hours or so") % {"hours": pause.total_seconds() / 3600}
