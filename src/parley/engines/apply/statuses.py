"""What became of our messages, and what was shown on them. Order and repeats do not matter."""

import json
from collections.abc import Collection, Mapping
from uuid import UUID

from parley.channels.gateways.neutral import ReactionChange, StatusChange
from parley.core.ids import new_id
from parley.engines.announcing import Fact
from parley.engines.apply.batch import Batch, sql
from parley.engines.database import Connection


async def apply_statuses(batch: Batch, changes: list[StatusChange]) -> None:
    """Append the statuses and derive the messages they are about; unknown messages' statuses wait."""
    if not changes:
        return
    cursor = await batch.connection.execute(
        sql("add_statuses"),
        {
            **batch.parameters,
            "id": [new_id() for _ in changes],
            "provider_message_id": [change.provider_message_id for change in changes],
            "client_ref": [change.client_ref or "" for change in changes],
            "status": [change.kind for change in changes],
            "at": [change.at for change in changes],
            "error_code": [change.error_code or "" for change in changes],
            "error_message": [change.error_message or "" for change in changes],
            "raw": [json.dumps({"pricing": change.pricing} if change.pricing else {}) for change in changes],
        },
    )
    touched = {row["message_id"] for row in await cursor.fetchall() if row["message_id"] is not None}
    batch.facts += await derive(batch.connection, batch.workspace_id, touched)
    # A message that has just got its provider's id also gets what was said under that id before.
    adopted = await adopt_statuses(batch.connection, batch.parameters, touched)
    batch.facts += await derive(batch.connection, batch.workspace_id, adopted)


async def adopt_statuses(
    connection: Connection, parameters: Mapping[str, object], message_ids: Collection[UUID]
) -> set[UUID]:
    """Give these messages the statuses that overtook them. Returns which had any."""
    if not message_ids:
        return set()
    cursor = await connection.execute(sql("adopt_statuses"), {**parameters, "id": list(message_ids)})
    return {row["id"] for row in await cursor.fetchall()}


async def derive(connection: Connection, workspace_id: UUID, message_ids: set[UUID]) -> list[Fact]:
    """Set the times and the state of messages from their statuses. Returns what to announce."""
    if not message_ids:
        return []
    cursor = await connection.execute(
        sql("derive_statuses"), {"workspace": workspace_id, "message_id": list(message_ids)}
    )
    return [
        Fact(
            "message.status_changed",
            "message",
            row["id"],
            {"conversation_id": row["conversation_id"], "status": row["status"]},
            ("inbox", f"conversation:{row['conversation_id']}"),
        )
        for row in await cursor.fetchall()
    ]


async def apply_reactions(batch: Batch, changes: list[ReactionChange]) -> None:
    """Show the newest reaction of each side; one on a message that we do not have is left out."""
    newest: dict[tuple[str, bool], ReactionChange] = {}
    for change in changes:
        before = newest.get((change.target_id, change.from_us))
        if before is None or before.at <= change.at:
            newest[change.target_id, change.from_us] = change
    if not newest:
        return
    cursor = await batch.connection.execute(
        sql("add_reactions"),
        {
            **batch.parameters,
            "id": [new_id() for _ in newest],
            "target_id": [change.target_id for change in newest.values()],
            "from_us": [change.from_us for change in newest.values()],
            "emoji": [change.emoji for change in newest.values()],
            "at": [change.at for change in newest.values()],
        },
    )
    touched = [row["message_id"] for row in await cursor.fetchall()]
    cursor = await batch.connection.execute(
        sql("conversations_of_messages"), {**batch.parameters, "id": touched}
    )
    batch.facts += [
        Fact(
            "reaction.changed",
            "message",
            row["id"],
            {"conversation_id": row["conversation_id"]},
            (f"conversation:{row['conversation_id']}",),
        )
        for row in await cursor.fetchall()
    ]
