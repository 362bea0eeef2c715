"""The applier: raw events become messages, statuses and states, in batches, in the order of each channel.

A batch is one transaction. Only when it fails is each event applied in its own savepoint, so that a bad one
is parked, visible and retryable, and never blocks the rest.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

import structlog
from msgspec import structs

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import (
    ChannelState,
    InboundMessage,
    Kept,
    NeutralEvent,
    ReactionChange,
    StatusChange,
)
from parley.engines.announcing import announce
from parley.engines.apply.batch import Batch, ChannelRow, StoredEvent, sql
from parley.engines.apply.channels import apply_channel_states
from parley.engines.apply.messages import apply_messages
from parley.engines.apply.statuses import apply_reactions, apply_statuses
from parley.engines.database import (
    DATABASE_AWAY,
    Connection,
    Pool,
    is_away,
    platform_transaction,
    workspace_transaction,
)
from parley.engines.measures import apply_seconds, events_applied
from parley.engines.wakeups import Wakeup

log = structlog.get_logger(__name__)

Kind = TypeVar("Kind", bound=NeutralEvent)

_MOST_EVENTS = 200
_MOST_BYTES = 8 * 1024 * 1024
_CHANNELS_AT_ONCE = 4


class Applier:
    """Applies what ingest kept. Any number may run: a channel is worked on by one at a time."""

    def __init__(self, pool: Pool, wakeup: Wakeup) -> None:
        self._pool = pool
        self._wakeup = wakeup
        self._turns = asyncio.Semaphore(_CHANNELS_AT_ONCE)

    async def run(self) -> None:
        """Apply what waits, for ever."""
        while True:
            try:
                more = await self.apply_all()
            except DATABASE_AWAY as error:
                log.warning("apply.database_away", reason=type(error).__name__)
                more = False
            if not more:
                await self._wakeup.wait()

    async def apply_all(self) -> bool:
        """One turn over every channel with new events. True when there may be more."""
        async with platform_transaction(self._pool) as connection:
            rows = await (await connection.execute(sql("channels_with_work"))).fetchall()
        turns = [self._apply_channel(row["workspace_id"], row["channel_id"]) for row in rows]
        return any(await asyncio.gather(*turns))

    async def _apply_channel(self, workspace_id: UUID, channel_id: UUID) -> bool:
        async with self._turns:
            try:
                count = await self._apply_batch(workspace_id, channel_id, one_by_one=False)
            except Exception as error:
                if is_away(error):
                    raise
                log.exception("apply.batch_failed", channel=str(channel_id), reason=type(error).__name__)
                count = await self._apply_batch(workspace_id, channel_id, one_by_one=True)
        return count > 0

    async def _apply_batch(self, workspace_id: UUID, channel_id: UUID, *, one_by_one: bool) -> int:
        place = {"workspace": workspace_id, "channel": channel_id}
        async with workspace_transaction(self._pool, workspace_id) as connection:
            row = await (await connection.execute(sql("lock_channel"), place)).fetchone()
            if row is None:
                return 0  # another applier has it
            channel = ChannelRow(**row)
            rows = await (
                await connection.execute(
                    sql("next_events"), {**place, "most": _MOST_EVENTS, "most_bytes": _MOST_BYTES}
                )
            ).fetchall()
            stored = [translated(channel.provider, **row) for row in rows]
            outcomes = (
                [await self._apply_one(connection, workspace_id, channel, event) for event in stored]
                if one_by_one
                else await self._apply_together(Batch(connection, workspace_id, channel, stored))
            )
            if stored:
                await self._finish(connection, place, stored, outcomes)
        for event, (state, _) in zip(stored, outcomes, strict=True):
            events_applied.labels(state).inc()
            apply_seconds.observe((datetime.now(UTC) - event.received_at).total_seconds())
        return len(stored)

    async def _apply_one(
        self, connection: Connection, workspace_id: UUID, channel: ChannelRow, event: StoredEvent
    ) -> tuple[str, str]:
        try:
            async with connection.transaction():
                return (await self._apply_together(Batch(connection, workspace_id, channel, [event])))[0]
        except Exception as error:
            if is_away(error):
                raise
            log.exception("apply.parked", inbound_event=str(event.id), channel=str(channel.id))
            return "parked", f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"

    async def _apply_together(self, batch: Batch) -> list[tuple[str, str]]:
        events = [event for stored in batch.stored for event in stored.events]
        await apply_channel_states(batch, only(ChannelState, events))
        messages = only(InboundMessage, events)
        answers = await apply_messages(batch, messages) if messages else []
        await apply_statuses(batch, [*answers, *only(StatusChange, events)])
        await apply_reactions(batch, only(ReactionChange, events))
        await announce(batch.connection, batch.workspace_id, batch.facts)
        return [stored.outcome for stored in batch.stored]

    async def _finish(
        self,
        connection: Connection,
        place: dict[str, UUID],
        stored: list[StoredEvent],
        outcomes: list[tuple[str, str]],
    ) -> None:
        await connection.execute(
            sql("finish_events"),
            {
                **place,
                "id": [event.id for event in stored],
                "state": [state for state, _ in outcomes],
                "error": [reason for _, reason in outcomes],
            },
        )
        newest = max(event.received_at for event in stored)
        await connection.execute(sql("saw_activity"), {**place, "at": newest})


def translated(provider: str, id: UUID, payload: dict[str, object], received_at: datetime) -> StoredEvent:  # noqa: A002
    """A row of `inbound_event` in neutral words. A translation that breaks parks its event, not the rest."""
    try:
        events = gateway_for(provider).translate(payload)
    except Exception as error:
        log.exception("apply.untranslatable", inbound_event=str(id))
        return StoredEvent(id, received_at, (), f"Not understood: {type(error).__name__}.", is_parked=True)
    # Their clock may be wrong: nothing that reached us was said after it reached us.
    useful = tuple(
        structs.replace(event, at=min(event.at, received_at))
        for event in events
        if not isinstance(event, Kept)
    )
    reasons = [event.reason for event in events if isinstance(event, Kept)]
    return StoredEvent(id, received_at, useful, "" if useful else ("; ".join(reasons) or "Nothing to apply."))


def only(kind: type[Kind], events: Iterable[NeutralEvent]) -> list[Kind]:
    return [event for event in events if isinstance(event, kind)]
