"""What the watch remembers of a number: one row, locked by whoever is about to change it."""

from typing import Any

from django.db.models.functions import Now

from parley.channels.models import Channel, ChannelHealth


def locked_health(channel: Channel) -> ChannelHealth:
    """The number's health, made where there is none yet. Lock the channel first: everybody does."""
    place = {"workspace_id": channel.workspace_id, "channel_id": channel.id}
    ChannelHealth.objects.bulk_create([ChannelHealth(**place)], ignore_conflicts=True)
    return ChannelHealth.objects.select_for_update(no_key=True).get(**place)


def remember(health: ChannelHealth, **changes: Any) -> None:
    """Change columns, in the database and in the object at hand. What is so already is not written."""
    changes = {name: value for name, value in changes.items() if getattr(health, name) != value}
    if not changes:
        return
    rows = ChannelHealth.objects.filter(workspace_id=health.workspace_id, id=health.id)
    rows.update(**changes, updated_at=Now())
    for name, value in changes.items():
        setattr(health, name, value)
