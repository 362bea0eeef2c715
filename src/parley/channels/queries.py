"""Reading channels. Every function runs inside the caller's transaction of that workspace."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from parley.channels.models import Channel, ChannelAlert, ChannelEvent, ChannelHealth
from parley.core.clock import now
from parley.core.errors import NotFound

HISTORY_LENGTH = 30
HISTORY_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "states": ("state", "reachable", "unreachable", "restarted"),
    "alerts": ("alert", "resolved", "notice"),
    "messages": ("gap", "recovered", "gap_unread", "acks_broken", "acks_back"),
    "facts": ("quality", "limit", "throughput", "name", "profile"),
}
"""What the history can be narrowed to. Everything else is what people did."""

UNREACHABLE: Final = "unreachable_since"
"""In `metadata` of a number whose server does not answer."""

STOPPED_AT_WILL: Final = "stopped_at_will"
"""In `metadata` of a number that a person stopped, so that nobody starts it again for them."""


@dataclass(frozen=True, slots=True)
class Away:
    """A number of a server that does not answer: since when, as it is written, where it was asked itself."""

    channel_id: UUID
    since: str | None
    looked_at: datetime | None


def channels_of(workspace_id: UUID) -> list[Channel]:
    """Every number of the workspace, by name."""
    return list(_live(workspace_id).order_by("name", "id"))


def channel_of(workspace_id: UUID, channel_id: UUID) -> Channel:
    """One number. Raises `NotFound` for another workspace's and for one that was removed."""
    channel = _live(workspace_id).filter(id=channel_id).first()
    if channel is None:
        raise NotFound
    return channel


def locked_channel(workspace_id: UUID, channel_id: UUID) -> Channel:
    """The same, locked until the transaction ends: for whoever is about to change it.

    Webhooks that refer to the number are not held up by that.
    """
    channel = _live(workspace_id).filter(id=channel_id).select_for_update(no_key=True).first()
    if channel is None:
        raise NotFound
    return channel


def history_of(
    channel: Channel,
    *,
    about: str = "",
    before: tuple[datetime, UUID] | None = None,
    limit: int = HISTORY_LENGTH,
) -> list[ChannelEvent]:
    """What became of the number, the latest first; from another page on, `before` its last line."""
    events = ChannelEvent.objects.filter(workspace_id=channel.workspace_id, channel_id=channel.id)
    if about in HISTORY_KINDS:
        events = events.filter(kind__in=HISTORY_KINDS[about])
    elif about:
        told = [kind for kinds in HISTORY_KINDS.values() for kind in kinds]
        events = events.exclude(kind__in=told)
    if before is not None:
        at, event_id = before
        events = events.filter(Q(at__lt=at) | Q(at=at, id__lt=event_id))
    return list(events.order_by("-at", "-id")[:limit])


def told_at(channel: Channel, moment: datetime) -> list[ChannelEvent]:
    """What was written into the history by the transaction of that moment."""
    events = ChannelEvent.objects.filter(workspace_id=channel.workspace_id, channel_id=channel.id)
    return list(events.filter(created_at=moment).order_by("id"))


def health_of(channel: Channel) -> ChannelHealth:
    """What the watch remembers; a fresh one, not stored, of a number that was never looked at."""
    place = {"workspace_id": channel.workspace_id, "channel_id": channel.id}
    found = ChannelHealth.objects.filter(**place).first()
    return found or ChannelHealth(restarts=0, recovered_count=0, backfill_pass=0, **place)


def open_alerts(channel: Channel) -> list[ChannelAlert]:
    """What somebody should know of the number now, the gravest first."""
    return sorted(_open_alerts(channel.workspace_id).filter(channel_id=channel.id), key=_gravity)


def open_alerts_of(workspace_id: UUID) -> list[ChannelAlert]:
    """The same of every number of the workspace."""
    return sorted(_open_alerts(workspace_id), key=_gravity)


def holds_bulk(workspace_id: UUID, channel_id: UUID) -> bool:
    """Whether campaigns wait on this number, because what it sends is accepted and never confirmed."""
    found = ChannelHealth.objects.filter(workspace_id=workspace_id, channel_id=channel_id)
    return found.filter(acks_broken_at__isnull=False).exists()


def is_stopped_at_will(channel: Channel) -> bool:
    """Whether a person stopped it, as against a server that came up without it."""
    return channel.status == "stopped" and STOPPED_AT_WILL in channel.metadata


def came_from(channel: Channel) -> str:
    """The state before the present one, as the history has it; "" for none."""
    event = _states(channel).filter(to_state=channel.status).order_by("-at", "-id").first()
    return event.from_state if event is not None else ""


def times_failed(channel: Channel, *, since: datetime) -> int:
    """How often it came to fail since then."""
    return _states(channel).filter(to_state="failed", at__gte=since).count()


def times_repaired(channel: Channel, *, since: datetime) -> int:
    """How often its webhook was set again since then."""
    events = ChannelEvent.objects.filter(workspace_id=channel.workspace_id, channel_id=channel.id)
    return events.filter(kind="webhook_repaired", at__gte=since).count()


def state_since(channel: Channel) -> datetime:
    """Since when it is in the present state. (`status_at` is when that was last told.)"""
    event = _states(channel).order_by("-at", "-id").first()
    return event.at if event is not None else channel.created_at


def state_known_since(channel: Channel) -> datetime:
    """Since when we know that it is in the present state, by our own clock: the provider's may be wrong."""
    event = _states(channel).order_by("-at", "-id").first()
    return event.created_at if event is not None else channel.created_at


def last_left_working(channel: Channel) -> ChannelEvent | None:
    """When it last ceased to work, if ever it worked."""
    return _states(channel).filter(from_state="working").order_by("-at", "-id").first()


def first_worked_at(channel: Channel) -> datetime | None:
    """Since when it is ours to know what was said on it. None: it never worked."""
    first = _states(channel).filter(to_state="working").order_by("at", "id").first()
    if first is None:
        return channel.created_at if channel.status == "working" else None
    return first.at


def is_connected(workspace_id: UUID, *, provider: str, base_url: str, external_id: str) -> bool:
    """Whether the workspace already has this session or number."""
    return _live(workspace_id).filter(provider=provider, base_url=base_url, external_id=external_id).exists()


def ids_to_watch(workspace_id: UUID, *, provider: str) -> list[UUID]:
    """The numbers whose state is worth asking for: all but those that a person stopped."""
    channels = _watched(workspace_id).filter(provider=provider)
    return list(channels.order_by("id").values_list("id", flat=True))


def away_of(workspace_id: UUID, *, shared: str) -> list[Away]:
    """The numbers to watch whose server did not answer, and those beside them on it, if of a provider where a
    server is `shared`."""
    watched = _watched(workspace_id)
    silent = watched.filter(metadata__has_key=UNREACHABLE)
    beside = Q(provider=shared, base_url__in=silent.filter(provider=shared).values("base_url"))
    found = {channel.id: channel for channel in watched.filter(Q(metadata__has_key=UNREACHABLE) | beside)}
    seen = ChannelHealth.objects.filter(workspace_id=workspace_id, channel_id__in=found)
    looked_at = dict(seen.values_list("channel_id", "looked_at"))
    return [
        Away(channel_id, channel.metadata.get(UNREACHABLE), looked_at.get(channel_id))
        for channel_id, channel in found.items()
    ]


def ids_with_broken_acks(workspace_id: UUID) -> list[UUID]:
    """The numbers whose bulk sends hold."""
    live = _live(workspace_id).values("id")
    found = ChannelHealth.objects.filter(workspace_id=workspace_id, acks_broken_at__isnull=False)
    return list(found.filter(channel_id__in=live).order_by("channel_id").values_list("channel_id", flat=True))


def ids_with_gaps(workspace_id: UUID) -> list[UUID]:
    """The numbers that work and have a gap to be read now."""
    due = Q(backfill_at__isnull=True) | Q(backfill_at__lte=now())
    working = _live(workspace_id).filter(status="working").values("id")
    found = ChannelHealth.objects.filter(due, workspace_id=workspace_id, gap_until__isnull=False)
    return list(found.filter(channel_id__in=working).values_list("channel_id", flat=True))


def _states(channel: Channel) -> QuerySet[ChannelEvent]:
    return ChannelEvent.objects.filter(workspace_id=channel.workspace_id, channel_id=channel.id, kind="state")


def _watched(workspace_id: UUID) -> QuerySet[Channel]:
    return _live(workspace_id).exclude(status="stopped", metadata__has_key=STOPPED_AT_WILL)


def _open_alerts(workspace_id: UUID) -> QuerySet[ChannelAlert]:
    return ChannelAlert.objects.filter(workspace_id=workspace_id, resolved_at__isnull=True)


def _gravity(alert: ChannelAlert) -> tuple[int, float]:
    return ("critical", "warning", "info").index(alert.severity), -alert.at.timestamp()


def _live(workspace_id: UUID) -> QuerySet[Channel]:
    return Channel.objects.filter(workspace_id=workspace_id, deleted_at__isnull=True)
