"""The sender's process: find channels with something to send, and give each its turn."""

import asyncio
import resource
import signal
from collections import OrderedDict
from uuid import UUID, uuid4

import structlog
from prometheus_client import start_http_server

from parley.core.environment import Environment
from parley.core.http import HttpClient, Timeouts
from parley.engines.database import DATABASE_AWAY, Pool, open_pool, platform_transaction
from parley.engines.measures import leases_held
from parley.engines.sender.channel_sender import ChannelSender, Remembered
from parley.engines.sender.in_flight import Sky
from parley.engines.sender.statements import sql
from parley.engines.wakeups import OUTBOUND, Wakeup, listen

log = structlog.get_logger(__name__)

Place = tuple[UUID, UUID]
"""Workspace and channel."""

_MOST_REMEMBERED = 1_000
_CONNECTIONS = 2_000
_FILES = 8_192


class SenderEngine:
    """Runs one `ChannelSender` for each channel that it owns. Any number of engines may run."""

    def __init__(self, environment: Environment, pool: Pool, http: HttpClient) -> None:
        self._environment = environment
        self._pool = pool
        self._http = http
        self._holder = uuid4()
        self._active: dict[Place, ChannelSender] = {}
        self._tasks: dict[Place, asyncio.Task[None]] = {}
        self._memory: OrderedDict[Place, Remembered] = OrderedDict()
        self._sky = Sky()
        self._wakeup = Wakeup(environment.poll_seconds)
        self._stopping = False

    async def run(self) -> None:
        """Send until `stop`. Then what has left is waited for and the leases are released."""
        listener = asyncio.create_task(
            listen(self._environment, {OUTBOUND: self._on_queued}, on_gap=self._wakeup.wake)
        )
        try:
            while not self._stopping:
                await self._look_for_work()
                await self._wakeup.wait()
        finally:
            listener.cancel()
            for sender in self._active.values():
                sender.stop()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def stop(self) -> None:
        self._stopping = True
        self._wakeup.wake()

    async def _look_for_work(self) -> None:
        try:
            async with platform_transaction(self._pool) as connection:
                rows = await (await connection.execute(sql("channels_with_work"))).fetchall()
        except DATABASE_AWAY as error:
            log.warning("sender.database_away", reason=type(error).__name__)
            return
        for row in rows:
            self._give_turn((row["workspace_id"], row["channel_id"]))

    def _on_queued(self, payload: str) -> None:
        try:
            workspace, channel = payload.split(":")
            place = UUID(workspace), UUID(channel)
        except ValueError:
            self._wakeup.wake()
            return
        self._give_turn(place)

    def _give_turn(self, place: Place) -> None:
        if place in self._active:
            self._active[place].wake()
            return
        if self._stopping:
            return
        sender = ChannelSender(
            self._environment, self._pool, self._http, workspace_id=place[0], channel_id=place[1],
            holder=self._holder, sky=self._sky, remembered=self._remembered(place),
        )  # fmt: skip
        self._active[place] = sender
        task = self._tasks[place] = asyncio.create_task(sender.run())
        leases_held.set(len(self._active))
        task.add_done_callback(lambda done: self._turn_over(place, done))

    def _remembered(self, place: Place) -> Remembered:
        """What was learned of the channel before, if it is not too long ago."""
        found = self._memory.setdefault(place, Remembered())
        self._memory.move_to_end(place)
        for other in list(self._memory)[: max(0, len(self._memory) - _MOST_REMEMBERED)]:
            if other not in self._active:
                del self._memory[other]
        return found

    def _turn_over(self, place: Place, task: asyncio.Task[None]) -> None:
        self._active.pop(place, None)
        self._tasks.pop(place, None)
        leases_held.set(len(self._active))
        error = None if task.cancelled() else task.exception()
        if isinstance(error, DATABASE_AWAY):
            log.warning("sender.turn_interrupted", reason=type(error).__name__)
        elif error is not None:
            log.error("sender.turn_failed", channel=str(place[1]), exc_info=error)


async def run_sender(environment: Environment) -> None:
    """The whole process, until SIGTERM or SIGINT."""
    _open_many_files()
    seconds = environment.send_timeout_seconds
    timeouts = Timeouts(connect=min(5.0, seconds), read=seconds, total=seconds)
    async with (
        open_pool(environment) as pool,
        HttpClient(environment.gateway_networks, timeouts=timeouts, connections=_CONNECTIONS) as http,
    ):
        engine = SenderEngine(environment, pool, http)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, engine.stop)
        if environment.sender_metrics_port:
            start_http_server(environment.sender_metrics_port, addr="127.0.0.1")
        log.info("sender.ready")
        await engine.run()
    log.info("sender.stopped")


def _open_many_files() -> None:
    """A connection is a file, and some systems give a process 1,024 unless it asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < _FILES:
        most = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
