"""What follows from what is known of a number: its gap begins or ends, its alerts open or are resolved.

Everything that learns something of a number calls this in the same transaction; for the engines, which write
what webhooks say, a reader of the event log does. Twice is as good as once.
"""

from parley.channels.models import Channel, ChannelHealth
from parley.channels.services import alerts, gaps
from parley.channels.services.health import locked_health


def follow(channel: Channel, health: ChannelHealth | None = None) -> ChannelHealth:
    """Bring gap and alerts of a locked channel up to date."""
    health = health or locked_health(channel)
    gaps.follow(channel, health)
    alerts.review(channel, health)
    return health
