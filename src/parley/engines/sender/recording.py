"""Writing down what became of tries: in batches, again until the database takes it."""

import asyncio
import json
from collections.abc import Sequence
from uuid import UUID

import structlog
from psycopg.errors import UniqueViolation

from parley.engines.announcing import Fact, announce
from parley.engines.apply.consent import note_stops
from parley.engines.apply.statuses import adopt_statuses, derive_late, fact_of, failures_among
from parley.engines.database import DATABASE_AWAY, Connection, Pool, workspace_transaction
from parley.engines.measures import sends
from parley.engines.sender.lease import Lease
from parley.engines.sender.outcomes import UNSTORABLE, Outcome, without_answer
from parley.engines.sender.statements import sql

log = structlog.get_logger(__name__)

_MOST_AT_ONCE = 500
_GATHER_SECONDS = 0.005
"""What arrives in this time shares one transaction."""


class Recorder:
    """Writes outcomes in batches. While the database is away they are kept: the truth is only here."""

    def __init__(self, pool: Pool, lease: Lease) -> None:
        self._pool = pool
        self._lease = lease
        self._waiting: list[Outcome] = []
        self._arrived = asyncio.Event()
        self._is_stopping = False

    def add(self, outcome: Outcome) -> None:
        self._waiting.append(outcome)
        self._arrived.set()

    @property
    def waiting(self) -> int:
        """How many are not written yet."""
        return len(self._waiting)

    async def run(self) -> None:
        """Write what arrives, until `stop`."""
        while not self._is_stopping:
            await self._arrived.wait()
            self._arrived.clear()
            await asyncio.sleep(_GATHER_SECONDS)
            await self.flush()

    def stop(self) -> None:
        """Let `run` end once what has arrived is written."""
        self._is_stopping = True
        self._arrived.set()

    async def flush(self) -> None:
        """Write all that waits, trying again until the database takes it."""
        pause = 0.1
        while self._waiting:
            batch = self._waiting[:_MOST_AT_ONCE]
            try:
                await self._write_somehow(batch)
            except DATABASE_AWAY as error:
                log.warning("sender.outcomes_wait", count=len(batch), reason=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
                continue
            del self._waiting[: len(batch)]
            for outcome in batch:
                sends.labels(outcome.outcome).inc()

    async def _write_somehow(self, outcomes: Sequence[Outcome]) -> None:
        """One outcome that cannot be stored, such as an id given out twice, must not cost the others."""
        try:
            try:
                await self._write(outcomes)
            except UniqueViolation:  # the echo of one was faster than its answer; or an id came twice
                await self._write(outcomes, after_echo=True)
        except DATABASE_AWAY:
            raise
        except Exception:
            log.exception("sender.outcomes_refused", count=len(outcomes))
            if len(outcomes) > 1:
                for outcome in outcomes:
                    await self._write_somehow([outcome])
            elif outcomes[0].code != UNSTORABLE:
                await self._write_somehow([without_answer(outcomes[0])])

    async def _write(self, outcomes: Sequence[Outcome], *, after_echo: bool = False) -> None:
        lease = self._lease
        async with workspace_transaction(self._pool, lease.workspace_id) as connection:
            if after_echo:
                await _drop_doubles(connection, lease, outcomes)
            rows = await (await connection.execute(sql("record"), _columns(lease, outcomes))).fetchall()
            recorded: list[UUID] = [row["id"] for row in rows]
            adopted = await adopt_statuses(connection, lease.parameters, recorded)
            late = await _follow_late(connection, lease, adopted)
            await _remember_wa_ids(connection, lease, outcomes)
            facts = [
                Fact(
                    "message.status_changed",
                    "message",
                    row["id"],
                    {"conversation_id": row["conversation_id"], "status": row["status"]},
                    ("inbox", f"conversation:{row['conversation_id']}"),
                )
                for row in rows
            ]
            facts += await _spare_people(connection, lease, outcomes)
            facts += await _pause_channel(connection, lease, outcomes)
            await announce(connection, lease.workspace_id, [*facts, *late])


def _columns(lease: Lease, outcomes: Sequence[Outcome]) -> dict[str, object]:
    return {
        **lease.parameters,
        "id": [outcome.claim.id for outcome in outcomes],
        "attempt": [outcome.claim.attempt for outcome in outcomes],
        **{
            name: [getattr(outcome, name) for outcome in outcomes]
            for name in ("status", "outcome", "provider_message_id", "http_status", "code", "detail")
        },
        "delay": [float(outcome.delay) for outcome in outcomes],
    }  # fmt: skip


async def _drop_doubles(connection: Connection, lease: Lease, outcomes: Sequence[Outcome]) -> None:
    answered = [outcome for outcome in outcomes if outcome.provider_message_id]
    if not answered:
        return
    cursor = await connection.execute(
        sql("drop_echo_doubles"),
        {
            **lease.parameters,
            "id": [outcome.claim.id for outcome in answered],
            "provider_message_id": [outcome.provider_message_id for outcome in answered],
        },
    )
    doubles = [row["echo_id"] for row in await cursor.fetchall()]
    if doubles:
        await connection.execute(sql("delete_messages"), {**lease.parameters, "id": doubles})


async def _remember_wa_ids(connection: Connection, lease: Lease, outcomes: Sequence[Outcome]) -> None:
    answered = {
        outcome.claim.contact_id: outcome.wa_id
        for outcome in outcomes
        if outcome.wa_id and outcome.wa_id != (outcome.claim.row["addresses"] or {}).get("wa_id")
    }
    if answered:
        await connection.execute(
            sql("remember_wa_id"),
            {**lease.parameters, "contact_id": list(answered), "wa_id": list(answered.values())},
        )


async def _pause_channel(connection: Connection, lease: Lease, outcomes: Sequence[Outcome]) -> list[Fact]:
    slow = max((outcome.delay for outcome in outcomes if outcome.slows_channel), default=0.0)
    if slow:
        await connection.execute(sql("slow_down"), {**lease.parameters, "seconds": slow})
    stopping = next((outcome for outcome in outcomes if outcome.stops_channel), None)
    if stopping is None:
        return []
    return await _stop_channel(
        connection, lease, stopping.stops_channel, stopping.detail, is_refusal=stopping.outcome == "refused"
    )


async def _stop_channel(
    connection: Connection, lease: Lease, status: str, detail: str, *, is_refusal: bool
) -> list[Fact]:
    cursor = await connection.execute(
        sql("stop_channel"),
        {**lease.parameters, "status": status, "detail": detail, "is_refusal": is_refusal},
    )
    return [
        Fact(
            "channel.state_changed",
            "channel",
            lease.channel_id,
            {"status": status},
            (f"channel:{lease.channel_id}", "inbox"),
        )
        for _ in await cursor.fetchall()
    ]


async def _follow_late(connection: Connection, lease: Lease, adopted: set[UUID]) -> list[Fact]:
    """Statuses that overtook their answers: what they say of the message, and beyond it."""
    rows = await derive_late(connection, lease.parameters, adopted)
    facts = [fact_of(row) for row in rows]
    if not any(row["status"] == "failed" for row in rows):
        return facts
    channel = await (await connection.execute(sql("provider"), lease.parameters)).fetchone()
    found = failures_among(channel["provider"] if channel else "", rows)
    facts += await note_stops(connection, lease.workspace_id, lease.channel_id, found.stops)
    if found.refusals:
        last = max(found.refusals, key=lambda state: state.at)
        facts += await _stop_channel(connection, lease, last.status, last.detail or "", is_refusal=True)
    return facts


async def _spare_people(connection: Connection, lease: Lease, outcomes: Sequence[Outcome]) -> list[Fact]:
    """Who told the provider that they want no marketing is not written to for that any more."""
    told = {outcome.claim.contact_id: outcome for outcome in outcomes if outcome.stops_person}
    if not told:
        return []
    evidence = [
        json.dumps({"message": str(one.claim.id), "code": one.code}, separators=(",", ":"))
        for one in told.values()
    ]
    cursor = await connection.execute(
        sql("revoke_marketing"), {**lease.parameters, "contact_id": list(told), "evidence": evidence}
    )
    return [
        Fact(
            "consent.revoked",
            "contact",
            row["id"],
            {"purpose": "marketing"},
            ("inbox", f"contact:{row['id']}"),
        )
        for row in await cursor.fetchall()
    ]
