"""What became of a try, and writing it down. Accepted at most once; where nobody can know, uncertain."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from parley.channels.gateways.neutral import Accepted, ChannelNotWorking, GatewayError
from parley.core.storage import FileMissing, StorageFailed
from parley.engines.announcing import Fact, announce
from parley.engines.apply.statuses import adopt_statuses, derive
from parley.engines.database import DATABASE_AWAY, Connection, Pool, workspace_transaction
from parley.engines.measures import sends
from parley.engines.sender.claims import Claim
from parley.engines.sender.lease import Lease, sql

log = structlog.get_logger(__name__)

_GIVE_UP_AFTER = timedelta(hours=24)
_LONGEST_PAUSE = 300.0
_CHANNEL_PAUSE = 30.0
_UNSTORABLE = "answer_not_storable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one try. `status` is the message's next one; `delay` in seconds when it is queued again."""

    claim: Claim
    status: str
    outcome: str
    provider_message_id: str | None = None
    wa_id: str | None = None
    http_status: int | None = None
    code: str = ""
    detail: str = ""
    delay: float = 0.0
    slows_channel: bool = False
    stops_channel: str = ""


def outcome_of(claim: Claim, result: Accepted | Exception, *, retry_seconds: float) -> Outcome:
    """Judge an answer or a failure. An unknown failure counts as uncertain: it may have left."""
    if isinstance(result, Accepted):
        return Outcome(
            claim,
            "accepted",
            "accepted",
            provider_message_id=result.provider_message_id,
            wa_id=result.wa_id,
            http_status=result.http_status,
        )
    backoff = min(retry_seconds * 2 ** min(claim.attempt - 1, 16), _LONGEST_PAUSE)
    if isinstance(result, FileMissing):
        return Outcome(claim, "failed", "withheld", code="file_missing", detail=str(result))
    if isinstance(result, NotSendable):
        detail = f"This message cannot be sent as it is ({result})."
        return Outcome(claim, "failed", "withheld", code="not_sendable", detail=detail)
    if isinstance(result, StorageFailed | _NotStarted):
        return Outcome(claim, "queued", "withheld", detail=str(result), delay=backoff)
    if isinstance(result, GatewayError):
        return _judged(claim, result, backoff)
    detail = f"The answer was not understood ({type(result).__name__})."
    return Outcome(claim, "uncertain", "uncertain", code="not_understood", detail=detail)


class NotSendable(Exception):
    """The message could not be put into the provider's words: nothing left, nor would it next time."""


class _NotStarted(Exception):
    """The lease had run out before the request began: nothing left."""


NOT_STARTED = _NotStarted("The turn was over before the request began.")


def _judged(claim: Claim, error: GatewayError, backoff: float) -> Outcome:
    judged = Outcome(
        claim, "uncertain", error.kind, http_status=error.http_status, code=error.code, detail=error.message
    )
    if error.kind == "uncertain":
        return judged
    if error.stops_channel:
        stops = error.state if isinstance(error, ChannelNotWorking) else "failed"
        return replace(judged, status="queued", delay=_CHANNEL_PAUSE, stops_channel=stops)
    if error.kind == "refused":
        return replace(judged, status="failed")
    if datetime.now(UTC) - claim.created_at > _GIVE_UP_AFTER:
        return replace(judged, status="failed", code=error.code or "gave_up")
    delay = max(backoff, error.retry_after or 0.0)
    return replace(judged, status="queued", delay=delay, slows_channel=error.kind == "throttled")


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
    def is_empty(self) -> bool:
        return not self._waiting

    async def run(self) -> None:
        """Write what arrives, until `stop`."""
        while not self._is_stopping:
            await self._arrived.wait()
            self._arrived.clear()
            await self.flush()

    def stop(self) -> None:
        """Let `run` end once what has arrived is written."""
        self._is_stopping = True
        self._arrived.set()

    async def flush(self) -> None:
        """Write all that waits, trying again until the database takes it."""
        pause = 0.1
        while self._waiting:
            batch = list(self._waiting)
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
            await self._write(outcomes)
        except DATABASE_AWAY:
            raise
        except Exception:
            log.exception("sender.outcomes_refused", count=len(outcomes))
            if len(outcomes) > 1:
                for outcome in outcomes:
                    await self._write_somehow([outcome])
            elif outcomes[0].code != _UNSTORABLE:
                await self._write_somehow([_without_answer(outcomes[0])])

    async def _write(self, outcomes: Sequence[Outcome]) -> None:
        lease = self._lease
        async with workspace_transaction(self._pool, lease.workspace_id) as connection:
            await _drop_doubles(connection, lease, outcomes)
            rows = await (await connection.execute(sql("record"), _columns(lease, outcomes))).fetchall()
            recorded: list[UUID] = [row["id"] for row in rows]
            adopted = await adopt_statuses(connection, lease.parameters, recorded)
            late = await derive(connection, lease.workspace_id, adopted)
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
            facts += await _pause_channel(connection, lease, outcomes)
            await announce(connection, lease.workspace_id, [*facts, *late])


def _without_answer(outcome: Outcome) -> Outcome:
    return replace(
        outcome,
        status="uncertain",
        outcome="uncertain",
        provider_message_id=None,
        wa_id=None,
        code=_UNSTORABLE,
        detail="The provider's answer could not be stored.",
    )


def _columns(lease: Lease, outcomes: Sequence[Outcome]) -> dict[str, object]:
    return {
        **lease.parameters,
        "id": [outcome.claim.id for outcome in outcomes],
        "attempt": [outcome.claim.attempt for outcome in outcomes],
        **{
            name: [getattr(outcome, name) for outcome in outcomes]
            for name in (
                "status", "outcome", "provider_message_id", "http_status", "code", "detail", "delay",
            )
        },
    }  # fmt: skip


async def _drop_doubles(connection: Connection, lease: Lease, outcomes: Sequence[Outcome]) -> None:
    answered = [outcome for outcome in outcomes if outcome.provider_message_id]
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
    cursor = await connection.execute(
        sql("stop_channel"),
        {**lease.parameters, "status": stopping.stops_channel, "detail": stopping.detail},
    )
    return [
        Fact(
            "channel.state_changed",
            "channel",
            lease.channel_id,
            {"status": stopping.stops_channel},
            (f"channel:{lease.channel_id}", "inbox"),
        )
        for _ in await cursor.fetchall()
    ]
