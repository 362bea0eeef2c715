"""What channels do about what the engines heard of a number by webhook."""

from datetime import datetime
from uuid import UUID

from parley.channels import queries
from parley.channels.services import alerts, provider
from parley.channels.services.facts import tell_limit
from parley.channels.services.following import follow
from parley.channels.tasks import ask_about_person, defer_backfill, defer_reading_people
from parley.core.errors import NotFound
from parley.core.jobs import defer
from parley.core.reactors import LoggedEvent, reactor


@reactor("channels.follow", "channel.state_changed", "channel.facts_changed", "channel.notice")
def follow_the_number(event: LoggedEvent) -> None:
    """Gap and alerts follow the number's state; what was missed is read as soon as it is back."""
    try:
        channel = queries.locked_channel(event.workspace_id, event.object_id)
    except NotFound:
        return  # removed meanwhile
    until = event.data.get("until")
    ends = datetime.fromisoformat(until) if isinstance(until, str) else None
    for told in queries.told_at(channel, event.at):
        if told.kind == "notice" and told.from_state == "critical":
            alerts.tell(channel, told.to_state, "critical", detail=told.detail, until=ends)
        elif told.kind == "notice" and told.from_state == "warning":
            alerts.tell(channel, told.to_state, "warning", detail=told.detail, until=ends)
        elif told.kind == "limit" and told.from_state:
            tell_limit(channel, told.from_state, told.to_state)
    health = follow(channel)
    if health.gap_until is not None and channel.status == "working":
        defer_backfill(channel.workspace_id, channel.id)


@reactor("channels.learn_who", "channel.state_changed", "person.hidden")
def learn_who_it_is(event: LoggedEvent) -> None:
    """A session that is back is asked whom it knows; one who wrote under a hidden id is asked for by name."""
    if event.type == "channel.state_changed":
        if event.data.get("status") == "working" and _has_sessions(event.workspace_id, event.object_id):
            defer_reading_people(event.workspace_id, event.object_id)
        return
    channel_id = UUID(event.data["channel_id"])
    if _has_sessions(event.workspace_id, channel_id):
        defer(
            ask_about_person,
            key=f"channels.ask_about_person:{event.object_id}:{channel_id}",
            workspace_id=event.workspace_id,
            channel_id=channel_id,
            contact_id=event.object_id,
        )


def _has_sessions(workspace_id: UUID, channel_id: UUID) -> bool:
    try:
        return provider.has_sessions(queries.channel_of(workspace_id, channel_id))
    except NotFound:
        return False  # removed meanwhile
