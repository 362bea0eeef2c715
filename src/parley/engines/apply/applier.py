"""The applier: raw events become messages, statuses and states, in batches, in the order of each channel.

A batch is one transaction. Only when it fails is a smaller one taken apart in savepoints, so that a bad event
is parked, visible and retryable, and never blocks the rest.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from psycopg import errors

from parley import __version__
from parley.engines.apply.batch import Batch, ChannelRow, StoredEvent, sql
from parley.engines.apply.stages import apply_stages
from parley.engines.apply.translating import translated
from parley.engines.database import (
    DATABASE_AWAY,
    Connection,
    Pool,
    is_away,
    platform_transaction,
    workspace_transaction,
)
from parley.engines.measures import apply_seconds, events_applied, messages_repaired
from parley.engines.wakeups import Wakeup

log = structlog.get_logger(__name__)

_MOST_EVENTS = 1_000
_MOST_IN_PARTS = 50
"""In savepoints of one each, as many as fit well into one transaction."""
_MOST_BYTES = 8 * 1024 * 1024
_CHANNELS_AT_ONCE = 4
_CHANNELS_A_TURN = 200
_LONG_BATCH = 1.0
_SHORT_BATCH = 0.4
"""Seconds. What is applied is seen when its batch ends, so a slow machine gets smaller ones."""
_LONGEST_TURN = 1.0
"""Seconds that a channel may go on while others wait for their turn."""
_RETRIED_AT_ONCE = 500
_START = (UUID(int=0), UUID(int=0))


class Applier:
    """Applies what ingest kept. Any number may run: a channel is worked on by one at a time."""

    def __init__(self, pool: Pool, wakeup: Wakeup) -> None:
        self._pool = pool
        self._wakeup = wakeup
        self._turns = asyncio.Semaphore(_CHANNELS_AT_ONCE)
        self._most: dict[UUID, int] = {}
        self._after = _START

    async def run(self) -> None:
        """Apply what waits, for ever. What another version could not read is tried again first."""
        has_retried = False
        while True:
            try:
                has_retried = has_retried or await self.retry_parked()
                more = await self.apply_all()
            except DATABASE_AWAY as error:
                log.warning("apply.database_away", reason=type(error).__name__)
                more = False
            if not more:
                await self._wakeup.wait()

    async def retry_parked(self, version: str = __version__) -> bool:
        """Let everything that another version parked wait once more. True when all of it does."""
        while True:
            async with platform_transaction(self._pool) as connection:
                cursor = await connection.execute(
                    sql("retry_parked"), {"version": version, "most": _RETRIED_AT_ONCE}
                )
            if cursor.rowcount < _RETRIED_AT_ONCE:
                return True

    async def apply_all(self) -> bool:
        """One turn over channels with new events, the next ones each time. True when there may be more.

        A channel that cannot be worked on at all waits for the next round, and costs the others nothing.
        """
        rows = await self._next_channels()
        turns = [self._take_turn(row["workspace_id"], row["channel_id"]) for row in rows]
        ends = await asyncio.gather(*turns, return_exceptions=True)
        for row, end in zip(rows, ends, strict=True):
            if isinstance(end, Exception) and not is_away(end):
                log.error("apply.channel_failed", channel=str(row["channel_id"]), exc_info=end)
            elif isinstance(end, BaseException):
                raise end
        return any(end is True for end in ends) or self._after != _START

    async def _next_channels(self) -> list[dict[str, Any]]:
        workspace_id, channel_id = self._after
        limits = {"after_workspace": workspace_id, "after_channel": channel_id, "most": _CHANNELS_A_TURN}
        async with platform_transaction(self._pool) as connection:
            rows = await (await connection.execute(sql("channels_with_work"), limits)).fetchall()
        is_full = len(rows) == _CHANNELS_A_TURN
        self._after = (rows[-1]["workspace_id"], rows[-1]["channel_id"]) if is_full else _START
        return rows

    async def _take_turn(self, workspace_id: UUID, channel_id: UUID) -> bool:
        """Apply a channel's batches for a while. False when nothing was there, or another applier has it."""
        async with self._turns:
            until = time.monotonic() + _LONGEST_TURN
            count, most = await self._apply_some(workspace_id, channel_id)
            while count == most and time.monotonic() < until:
                count, most = await self._apply_some(workspace_id, channel_id)
        return count > 0

    async def _apply_some(self, workspace_id: UUID, channel_id: UUID) -> tuple[int, int]:
        """A batch, as large as went well lately. How many events it had, and how many it might have had."""
        most = self._most.get(channel_id, _MOST_EVENTS)
        began = time.monotonic()
        try:
            count = await self._apply_batch(workspace_id, channel_id, most=most, in_parts=False)
        except Exception as error:
            if isinstance(error, errors.DeadlockDetected):
                log.info("apply.deadlock", channel=str(channel_id))
                return most, most  # rolled back, and only the other one was in the way
            self._most[channel_id] = max(most // 4, 1)  # perhaps it only took too long
            if is_away(error):
                raise
            log.warning("apply.batch_failed", channel=str(channel_id), exc_info=error)
            most = min(most, _MOST_IN_PARTS)
            return await self._apply_batch(workspace_id, channel_id, most=most, in_parts=True), most
        self._adapt(channel_id, most, seconds=time.monotonic() - began)
        return count, most

    def _adapt(self, channel_id: UUID, most: int, *, seconds: float) -> None:
        if seconds > _LONG_BATCH:
            self._most[channel_id] = max(most // 2, 1)
        elif seconds < _SHORT_BATCH and most < _MOST_EVENTS:
            self._most[channel_id] = min(2 * most, _MOST_EVENTS)

    async def _apply_batch(self, workspace_id: UUID, channel_id: UUID, *, most: int, in_parts: bool) -> int:
        place = {"workspace": workspace_id, "channel": channel_id}
        async with workspace_transaction(self._pool, workspace_id) as connection:
            row = await (await connection.execute(sql("lock_channel"), place)).fetchone()
            if row is None:
                return 0  # another applier has it
            channel = ChannelRow(**row)
            limits = {"most": most, "most_bytes": _MOST_BYTES}
            rows = await (await connection.execute(sql("next_events"), {**place, **limits})).fetchall()
            if not rows:
                return 0
            stored = await translated(channel.provider, rows)
            batch = Batch(connection, workspace_id, channel, stored)
            batch.may_have_early = in_parts or (await batch.rows(sql("has_early")))[0]["has_early"]
            outcomes = await (self._apply_parts(batch) if in_parts else apply_stages(batch))
            await self._finish(connection, place, stored, outcomes)
        self._measure(stored, outcomes)
        messages_repaired.inc(sum(fact.type == "message.recovered" for fact in batch.facts))
        return len(stored)

    async def _apply_parts(self, batch: Batch) -> list[tuple[str, str]]:
        """The batch in a savepoint; where that fails its halves, down to the one event that is at fault."""
        try:
            async with batch.connection.transaction():
                return await apply_stages(batch)
        except Exception as error:
            if is_away(error):
                raise
            if len(batch.stored) == 1:
                event = batch.stored[0]
                reason = _reason(error)
                log.error("apply.parked", inbound_event=str(event.id), reason=reason)
                return [("parked", reason)]
        middle = len(batch.stored) // 2
        halves = [batch.part(batch.stored[:middle]), batch.part(batch.stored[middle:])]
        return [outcome for half in halves for outcome in await self._apply_parts(half)]

    async def _finish(
        self,
        connection: Connection,
        place: dict[str, UUID],
        stored: Sequence[StoredEvent],
        outcomes: Sequence[tuple[str, str]],
    ) -> None:
        await connection.execute(
            sql("finish_events"),
            {
                **place,
                "version": __version__,
                "id": [event.id for event in stored],
                "state": [state for state, _ in outcomes],
                "error": [reason for _, reason in outcomes],
            },
        )
        newest = max(event.received_at for event in stored)
        await connection.execute(sql("saw_activity"), {**place, "at": newest})

    def _measure(self, stored: Sequence[StoredEvent], outcomes: Sequence[tuple[str, str]]) -> None:
        for state, count in Counter(state for state, _ in outcomes).items():
            events_applied.labels(state).inc(count)
        now = datetime.now(UTC)
        for event in stored:
            apply_seconds.observe((now - event.received_at).total_seconds())


def _reason(error: Exception) -> str:
    first = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {first}"[:1_000]
