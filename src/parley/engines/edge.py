"""The edge: webhooks in, live hints out. Bare ASGI; it never imports Django."""

import asyncio
import os
import signal
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any

import structlog

from parley.core.environment import Environment, environment
from parley.engines.asgi import App, Receive, Scope, Send, refuse
from parley.engines.database import Pool, open_pool
from parley.engines.health import PATHS as HEALTH_PATHS
from parley.engines.health import Health
from parley.engines.ingest.directory import Directory
from parley.engines.ingest.group_commit import GroupCommit
from parley.engines.ingest.hooks import PREFIX as HOOKS_PREFIX
from parley.engines.ingest.hooks import Hooks
from parley.engines.realtime.events import PATH as EVENTS_PATH
from parley.engines.realtime.events import Events
from parley.engines.realtime.hub import Hub
from parley.engines.wakeups import INBOUND, LIVE, Bell, listen

log = structlog.get_logger(__name__)


async def _nothing_here(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
    await refuse(send, 404, "not_found", "Nothing here.")


class Edge:
    """An ASGI application. Paths that are not the edge's own go to `rest`."""

    def __init__(self, settings: Environment | None = None, *, rest: App = _nothing_here) -> None:
        self._environment = settings or environment()
        self._rest = rest
        self._stack = AsyncExitStack()
        self._engines: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["path"].startswith(HOOKS_PREFIX):
            await self._hooks(scope, receive, send)
        elif scope["path"] == EVENTS_PATH:
            await self._events(scope, receive, send)
        elif scope["path"] in HEALTH_PATHS:
            await self._health(scope, receive, send)
        else:
            await self._rest(scope, receive, send)

    def close_streams(self) -> None:
        """End the open streams, which would otherwise never end. Called before a graceful stop."""
        if self._engines:
            self._events.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _start(self) -> None:
        pool: Pool = await self._stack.enter_async_context(open_pool(self._environment))
        bell = Bell(pool, INBOUND)
        commit = GroupCommit(self._environment, on_kept=bell.ring)
        hub = Hub(pool, poll_seconds=self._environment.poll_seconds)
        self._hooks = Hooks(self._environment, Directory(pool), commit)
        self._events = Events(pool, hub)
        self._health = Health(self._environment, pool)
        self._run(commit.run())
        self._run(bell.run())
        self._run(hub.run())
        self._run(self._events.run())
        self._run(listen(self._environment, {LIVE: hub.on_notify}, on_gap=hub.on_gap))
        log.info("edge.ready")

    def _run(self, engine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(engine)
        task.add_done_callback(_must_not_end)
        self._engines.append(task)

    async def _stop(self) -> None:
        self._events.close()
        for task in self._engines:
            task.cancel()
        await asyncio.gather(*self._engines, return_exceptions=True)
        await self._stack.aclose()
        log.info("edge.stopped")


def _must_not_end(task: asyncio.Task[None]) -> None:
    """An engine that dies of a fault takes its process with it: the supervisor starts a new one."""
    if task.cancelled() or task.exception() is None:
        return
    log.critical("edge.engine_died", exc_info=task.exception())
    os.kill(os.getpid(), signal.SIGTERM)
