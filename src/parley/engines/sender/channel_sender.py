"""One channel's turn: hold the lease, claim only what leaves at once, send, write down."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from parley.core.environment import Environment
from parley.core.http import HttpClient
from parley.engines.database import DATABASE_AWAY, Pool, workspace_transaction
from parley.engines.sender.claims import Claim, claim
from parley.engines.sender.in_flight import Flight, Sky
from parley.engines.sender.lease import Lease, release_lease, renew_lease, take_lease
from parley.engines.sender.number import Number
from parley.engines.sender.outcomes import outcome_of
from parley.engines.sender.pacing import Pace, Pairs, Turn
from parley.engines.sender.recording import Recorder
from parley.engines.sender.sending import Sending
from parley.engines.wakeups import Wakeup

log = structlog.get_logger(__name__)

_MOST_UNRECORDED = 1_000
_LOOK_AT = 200
"""How many are judged at once where none of the last could leave."""


@dataclass(slots=True)
class Remembered:
    """What a process keeps of a channel between its turns: good while nobody else had the lease."""

    fence: int = -1
    pace: Pace | None = None
    number: Number = field(default_factory=Number)
    flight: Flight = field(default_factory=Flight)


class ChannelSender:
    """Sends for one channel until nothing is left to send for a while, or the lease is lost."""

    def __init__(
        self, environment: Environment, pool: Pool, http: HttpClient, *,
        workspace_id: UUID, channel_id: UUID, holder: UUID, sky: Sky, remembered: Remembered,
    ) -> None:  # fmt: skip
        self._environment = environment
        self._pool = pool
        self._http = http
        self._place = {"workspace_id": workspace_id, "channel_id": channel_id, "holder": holder}
        self._wakeup = Wakeup(environment.poll_seconds)
        self._sky = sky
        self._memory = remembered
        self._pace = Pace(0)
        self._in_flight: set[asyncio.Task[None]] = set()
        self._stopping = False

    def wake(self) -> None:
        self._wakeup.wake()

    def stop(self) -> None:
        """Claim nothing more; what has left is waited for."""
        self._stopping = True
        self._wakeup.wake()

    async def run(self) -> None:
        """One turn as owner of the channel. Returns at once while another sender owns it."""
        seconds = self._environment.lease_seconds
        lease = await take_lease(self._pool, seconds=seconds, **self._place)
        if lease is None:
            return
        recorder = Recorder(self._pool, lease)
        over = asyncio.Event()
        helpers = [asyncio.create_task(self._keep(lease, over)), asyncio.create_task(recorder.run())]
        try:
            async with workspace_transaction(self._pool, lease.workspace_id) as connection:
                is_ours = await self._memory.number.read(connection, lease)
            if is_ours:
                self._set_pace(lease)
                await self._send_all(lease, recorder)
        finally:
            # Also when the database went away meanwhile: only this process will ever hear these answers.
            if self._in_flight:
                await asyncio.wait(self._in_flight)
            # Told, not cancelled: inside a query that breaks off a cancellation can get lost, and waiting for
            # it would hold the channel for ever.
            over.set()
            recorder.stop()
            await asyncio.gather(*helpers, return_exceptions=True)
            try:
                await recorder.flush()
            finally:
                await release_lease(self._pool, lease)

    async def _keep(self, lease: Lease, over: asyncio.Event) -> None:
        while lease.deadline:
            with suppress(TimeoutError):
                async with asyncio.timeout(lease.seconds / 3):
                    await over.wait()
                return
            try:
                if not await renew_lease(self._pool, lease):
                    log.warning("sender.lease_lost", channel=str(lease.channel_id))
            except DATABASE_AWAY as error:
                log.warning("sender.lease_not_renewed", reason=type(error).__name__)

    async def _send_all(self, lease: Lease, recorder: Recorder) -> None:
        """Claim whenever enough may leave to be worth a transaction, or something is new."""
        idle, look = 0.0, 0
        while not self._stopping and lease.is_held and idle < lease.seconds:
            room = self._room(recorder)
            count, look = await self._turn(lease, recorder, room, look) if room > 0 else (0, look)
            if count:
                idle = 0.0
                continue
            await self._pause(room)
            idle = 0.0 if self._in_flight else idle + self._environment.poll_seconds

    def _room(self, recorder: Recorder) -> int:
        """How many to claim now. Where no pace gathers them, half of what may fly has to have landed."""
        flight = self._memory.flight
        free = min(flight.most - len(self._in_flight), _MOST_UNRECORDED - recorder.waiting)
        if free < (1 if self._pace.limits[0] else flight.most // 2):
            return 0
        return self._pace.room(min(free, self._sky.room()))

    async def _pause(self, room: int) -> None:
        """Until a message landed, one was queued, a place came free, or it is time to look."""
        slow = self._memory.number.slow_seconds
        if slow > 0:
            await asyncio.sleep(min(slow, self._environment.poll_seconds))
            return
        seconds = self._pace.wait_seconds() if room <= 0 else self._environment.poll_seconds
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wakeup.wait()

    async def _turn(self, lease: Lease, recorder: Recorder, room: int, look: int) -> tuple[int, int]:
        """Claim and let go. Only what leaves at once is claimed: a death here leaves little in doubt.

        How many were decided on, and how many to look at next time: more, where all of them had to wait.
        """
        memory = self._memory
        pace = self._pace
        claimed = await claim(self._pool, lease, memory.number, pace=pace, most=room, look=look)
        if claimed is None:
            return 0, 0
        # Another pace that this claim brought counts from the next one on: here were as many places as asked.
        self._set_pace(lease)
        sending = Sending(self._http, lease, memory.number, pace)
        for item in claimed.claims:
            turn = pace.take(is_bulk=item.is_bulk)
            task = asyncio.create_task(self._send(sending, recorder, item, turn))
            self._in_flight.add(task)
            self._sky.taken += 1
            task.add_done_callback(self._landed)
        return claimed.decided, _LOOK_AT if claimed.decided and not claimed.claims else 0

    def _set_pace(self, lease: Lease) -> None:
        """As the channel's row says. What was sent under another pace, or by another sender, counts."""
        memory, number, now = self._memory, self._memory.number, time.monotonic()
        is_ours = memory.pace is not None and memory.fence in {lease.fence, lease.fence - 1}
        limits = (number.per_second, number.bulk_per_second)
        if is_ours and memory.pace is not None and memory.pace.limits == limits:
            self._pace, memory.fence = memory.pace, lease.fence
            return
        spoke_ago = 0.0 if is_ours else lease.spoke_ago
        quiet = now if spoke_ago is None else now + max(0.0, 1.1 - spoke_ago)
        pairs = memory.pace.pairs if is_ours and memory.pace is not None else None
        if pairs is None and number.has_window:
            pairs = Pairs(knows_all=lease.spoke_ago is None)
        self._pace = Pace(limits[0], bulk_per_second=limits[1], pairs=pairs, quiet_until=quiet)
        memory.pace, memory.fence = self._pace, lease.fence

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        self._sky.taken -= 1
        self._wakeup.wake()
        if not task.cancelled() and task.exception() is not None:
            log.error("sender.task_died", exc_info=task.exception())

    async def _send(self, sending: Sending, recorder: Recorder, item: Claim, turn: Turn) -> None:
        result = await sending.send(item, turn)
        recorder.add(outcome_of(item, result, retry_seconds=self._environment.send_retry_seconds))
        if turn.used_at is not None:
            self._memory.flight.landed(time.monotonic() - turn.used_at)
