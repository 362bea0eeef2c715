"""Being woken by the database, and not depending on it: NOTIFY may be lost, so every reader also polls."""

import asyncio
from collections.abc import Callable, Mapping

import structlog
from psycopg import AsyncConnection, Error

from parley.core.database_urls import listen_url
from parley.core.environment import Environment
from parley.engines.database import DATABASE_AWAY, Pool

log = structlog.get_logger(__name__)

INBOUND = "parley_inbound"
OUTBOUND = "parley_outbound"
LIVE = "parley_live"
EVENTS = "parley_event"

_ALIVE_SECONDS = 20.0
_LONGEST_PAUSE = 10.0
_BETWEEN_RINGS = 0.025
"""Seconds. Every NOTIFY is a commit that no other may pass."""


async def listen(
    environment: Environment,
    handlers: Mapping[str, Callable[[str], None]],
    *,
    on_gap: Callable[[], None],
) -> None:
    """Call the handler of a channel with each payload, for ever.

    `on_gap` is called whenever notifications may have been missed: at the start and after every reconnect.
    """
    url = listen_url(environment)
    pause = 0.2
    while True:
        try:
            connection = await AsyncConnection.connect(url, autocommit=True, connect_timeout=2)
            async with connection:
                for channel in handlers:
                    await connection.execute(f"LISTEN {channel}")
                on_gap()
                pause = 0.2
                await _deliver(connection, handlers)
        except (Error, OSError) as error:
            log.warning("listening.interrupted", reason=type(error).__name__, again_in=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


async def _deliver(
    connection: AsyncConnection[tuple[object, ...]], handlers: Mapping[str, Callable[[str], None]]
) -> None:
    while True:
        async for notice in connection.notifies(timeout=_ALIVE_SECONDS):
            handlers[notice.channel](notice.payload)
        async with asyncio.timeout(_ALIVE_SECONDS):
            await connection.execute("SELECT 1")  # a connection cut without a word is noticed here


class Wakeup:
    """An event with a timeout: `wait` returns when woken, or after the poll interval at the latest."""

    def __init__(self, poll_seconds: float) -> None:
        self._event = asyncio.Event()
        self._poll_seconds = poll_seconds

    def wake(self) -> None:
        self._event.set()

    async def wait(self) -> None:
        try:
            async with asyncio.timeout(self._poll_seconds):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()


class Bell:
    """Wakes whoever listens in other processes. Rung often, it rings some forty times a second."""

    def __init__(self, pool: Pool, channel: str) -> None:
        self._pool = pool
        # Nothing is lost with it that polling would not find: it need not wait for the disk.
        self._words = f"BEGIN; SET LOCAL synchronous_commit = off; NOTIFY {channel}; COMMIT"
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def run(self) -> None:
        """Ring when rung, for ever."""
        while True:
            await self._rung.wait()
            self._rung.clear()
            try:
                async with self._pool.connection() as connection:
                    await connection.execute(self._words)
            except DATABASE_AWAY as error:
                log.warning("ringing.interrupted", reason=type(error).__name__)
            await asyncio.sleep(_BETWEEN_RINGS)
