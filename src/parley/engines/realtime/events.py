"""The live door: `/events?token=…`, server-sent events for one open screen.

A stream that comes back says with `Last-Event-ID` (or `last` in its address) what it heard last, and hears
what was told since.
"""

import asyncio
import time
from contextlib import suppress
from urllib.parse import parse_qs
from uuid import UUID

import structlog

from parley.core.keys import keys
from parley.core.sql import statement
from parley.core.stream_token import StreamGrant, read
from parley.engines.asgi import Receive, Scope, Send, headers_of, refuse
from parley.engines.database import DATABASE_AWAY, Pool, workspace_transaction
from parley.engines.realtime.hub import Hub
from parley.engines.realtime.streams import Stream, hint_of

log = structlog.get_logger(__name__)

PATH = "/events"
_LOOK_SECONDS = 1.0
_HEARTBEAT_SECONDS = 15.0
_RECHECK_SECONDS = 30.0
_UNCHECKED_SECONDS = 60.0
"""How long a stream stays open while nobody can say whether it may."""
_MOST_STREAMS = 20_000
_AT_ONCE = 200
_LAST_WORDS_SECONDS = 1.0
_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class Events:
    """Answers one stream request, and keeps answering until the reader goes or may not watch any more.

    Start `run` as a task: it looks after the streams that are open.
    """

    def __init__(self, pool: Pool, hub: Hub) -> None:
        self._pool = pool
        self._hub = hub
        self._open = 0
        self._is_closing = False
        self._checked: dict[UUID, float] = {}

    def close(self) -> None:
        """End every stream; browsers come back to whoever serves next."""
        self._is_closing = True
        for streams in self._hub.streams.values():
            for stream in streams:
                stream.end()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        grant = read(query.get("token", [""])[0], keys().stream_token_key)
        try:
            allowed = grant is not None and await self._may_watch(grant.workspace_id, [grant])
        except DATABASE_AWAY:
            await refuse(send, 503, "unavailable", "The database is away.", headers={"retry-after": "2"})
            return
        if grant is None or not allowed:
            await refuse(send, 401, "token", "This page's stream token is over. Fetch a new one.")
        elif self._open >= _MOST_STREAMS:
            await refuse(send, 503, "overloaded", "Too many open streams.", headers={"retry-after": "10"})
        else:
            last_id = headers_of(scope).get("last-event-id", "") or query.get("last", [""])[0]
            await self._serve(grant, last_id, receive, send)

    async def run(self) -> None:
        """A sign of life to those who heard nothing for a while, and an end to those who may not watch."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            watched = self._hub.streams
            self._checked = {place: at for place, at in self._checked.items() if place in watched}
            for streams in watched.values():
                await self._keep_alive(streams)
            # Together: while the database is away each waits some seconds for it.
            due = [place for place in watched if self._is_due(place)]
            await asyncio.gather(*(self._recheck(place, watched[place]) for place in due))

    async def _serve(self, grant: StreamGrant, last_id: str, receive: Receive, send: Send) -> None:
        self._open += 1
        gone = asyncio.ensure_future(_hang_up(receive))
        stream: Stream | None = None
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            stream = self._hub.open(grant, send)
            self._checked.setdefault(grant.workspace_id, time.monotonic())
            self._greet(stream, last_id)
            gone.add_done_callback(lambda _: stream.end())
            if self._is_closing:
                stream.end()
            await stream.over
        finally:
            self._open -= 1
            if stream is not None:
                self._hub.close(stream)
            is_there = gone.cancel()
        if is_there:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WORDS_SECONDS):
                    await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _greet(self, stream: Stream, last_id: str) -> None:
        topics, position = self._hub.missed(stream.grant, last_id)
        stream.write(b"retry: 1000\nid: %s\nevent: ready\ndata: {}\n\n" % position.encode())
        if topics:
            stream.hint(hint_of(topics, position), topics, position)

    async def _keep_alive(self, streams: list[Stream]) -> None:
        now = time.monotonic()
        for place, stream in enumerate(streams, 1):
            if stream.is_stuck(now):
                stream.end()
            elif now - stream.wrote_at > _HEARTBEAT_SECONDS:
                stream.write(b": still here\n\n")
            if place % _AT_ONCE == 0:
                await asyncio.sleep(0)

    def _is_due(self, workspace_id: UUID) -> bool:
        now = time.monotonic()
        return now - self._checked.setdefault(workspace_id, now) >= _RECHECK_SECONDS

    async def _recheck(self, workspace_id: UUID, streams: list[Stream]) -> None:
        """All streams of a workspace in one query, so that the many cost no more than the few."""
        try:
            allowed = await self._may_watch(workspace_id, [stream.grant for stream in streams])
        except DATABASE_AWAY:
            if time.monotonic() - self._checked[workspace_id] < _UNCHECKED_SECONDS:
                return
            allowed = set()
        self._checked[workspace_id] = time.monotonic()
        for stream in streams:
            if (stream.grant.membership_id, stream.grant.user_id) not in allowed:
                stream.write(b"event: over\ndata: {}\n\n")
                stream.end()

    async def _may_watch(self, workspace_id: UUID, grants: list[StreamGrant]) -> set[tuple[UUID, UUID]]:
        """Which of the memberships, with their people, may watch this workspace now."""
        wanted = list({grant.membership_id for grant in grants})
        async with workspace_transaction(self._pool, workspace_id) as connection:
            cursor = await connection.execute(
                statement("parley.engines", "realtime", "may_watch"),
                {"workspace": workspace_id, "membership": wanted},
            )
            rows = await cursor.fetchall()
        found = {(row["id"], row["user_id"]) for row in rows}
        return found & {(grant.membership_id, grant.user_id) for grant in grants}


async def _hang_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
