"""Announcing facts from an engine: the same rows and the same wake-up that `parley.core.events` writes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

import msgspec

from parley.core.ids import new_id
from parley.core.live import live_payload
from parley.core.sql import statement
from parley.engines.database import Connection

_TOPICS_AT_ONCE = 120
"""What fits into one notification. Of more than `_MOST_NOTICES` of them nobody would fetch less than all."""
_MOST_NOTICES = 20


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
            "data": [msgspec.json.encode(fact.data).decode() for fact in facts],
            "topics": [" ".join(fact.topics) for fact in facts],
        },
    )
    topics = sorted({topic for fact in facts for topic in fact.topics})
    await connection.execute(
        statement("parley.engines", "apply", "notify"),
        {"payloads": [live_payload(workspace_id, part) for part in _parts(topics)]},
    )


def _parts(topics: list[str]) -> Iterator[Iterable[str]]:
    if len(topics) > _TOPICS_AT_ONCE * _MOST_NOTICES:
        yield topics  # too many for one: it becomes "everything"
        return
    for start in range(0, len(topics), _TOPICS_AT_ONCE):
        yield topics[start : start + _TOPICS_AT_ONCE]
