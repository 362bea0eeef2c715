"""Announcing facts from an engine: the same rows and the same wake-up that `parley.core.events` writes."""

import json
from dataclasses import dataclass
from uuid import UUID

from parley.core.ids import new_id
from parley.core.live import live_payload
from parley.core.sql import statement
from parley.engines.database import Connection


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the event log to be. `data` holds ids, states and times, no personal text."""

    type: str
    object_type: str
    object_id: UUID
    data: dict[str, object]
    topics: tuple[str, ...]


async def announce(connection: Connection, workspace_id: UUID, facts: list[Fact]) -> None:
    """Write the facts into the running transaction; open screens hear of them when it commits."""
    if not facts:
        return
    await connection.execute(
        statement("parley.engines", "apply", "announce"),
        {
            "workspace": workspace_id,
            "id": [new_id() for _ in facts],
            "type": [fact.type for fact in facts],
            "object_type": [fact.object_type for fact in facts],
            "object_id": [fact.object_id for fact in facts],
            "data": [json.dumps(fact.data, default=str) for fact in facts],
            "topics": [" ".join(fact.topics) for fact in facts],
        },
    )
    topics = {topic for fact in facts for topic in fact.topics}
    await connection.execute(
        statement("parley.engines", "apply", "notify"), {"payload": live_payload(workspace_id, topics)}
    )
