"""The live door: `/events?token=…`, server-sent events for one open screen."""

import asyncio
import json
import time
from urllib.parse import parse_qs

from parley.core.keys import keys
from parley.core.sql import statement
from parley.core.stream_token import StreamGrant, read
from parley.engines.asgi import Receive, Scope, Send, refuse
from parley.engines.database import DATABASE_AWAY, Pool, workspace_transaction
from parley.engines.realtime.hub import Hub, Stream

PATH = "/events"
_HEARTBEAT_SECONDS = 15.0
_RECHECK_SECONDS = 30.0
_MOST_STREAMS = 20_000


class Events:
    """Answers one stream request, and keeps answering until the reader goes or may not watch any more."""

    def __init__(self, pool: Pool, hub: Hub) -> None:
        self._pool = pool
        self._hub = hub
        self._open = 0
        self._closing = asyncio.Event()

    def close(self) -> None:
        """End every stream; browsers come back to whoever serves next."""
        self._closing.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        grant = read(token, keys().stream_token_key)
        try:
            allowed = grant is not None and await self._may_watch(grant)
        except DATABASE_AWAY:
            await refuse(send, 503, "unavailable", "The database is away.", headers={"retry-after": "2"})
            return
        if grant is None or not allowed:
            await refuse(send, 401, "token", "This page's stream token is over. Fetch a new one.")
        elif self._open >= _MOST_STREAMS:
            await refuse(send, 503, "overloaded", "Too many open streams.", headers={"retry-after": "10"})
        else:
            await self._serve(grant, receive, send)

    async def _serve(self, grant: StreamGrant, receive: Receive, send: Send) -> None:
        stream = self._hub.open(grant)
        self._open += 1
        gone = asyncio.create_task(_hang_up(receive))
        closing = asyncio.create_task(self._closing.wait())
        writing = asyncio.create_task(self._write(stream, send))
        try:
            await asyncio.wait({gone, closing, writing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (gone, closing, writing):
                task.cancel()
            await asyncio.gather(gone, closing, writing, return_exceptions=True)
            self._hub.close(stream)
            self._open -= 1
        if not gone.done() or gone.cancelled():
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _write(self, stream: Stream, send: Send) -> None:
        headers = [
            (b"content-type", b"text/event-stream"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await _body(send, b"retry: 1000\nevent: ready\ndata: {}\n\n")
        checked = time.monotonic()
        while True:
            topics = await stream.next(_HEARTBEAT_SECONDS)
            if time.monotonic() - checked > _RECHECK_SECONDS:
                checked = time.monotonic()
                if not await self._still_may_watch(stream.grant):
                    await _body(send, b"event: over\ndata: {}\n\n")
                    return
            if topics:
                data = json.dumps({"topics": topics}, separators=(",", ":")).encode()
                await _body(send, b"event: changed\ndata: " + data + b"\n\n")
            else:
                await _body(send, b": still here\n\n")

    async def _still_may_watch(self, grant: StreamGrant) -> bool:
        try:
            return await self._may_watch(grant)
        except DATABASE_AWAY:
            return False

    async def _may_watch(self, grant: StreamGrant) -> bool:
        async with workspace_transaction(self._pool, grant.workspace_id) as connection:
            cursor = await connection.execute(
                statement("parley.engines", "realtime", "may_watch"),
                {"workspace": grant.workspace_id, "membership": grant.membership_id, "user": grant.user_id},
            )
            row = await cursor.fetchone()
        return row is not None and bool(row["allowed"])


async def _hang_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _body(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})
