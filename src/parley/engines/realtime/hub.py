"""Who watches what: open streams by workspace, and the hints they are given.

A hint says that something changed, never what: the browser fetches one fragment through its own doors.
"""

import asyncio
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from parley.core.live import EVERYTHING
from parley.core.sql import statement
from parley.core.stream_token import LIFETIME_SECONDS, StreamGrant
from parley.engines.database import DATABASE_AWAY, Pool, platform_transaction
from parley.engines.measures import hints_sent, streams_open
from parley.engines.wakeups import Wakeup

_MOST_TOPICS = 50
_MOST_ROWS = 1_000
_OVERLAP_SECONDS = 3.0
"""A topic that was told this short a time ago is not told again when the log is read."""
_REMEMBERED_SECONDS = 15.0
_SLACK_SECONDS = 2.0
"""A page's token is made a little after its data was read, perhaps on a machine with another clock."""


@dataclass(eq=False, slots=True)
class Stream:
    """One open stream. What is not written yet is a set: however slow the reader, it stays small."""

    grant: StreamGrant
    _topics: set[str] = field(default_factory=set)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def hint(self, topics: Iterable[str]) -> None:
        self._topics.update(topics)
        if len(self._topics) > _MOST_TOPICS:
            self._topics = {EVERYTHING}
        self._arrived.set()

    async def next(self, timeout_seconds: float) -> list[str]:
        """The topics since the last call, after at most this long; empty when there were none."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._arrived.wait()
        except TimeoutError:
            return []
        self._arrived.clear()
        topics, self._topics = sorted(self._topics), set()
        hints_sent.inc()
        return topics


class Hub:
    """Hands hints to streams. NOTIFY brings them at once; the event log, read by cursor, brings the lost."""

    def __init__(self, pool: Pool, *, poll_seconds: float) -> None:
        self._pool = pool
        self._streams: dict[UUID, set[Stream]] = {}
        self._told: dict[tuple[UUID, str], float] = {}
        self._wakeup = Wakeup(poll_seconds)
        self._cursor: tuple[int, int] | None = None
        self._began = time.monotonic()

    def open(self, grant: StreamGrant) -> Stream:
        """A stream that first hears what was told since its page was made."""
        stream = Stream(grant)
        missed = self._told_since(grant)
        if missed:
            stream.hint(missed)
        self._streams.setdefault(grant.workspace_id, set()).add(stream)
        streams_open.inc()
        return stream

    def close(self, stream: Stream) -> None:
        watchers = self._streams.get(stream.grant.workspace_id, set())
        watchers.discard(stream)
        if not watchers:
            self._streams.pop(stream.grant.workspace_id, None)
        streams_open.dec()

    def on_notify(self, payload: str) -> None:
        """Pass on a notification of `parley.core.live`."""
        try:
            message = json.loads(payload)
            workspace_id, topics = UUID(message["w"]), [str(topic) for topic in message["t"]]
        except (ValueError, LookupError, TypeError):
            return
        self._tell(workspace_id, topics)

    def on_gap(self) -> None:
        """Notifications may have been missed: everybody looks again."""
        for workspace_id in list(self._streams):
            self._tell(workspace_id, [EVERYTHING])

    async def run(self) -> None:
        """Read the event log behind the notifications, for ever."""
        while True:
            try:
                await self._catch_up()
            except DATABASE_AWAY:
                self._cursor = None
            await self._wakeup.wait()

    async def _catch_up(self) -> None:
        async with platform_transaction(self._pool) as connection:
            if self._cursor is None:
                row = await (await connection.execute(_sql("end_of_log"))).fetchone()
                self._cursor = (row["position"], row["seq"]) if row else (0, 0)
                return
            cursor = await connection.execute(
                _sql("since"), {"position": self._cursor[0], "seq": self._cursor[1], "most": _MOST_ROWS}
            )
            rows = await cursor.fetchall()
        if len(rows) == _MOST_ROWS:
            self._wakeup.wake()  # there is more
        now = time.monotonic()
        self._told = {key: at for key, at in self._told.items() if now - at < _REMEMBERED_SECONDS}
        long_ago = now - _OVERLAP_SECONDS
        for row in rows:
            about = row["workspace_id"]
            missed = [topic for topic in row["topics"] if self._told.get((about, topic), 0.0) <= long_ago]
            if missed:
                self._tell(about, missed)
            self._cursor = (row["position"], row["seq"])

    def _told_since(self, grant: StreamGrant) -> list[str]:
        age = time.time() - (grant.expires_at - LIFETIME_SECONDS) + _SLACK_SECONDS
        since = time.monotonic() - age
        if age > _REMEMBERED_SECONDS or since < self._began:
            return [EVERYTHING]
        told = self._told.items()
        return [topic for (about, topic), at in told if about == grant.workspace_id and at > since]

    def _tell(self, workspace_id: UUID, topics: list[str]) -> None:
        for stream in self._streams.get(workspace_id, ()):
            stream.hint(topics)
        now = time.monotonic()
        self._told |= {(workspace_id, topic): now for topic in topics}


def _sql(name: str) -> str:
    return statement("parley.engines", "realtime", name)
