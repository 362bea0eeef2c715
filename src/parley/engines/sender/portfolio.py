"""To how many new people a business may write in a day, over all numbers of its portfolio here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from parley.engines.database import Connection
from parley.engines.sender.lease import Lease
from parley.engines.sender.statements import sql

LIMITS: Final = {
    "TIER_50": 50,
    "TIER_250": 250,
    "TIER_1K": 1_000,
    "TIER_2K": 2_000,
    "TIER_10K": 10_000,
    "TIER_100K": 100_000,
}
"""Every other word, and none, is no limit that we know of: the provider keeps its own."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """A message for which there is no place now; in so many seconds there may be."""

    message_id: UUID
    seconds: float
    limit: int


async def within_limit(
    connection: Connection, lease: Lease, channel: dict[str, Any], rows: Sequence[dict[str, Any]]
) -> list[Beyond]:
    """Count the people whom these templates are the first word to, and say for which there is no place.

    The others have theirs from now on for a day, whatever becomes of the message: never above the limit is
    worth more than a place. One claim of a portfolio's numbers counts at a time.
    """
    if not rows:
        return []
    portfolio = channel["portfolio_id"] or channel["waba_id"] or str(channel["id"])
    place = {**lease.parameters, "portfolio": portfolio}
    limit = LIMITS.get(channel["messaging_limit"])
    beyond: list[Beyond] = []
    if limit is not None:
        await connection.execute(sql("lock_portfolio"), place)
        beyond = await _beyond(connection, place, rows, limit)
    refused = {one.message_id for one in beyond}
    recipients = sorted({bytes(row["recipient"]) for row in rows if row["id"] not in refused})
    if recipients:
        await connection.execute(sql("note_recipients"), {**place, "recipient": recipients})
    return beyond


async def _beyond(
    connection: Connection, place: dict[str, Any], rows: Sequence[dict[str, Any]], limit: int
) -> list[Beyond]:
    asked = {**place, "recipient": list({bytes(row["recipient"]) for row in rows})}
    cursor = await connection.execute(sql("known_recipients"), asked)
    known = {bytes(row["recipient"]) for row in await cursor.fetchall()}
    used = (await (await connection.execute(sql("count_recipients"), place)).fetchone() or {})["used"]
    over: list[UUID] = []
    too_many = max(0, used - limit)
    for row in rows:
        recipient = bytes(row["recipient"])
        if recipient in known:
            continue
        if used < limit:
            used += 1
            known.add(recipient)
        else:
            over.append(row["id"])
    if not over:
        return []
    cursor = await connection.execute(sql("places_free_in"), {**place, "skip": too_many, "most": len(over)})
    waits = [row["seconds"] for row in await cursor.fetchall()] or [60.0]
    return [Beyond(id_, waits[min(n, len(waits) - 1)], limit) for n, id_ in enumerate(over)]
