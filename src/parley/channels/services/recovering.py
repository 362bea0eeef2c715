"""A person wants the last hours read back, because somebody says that they wrote."""

from datetime import timedelta
from uuid import UUID

from parley.channels import queries
from parley.channels.errors import CannotReadBack
from parley.channels.events import ChannelChanged
from parley.channels.services import gaps
from parley.channels.services.health import locked_health
from parley.channels.services.state import add_to_history
from parley.core.clock import now
from parley.core.events import announce


def read_back(workspace_id: UUID, channel_id: UUID, *, hours: int) -> None:
    """Have the last `hours` read, inside the caller's transaction: what is there already stays as it is.

    Refused with `CannotReadBack` for a number that does not work, or whose provider remembers nothing.
    """
    channel = queries.locked_channel(workspace_id, channel_id)
    if channel.status != "working" or not gaps.can_read_back(channel):
        raise CannotReadBack
    gaps.read_again(channel, locked_health(channel), now() - timedelta(hours=hours), reason="asked")
    add_to_history(channel, "read_back", detail=f"{hours} h")
    announce(workspace_id, ChannelChanged(object_id=channel_id))
