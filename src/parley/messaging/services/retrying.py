"""Having events of webhooks applied once more that were set aside."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from parley.access.doors import Member
from parley.channels.queries import channel_of
from parley.core.sql import statement


def retry_set_aside(member: Member, channel_id: UUID, *, event_ids: Sequence[UUID] | None = None) -> int:
    """Apply these of the channel's events once more, or all of them; returns how many will be tried.

    Left out are those for a number that is not connected, and those of which only bytes are left. Raises
    `NotFound`.
    """
    channel_of(member.workspace_id, channel_id)
    with connection.cursor() as cursor:
        cursor.execute(
            statement("parley.messaging", "set_aside", "retry"),
            {
                "workspace_id": member.workspace_id,
                "channel_id": channel_id,
                "ids": None if event_ids is None else list(event_ids),
            },
        )
        count = int(cursor.rowcount)
        cursor.execute("SELECT pg_notify('parley_inbound', '')")
    return count
