"""Reading channels. Every function runs inside the caller's transaction of that workspace."""

from uuid import UUID

from django.db.models import QuerySet

from parley.channels.models import Channel, ChannelEvent
from parley.core.errors import NotFound

HISTORY_LENGTH = 30


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
    """The same, locked until the transaction ends: for whoever is about to change it."""
    channel = _live(workspace_id).filter(id=channel_id).select_for_update().first()
    if channel is None:
        raise NotFound
    return channel


def history_of(channel: Channel, *, limit: int = HISTORY_LENGTH) -> list[ChannelEvent]:
    """What became of the number, the latest first."""
    events = ChannelEvent.objects.filter(workspace_id=channel.workspace_id, channel_id=channel.id)
    return list(events.order_by("-at", "-id")[:limit])


def is_connected(workspace_id: UUID, *, provider: str, base_url: str, external_id: str) -> bool:
    """Whether the workspace already has this session or number."""
    return _live(workspace_id).filter(provider=provider, base_url=base_url, external_id=external_id).exists()


def ids_to_watch(workspace_id: UUID, *, provider: str) -> list[UUID]:
    """The numbers whose state is worth asking for: all but those that a person stopped."""
    channels = _live(workspace_id).filter(provider=provider).exclude(status="stopped")
    return list(channels.order_by("id").values_list("id", flat=True))


def _live(workspace_id: UUID) -> QuerySet[Channel]:
    return Channel.objects.filter(workspace_id=workspace_id, deleted_at__isnull=True)
