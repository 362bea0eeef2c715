"""One channel's turn: hold the lease, claim only what leaves at once, send, write down."""

import asyncio
from contextlib import suppress
from uuid import UUID

import structlog

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import Accepted, Credentials, GatewayError, OutboundMessage
from parley.core.environment import Environment
from parley.core.http import HttpClient
from parley.core.storage import StorageFailed
from parley.engines.database import DATABASE_AWAY, Pool
from parley.engines.sender.claims import Claim, claim
from parley.engines.sender.lease import Lease, release_lease, renew_lease, take_lease
from parley.engines.sender.outcomes import NOT_STARTED, NotSendable, Recorder, outcome_of
from parley.engines.sender.pacing import Pace
from parley.engines.wakeups import Wakeup

log = structlog.get_logger(__name__)

_MOST_IN_FLIGHT = 32
_DEFAULT_PER_SECOND = 80
"""Cloud API's default throughput of a number, messages a second."""


class ChannelSender:
    """Sends for one channel until nothing is left to send for a while, or the lease is lost."""

    def __init__(
        self, environment: Environment, pool: Pool, http: HttpClient, *,
        workspace_id: UUID, channel_id: UUID, holder: UUID,
    ) -> None:  # fmt: skip
        self._environment = environment
        self._pool = pool
        self._http = http
        self._place = {"workspace_id": workspace_id, "channel_id": channel_id, "holder": holder}
        self._wakeup = Wakeup(environment.poll_seconds)
        self._pace = Pace(per_second=_DEFAULT_PER_SECOND, limits_pairs=False)
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
        idle = 0.0
        while not self._stopping and lease.is_held and idle < lease.seconds:
            room = min(_MOST_IN_FLIGHT - len(self._in_flight), self._pace.room())
            count = await self._turn(lease, recorder, room) if room > 0 else 0
            if count:
                idle = 0.0
                continue
            if room <= 0 and len(self._in_flight) < _MOST_IN_FLIGHT:
                await asyncio.sleep(self._pace.wait_seconds())
                continue
            await self._wakeup.wait()
            idle = 0.0 if self._in_flight else idle + self._environment.poll_seconds

    async def _turn(self, lease: Lease, recorder: Recorder, room: int) -> int:
        """Claim and let go. Only what leaves at once is claimed: a death here leaves little in doubt."""
        claimed = await claim(self._pool, lease, most=room, pace=self._pace)
        if claimed is None:
            return 0
        self._adjust_pace(claimed.provider, claimed.throughput)
        for item in claimed.claims:
            self._pace.sent(item.contact_id)
            task = asyncio.create_task(
                self._send(lease, recorder, claimed.provider, claimed.credentials, item)
            )
            self._in_flight.add(task)
            task.add_done_callback(self._landed)
        return len(claimed.claims)

    def _adjust_pace(self, provider: str, throughput: int | None) -> None:
        per_second = throughput or _DEFAULT_PER_SECOND
        if self._pace.is_for(per_second, limits_pairs=gateway_for(provider).has_window):
            return
        self._pace = Pace(per_second=per_second, limits_pairs=gateway_for(provider).has_window)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        self._wakeup.wake()
        if not task.cancelled() and task.exception() is not None:
            log.error("sender.task_died", exc_info=task.exception())

    async def _send(
        self, lease: Lease, recorder: Recorder, provider: str, credentials: Credentials, item: Claim
    ) -> None:
        result: Accepted | Exception
        try:
            message = await asyncio.to_thread(item.outbound)
        except Exception as error:  # nothing has left
            log.exception("sender.not_sendable", message=str(item.id))
            result = error if isinstance(error, StorageFailed) else NotSendable(type(error).__name__)
        else:
            result = await self._ask(lease, provider, credentials, message)
        recorder.add(outcome_of(item, result, retry_seconds=self._environment.send_retry_seconds))

    async def _ask(
        self, lease: Lease, provider: str, credentials: Credentials, message: OutboundMessage
    ) -> Accepted | Exception:
        if not lease.is_held:
            return NOT_STARTED
        try:
            return await gateway_for(provider).send(self._http, credentials, message)
        except GatewayError as error:
            return error
        except Exception as error:  # it may have left: uncertain, whatever it was
            log.exception("sender.answer_not_understood", message=str(message.message_id))
            return error
