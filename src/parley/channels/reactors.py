"""What channels do about what the engines heard of a number by webhook."""

from datetime import datetime

from parley.channels import queries
from parley.channels.services import alerts
from parley.channels.services.facts import tell_limit
from parley.channels.services.following import follow
from parley.channels.tasks import defer_backfill
from parley.core.errors import NotFound
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
