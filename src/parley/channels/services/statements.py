"""The watch's own statements: what it asks of messages, which rank above channels and are known by table."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from parley.channels.models import Channel
from parley.core.clock import now
from parley.core.sql import statement

_RECENT: Final = timedelta(hours=1)
_VERSION_AND_VARIANT = (7 << 76) | (2 << 62)


def ask_database(name: str, channel: Channel, **parameters: object) -> tuple[Any, ...]:
    """The one row of a statement of `channels/sql/health.sql` about a channel."""
    return rows_of(name, channel.workspace_id, channel=channel.id, **parameters)[0]


def rows_of(
    name: str, workspace_id: UUID, file: str = "health", /, **parameters: object
) -> list[tuple[Any, ...]]:
    """The rows of a statement of `channels/sql/<file>.sql`, inside the running transaction."""
    with connection.cursor() as cursor:
        text = statement("parley.channels", file, name)
        named: dict[str, Any] = {"workspace": workspace_id, **parameters}
        cursor.execute(text, named)
        return list(cursor.fetchall())


def mark_at(moment: datetime) -> UUID:
    """The least primary key that a row of this time may have: keys begin with their milliseconds."""
    milliseconds = max(int(moment.timestamp() * 1000), 0)
    return UUID(int=milliseconds << 80 | _VERSION_AND_VARIANT)


def recent_mark(moment: datetime) -> UUID:
    """The same, but never from more than an hour ago: for what is asked again and again until it is true, in
    a workspace whose other numbers write a thousand rows a minute."""
    return mark_at(max(moment, now() - _RECENT))
