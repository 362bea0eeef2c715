"""The one place where Django changes a channel's state: the row, its history, and the word to the screens.

The engines do the same in SQL for what a webhook says.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from parley.channels import queries
from parley.channels.events import ChannelChanged, ChannelStateChanged
from parley.channels.gateways.neutral import ChannelState
from parley.channels.models import Channel, ChannelEvent
from parley.core.events import announce

PAIRING_KEYS = ("pairing_code", "pairing_code_at")
UNREACHABLE = queries.UNREACHABLE
REFUSED = "refused_at"
"""In `metadata` of a number that failed because a message was refused for its sake. The engines write it."""


def record_state(workspace_id: UUID, channel_id: UUID, state: ChannelState) -> bool:
    """Take over what the provider says, unless something later is known. True when the state is another."""
    channel = queries.locked_channel(workspace_id, channel_id)
    if channel.status_at is not None and state.at < channel.status_at:
        return False
    changes: dict[str, Any] = {"status": state.status, "status_at": state.at}
    changes["error_message"] = (state.detail or channel.error_message) if state.status == "failed" else ""
    changes["metadata"] = _metadata_after(channel, state)
    told = {"phone_number": state.phone_number, "display_name": state.display_name}
    changes.update((name, value) for name, value in told.items() if value)
    before, was_unreachable = channel.status, UNREACHABLE in channel.metadata
    write(channel, **changes)
    if was_unreachable:
        add_to_history(channel, "reachable", at=state.at)
    if before == state.status:
        if was_unreachable:
            announce(workspace_id, ChannelChanged(object_id=channel_id))
        return False
    detail = changes["error_message"]
    add_to_history(channel, "state", from_state=before, to_state=state.status, detail=detail, at=state.at)
    announce(workspace_id, ChannelStateChanged(object_id=channel_id, status=state.status))
    if state.status == "working":
        wake_sender(channel)
    return True


def record_trouble(workspace_id: UUID, channel_id: UUID, *, message: str, at: datetime) -> None:
    """The provider could not be asked. The state stays as last known; the trouble is shown beside it."""
    channel = queries.locked_channel(workspace_id, channel_id)
    is_new = UNREACHABLE not in channel.metadata
    metadata = {**channel.metadata, UNREACHABLE: channel.metadata.get(UNREACHABLE, at.isoformat())}
    write(channel, error_message=message, metadata=metadata)
    if is_new:
        add_to_history(channel, "unreachable", detail=message, at=at)
        announce(workspace_id, ChannelChanged(object_id=channel_id))


def wake_sender(channel: Channel) -> None:
    """Tell the sender, at commit, that what waits for this number may leave."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('parley_outbound', %s)", [f"{channel.workspace_id}:{channel.id}"])


def write(channel: Channel, **changes: Any) -> None:
    """Change columns of a locked channel, in the database and in the object at hand."""
    rows = Channel.objects.filter(workspace_id=channel.workspace_id, id=channel.id)
    rows.update(**changes, updated_at=Now())
    for name, value in changes.items():
        setattr(channel, name, value)


def add_to_history(
    channel: Channel,
    kind: str,
    *,
    from_state: str = "",
    to_state: str = "",
    detail: str = "",
    at: datetime | None = None,
) -> None:
    """One line of the channel's history. `detail` is shown to people, so it never holds a key."""
    event = ChannelEvent(
        workspace_id=channel.workspace_id,
        channel_id=channel.id,
        kind=kind,
        from_state=from_state,
        to_state=to_state,
        detail=detail,
    )
    if at is not None:
        event.at = at
    ChannelEvent.objects.bulk_create([event])


def _metadata_after(channel: Channel, state: ChannelState) -> dict[str, Any]:
    gone = {UNREACHABLE} if state.status == "scan_qr" else {UNREACHABLE, *PAIRING_KEYS}
    if state.status != "stopped":
        gone.add(queries.STOPPED_AT_WILL)
    if state.status != "failed":
        gone.add(REFUSED)
    return {key: value for key, value in channel.metadata.items() if key not in gone}
