"""What became of our messages. Order and repeats do not matter."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import ChannelState, StatusChange
from parley.core.ids import new_id
from parley.engines.announcing import Fact
from parley.engines.apply.batch import Batch, as_json, sql
from parley.engines.apply.channels import apply_channel_states
from parley.engines.apply.consent import Stop, note_stops
from parley.engines.database import Connection


async def apply_statuses(
    batch: Batch, changes: list[StatusChange], *, named: Collection[UUID] = ()
) -> set[str]:
    """Append the statuses and derive the messages they are about; unknown messages' statuses wait.

    `named` are messages of ours that have just got the provider's id: they also get what was said under that
    id before. Returns the provider's ids of messages that are there.
    """
    if not changes and not named:
        return set()
    rows = await _add(batch, changes) if changes else []
    touched = {row["message_id"] for row in rows if row["message_id"] is not None}
    derived = await _derive(batch.connection, batch.workspace_id, touched)
    # Found by the id that we chose, a message has perhaps just got the provider's.
    by_ref = {change.provider_message_id for change in changes if change.client_ref}
    perhaps_named = {row["message_id"] for row in rows if row["provider_message_id"] in by_ref} & touched
    adopted = await adopt_statuses(batch.connection, batch.parameters, {*named, *perhaps_named})
    derived |= await _derive(batch.connection, batch.workspace_id, adopted)
    batch.facts += [fact_of(row) for row in derived.values()]
    await _follow_failures(batch, list(derived.values()))
    return {row["provider_message_id"] for row in rows if row["message_id"] is not None}


async def adopt_statuses(
    connection: Connection, parameters: Mapping[str, object], message_ids: Collection[UUID]
) -> set[UUID]:
    """Give these messages the statuses that overtook them. Returns which had any."""
    if not message_ids:
        return set()
    cursor = await connection.execute(
        sql("adopt_statuses", "statuses"), {**parameters, "id": list(message_ids)}
    )
    return {row["id"] for row in await cursor.fetchall()}


async def derive_late(
    connection: Connection, parameters: Mapping[str, object], message_ids: set[UUID]
) -> list[dict[str, Any]]:
    """Set the times and the state of messages from statuses that overtook their answer. Returns the messages
    as they are now, for `fact_of` and `failures_among`."""
    return list((await _derive(connection, UUID(str(parameters["workspace"])), message_ids)).values())


async def _add(batch: Batch, changes: list[StatusChange]) -> list[dict[str, Any]]:
    return await batch.rows(
        sql("add_statuses", "statuses"),
        id=[new_id() for _ in changes],
        provider_message_id=[change.provider_message_id for change in changes],
        client_ref=[change.client_ref or "" for change in changes],
        status=[change.kind for change in changes],
        at=[change.at for change in changes],
        error_code=[change.error_code or "" for change in changes],
        error_message=[change.error_message or "" for change in changes],
        raw=[as_json({"pricing": change.pricing}) if change.pricing else "{}" for change in changes],
    )


async def _derive(
    connection: Connection, workspace_id: UUID, message_ids: set[UUID]
) -> dict[UUID, dict[str, Any]]:
    if not message_ids:
        return {}
    cursor = await connection.execute(
        sql("derive_statuses", "statuses"), {"workspace": workspace_id, "message_id": list(message_ids)}
    )
    return {row["id"]: row for row in await cursor.fetchall()}


def fact_of(row: Mapping[str, Any]) -> Fact:
    """What is announced of a message whose statuses were derived."""
    return Fact(
        "message.status_changed",
        "message",
        row["id"],
        {"conversation_id": row["conversation_id"], "status": row["status"]},
        ("inbox", f"conversation:{row['conversation_id']}"),
    )


@dataclass(frozen=True, slots=True)
class Failures:
    """What failures say beyond their messages: who wants no marketing, and what ails the number."""

    stops: list[Stop]
    refusals: list[ChannelState]


def failures_among(provider: str, derived: Collection[Mapping[str, Any]]) -> Failures:
    """Read the codes of those that failed, in the provider's words."""
    failed = [row for row in derived if row["status"] == "failed" and row["error_code"]]
    gateway = gateway_for(provider)
    meaning = {code: gateway.consequence_of(code) for code in {row["error_code"] for row in failed}}
    return Failures(
        stops=[
            Stop(row["contact_id"], row["id"], row["error_code"], row["failed_at"])
            for row in failed
            if meaning[row["error_code"]] == "stop_person"
        ],
        refusals=[
            ChannelState(
                status="failed",
                at=row["failed_at"],
                detail=row["error_message"] or row["error_code"],
                is_refusal=True,
            )
            for row in failed
            if meaning[row["error_code"]] == "stop_number"
        ],
    )


async def _follow_failures(batch: Batch, derived: list[dict[str, Any]]) -> None:
    found = failures_among(batch.channel.provider, derived)
    batch.facts += await note_stops(batch.connection, batch.workspace_id, batch.channel.id, found.stops)
    if found.refusals:
        await apply_channel_states(batch, [max(found.refusals, key=lambda state: state.at)])
