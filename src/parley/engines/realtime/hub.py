"""Who watches what: open streams by workspace, and the hints they are given.

A hint says that something changed, never what: the browser fetches one fragment through its own doors. What
is told within some milliseconds goes out together, encoded once for all the streams of a workspace.
"""

import asyncio
import json
import secrets
import time
from collections import deque
from collections.abc import Iterable
from itertools import takewhile
from uuid import UUID

from parley.core.live import EVERYTHING
from parley.core.sql import statement
from parley.core.stream_token import LIFETIME_SECONDS, StreamGrant
from parley.engines.asgi import Send
from parley.engines.database import DATABASE_AWAY, Pool, platform_transaction
from parley.engines.measures import hints_sent, streams_open
from parley.engines.realtime.streams import MOST_MISSED, MOST_TOLD, Stream, bounded, hint_of
from parley.engines.wakeups import Wakeup

_GATHER_SECONDS = 0.025
"""From one writing to the next. The first hint after a silence leaves at once."""
_AT_ONCE = 100
"""Streams that are written to before anybody else has a turn."""
_MOST_ROWS = 1_000
_OVERLAP_SECONDS = 3.0
"""A topic that was told this short a time ago is not told again when the log is read."""
_REMEMBERED_SECONDS = 15.0
_MOST_REMEMBERED = 10_000
_LONGEST_NUMBER = 20
_SLACK_SECONDS = 2.0
"""A page's token is made a little after its data was read, perhaps on a machine with another clock."""

Told = tuple[int, float, UUID, tuple[str, ...]]
"""A number, when, and what was told to whom."""


class Hub:
    """Hands hints to streams. NOTIFY brings them at once; the event log, read by cursor, brings the lost."""

    def __init__(self, pool: Pool, *, poll_seconds: float) -> None:
        self._pool = pool
        self._streams: dict[UUID, set[Stream]] = {}
        self._log: deque[Told] = deque(maxlen=_MOST_REMEMBERED)
        self._last_told: dict[tuple[UUID, str], float] = {}
        self._number = 0
        self._name = secrets.token_hex(4)
        self._began = time.monotonic()
        self._unwritten: dict[UUID, set[str]] = {}
        self._told = asyncio.Event()
        self._wakeup = Wakeup(poll_seconds)
        self._cursor: tuple[int, int] | None = None

    def open(self, grant: StreamGrant, send: Send) -> Stream:
        """A stream that hears what is told from now on. Its answer has begun."""
        stream = Stream(grant, send)
        self._streams.setdefault(grant.workspace_id, set()).add(stream)
        streams_open.inc()
        return stream

    def missed(self, grant: StreamGrant, last_id: str) -> tuple[list[str], str]:
        """What a stream that opens now has to hear first, and the position it is at then."""
        name, _, number = last_id.partition("-")
        if name == self._name and number.isdecimal() and len(number) < _LONGEST_NUMBER:
            told = self._since_number(grant.workspace_id, int(number))
        elif last_id:
            told = [EVERYTHING]  # from another process, or from this one's life before
        else:
            told = self._since_page(grant)
        return told, self._position

    def close(self, stream: Stream) -> None:
        stream.close()
        watchers = self._streams.get(stream.grant.workspace_id, set())
        watchers.discard(stream)
        if not watchers:
            self._streams.pop(stream.grant.workspace_id, None)
        streams_open.dec()

    @property
    def streams(self) -> dict[UUID, list[Stream]]:
        """The open streams by workspace, as they are now."""
        return {workspace_id: list(streams) for workspace_id, streams in self._streams.items()}

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
        """Write what is told, and read the event log behind the notifications, for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._write_for_ever())
            group.create_task(self._read_for_ever())

    async def _write_for_ever(self) -> None:
        while True:
            await self._told.wait()
            self._told.clear()
            unwritten, self._unwritten = self._unwritten, {}
            position = self._position
            for workspace_id, topics in unwritten.items():
                await self._write(workspace_id, topics, position)
            await asyncio.sleep(_GATHER_SECONDS)

    async def _write(self, workspace_id: UUID, topics: set[str], position: str) -> None:
        streams = list(self._streams.get(workspace_id, ()))
        if not streams:
            return
        said = bounded(topics, most=MOST_TOLD)
        data = hint_of(said, position)
        for place, stream in enumerate(streams, 1):
            stream.hint(data, said, position)
            if place % _AT_ONCE == 0:
                await asyncio.sleep(0)
        hints_sent.inc(len(streams))

    async def _read_for_ever(self) -> None:
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
        long_ago = now - _OVERLAP_SECONDS
        self._last_told = {key: at for key, at in self._last_told.items() if at > long_ago}
        for row in rows:
            about = row["workspace_id"]
            missed = [topic for topic in row["topics"] if (about, topic) not in self._last_told]
            if missed:
                self._tell(about, missed)
            self._cursor = (row["position"], row["seq"])

    @property
    def _position(self) -> str:
        return f"{self._name}-{self._number}"

    def _since_number(self, workspace_id: UUID, number: int) -> list[str]:
        oldest = self._log[0][0] if self._log else self._number + 1
        if number < oldest - 1:
            return [EVERYTHING]
        return self._topics(workspace_id, takewhile(lambda told: told[0] > number, reversed(self._log)))

    def _since_page(self, grant: StreamGrant) -> list[str]:
        age = time.time() - (grant.expires_at - LIFETIME_SECONDS) + _SLACK_SECONDS
        since = time.monotonic() - age
        is_forgotten = len(self._log) == _MOST_REMEMBERED and self._log[0][1] > since
        if age > _REMEMBERED_SECONDS or since < self._began or is_forgotten:
            return [EVERYTHING]
        return self._topics(grant.workspace_id, takewhile(lambda told: told[1] > since, reversed(self._log)))

    def _topics(self, workspace_id: UUID, log: Iterable[Told]) -> list[str]:
        told = (topic for _, _, about, topics in log if about == workspace_id for topic in topics)
        return bounded(told, most=MOST_MISSED)

    def _tell(self, workspace_id: UUID, topics: list[str]) -> None:
        now = time.monotonic()
        self._number += 1
        self._log.append((self._number, now, workspace_id, tuple(topics)))
        self._last_told |= {(workspace_id, topic): now for topic in topics}
        if workspace_id in self._streams:
            self._unwritten.setdefault(workspace_id, set()).update(topics)
            self._told.set()


def _sql(name: str) -> str:
    return statement("parley.engines", "realtime", name)
