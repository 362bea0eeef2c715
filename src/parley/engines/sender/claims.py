"""Claiming what may leave now: past the gate once more, in order, and written down before the first byte."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import Address, Location, OutboundMedia, OutboundMessage
from parley.core.storage import FileMissing, read
from parley.engines.announcing import Fact, announce
from parley.engines.database import Connection, Pool, workspace_transaction
from parley.engines.sender.lease import Lease
from parley.engines.sender.number import Number
from parley.engines.sender.pacing import PAIR_MEMORY_SECONDS, PAIR_SECONDS, Pace
from parley.engines.sender.portfolio import within_limit
from parley.engines.sender.statements import sql

_WAIT_FOR_CHANNEL_SECONDS = 15.0
_REFUSALS = {
    "channel_gone": "The channel was removed before this could leave.",
    "contact_gone": "The contact was deleted before this could leave.",
    "contact_blocked": "The contact is blocked.",
    "suppressed": "This person asked not to be written to.",
    "window_closed": "The customer last wrote more than 24 hours ago. Write again as soon as they do.",
    "type_not_supported": "This channel cannot send a message of this kind.",
}
_ONLY_WAIT = frozenset({"channel_not_working"})
_STILL_LEAVES = frozenset({"conversation_closed"})
"""Closing a conversation does not call back what was said in it."""

_PAIR_WAIT = f"WhatsApp takes one message to a person every {PAIR_SECONDS:.0f} seconds: this one waits."
_PORTFOLIO_WAIT = "The business may write first to {limit:,} people in 24 hours: this one waits."
_CHANNEL_WAIT = "The number is not connected: this one waits for it."


@dataclass(frozen=True, slots=True)
class Claim:
    """One message that is about to leave, with everything the gateway needs but the bytes of its file."""

    id: UUID
    attempt: int
    contact_id: UUID
    created_at: datetime
    row: dict[str, Any]

    @property
    def is_bulk(self) -> bool:
        """Whether it gave way to every single message."""
        return bool(self.row["is_bulk"])

    @property
    def has_file(self) -> bool:
        """Whether `outbound` reads from the store, which takes its time."""
        return self.row["media_id"] is not None

    def outbound(self) -> OutboundMessage:
        """As the gateway wants it. Reads the file; raises `StorageFailed`."""
        row = self.row
        location = row["content"].get("location")
        return OutboundMessage(
            message_id=self.id,
            client_ref=row["client_ref"],
            to=_address(row["addresses"] or {}),
            type=row["type"],
            body=row["body"],
            media=_media(row) if self.has_file else None,
            location=Location(**location) if location else None,
            quoted_id=row["quoted_id"] or row["reply_to_provider_id"] or None,
            quoted_from_us=bool(row["quoted_from_us"]),
            target_id=row["target_id"],
            target_from_us=bool(row["target_from_us"]),
            content=row["content"],
        )


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a turn brought. `decided`: how many it claimed, withheld or put off; `claims` are in order."""

    claims: list[Claim] = field(default_factory=list)
    decided: int = 0


@dataclass(slots=True)
class _Verdicts:
    """What becomes of the candidates."""

    going: list[UUID] = field(default_factory=list)
    refused: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    waiting: list[tuple[UUID, float, str, str]] = field(default_factory=list)


async def claim(
    pool: Pool, lease: Lease, number: Number, *, pace: Pace, most: int, look: int = 0
) -> Claimed | None:
    """Take up to `most` of the first `look` messages. None when the lease is not ours any more."""
    async with workspace_transaction(pool, lease.workspace_id) as connection:
        if not await number.read(connection, lease):
            return None
        if number.rests:
            return Claimed()
        channel = number.channel
        cursor = await connection.execute(
            sql("candidates"),
            {
                **lease.parameters,
                "most": max(most, look),
                "most_bulk": min(max(most, look), pace.bulk_room(max(most, look))),
                "has_window": channel["has_window"],
                "is_clear": channel["is_clear"],
            },
        )
        found = await cursor.fetchall()
        verdicts = await _judge(connection, lease, channel, found, pace, most)
        await _put_off(connection, lease, verdicts.waiting)
        await _withhold(connection, lease, verdicts.refused)
        rows = []
        if verdicts.going:
            cursor = await connection.execute(sql("claim"), {**lease.parameters, "id": verdicts.going})
            rows = await cursor.fetchall()
    claims = [Claim(row["id"], row["attempts"], row["contact_id"], row["created_at"], row) for row in rows]
    return Claimed(claims, len(claims) + len(verdicts.refused) + len(verdicts.waiting))


async def _judge(
    connection: Connection, lease: Lease, channel: dict[str, Any], found: Sequence[dict[str, Any]],
    pace: Pace, most: int,
) -> _Verdicts:  # fmt: skip
    """Who leaves, who never does and why, and who waits and until when."""
    verdicts = _Verdicts()
    if pace.pairs is not None:
        await _remember_pairs(connection, lease, pace, found)
    ready: list[dict[str, Any]] = []
    for row in found:
        reason = row["refusal"]
        if reason is None and not _can_send(channel["provider"], row):
            reason = "type_not_supported"
        pause = pace.pairs.wait_seconds(row["contact_id"]) if pace.pairs is not None else 0.0
        if reason in _ONLY_WAIT:
            verdicts.waiting.append((row["id"], _WAIT_FOR_CHANNEL_SECONDS, reason, _CHANNEL_WAIT))
        elif reason is not None and reason not in _STILL_LEAVES:
            verdicts.refused.append((row, reason))
        elif pause > 0:
            verdicts.waiting.append((row["id"], pause, "pair_rate", _PAIR_WAIT))
        elif len(ready) < most:
            ready.append(row)
    opening = [row for row in ready if row["opens"] and channel["has_window"]]
    beyond = {one.message_id: one for one in await _beyond_limit(connection, lease, channel, opening)}
    for row in ready:
        if (late := beyond.get(row["id"])) is None:
            verdicts.going.append(row["id"])
        else:
            words = _PORTFOLIO_WAIT.format(limit=late.limit)
            verdicts.waiting.append((late.message_id, late.seconds, "portfolio_limit", words))
    return verdicts


async def _beyond_limit(
    connection: Connection, lease: Lease, channel: dict[str, Any], opening: Sequence[dict[str, Any]]
) -> list[Any]:
    if not opening:
        return []
    people = [row["contact_id"] for row in opening]
    cursor = await connection.execute(sql("recipients"), {**lease.parameters, "contact_id": people})
    known = {row["contact_id"]: row["recipient"] for row in await cursor.fetchall()}
    rows = [{**row, "recipient": known[row["contact_id"]]} for row in opening]
    return await within_limit(connection, lease, channel, rows)


async def _remember_pairs(
    connection: Connection, lease: Lease, pace: Pace, found: Sequence[dict[str, Any]]
) -> None:
    """Whom the last holder wrote to; asked only while that can still matter."""
    assert pace.pairs is not None  # noqa: S101  only called where pairs are limited
    if not pace.pairs.asks_history:
        return
    unknown = [row for row in found if row["contact_id"] not in pace.pairs]
    if not unknown:
        return
    talks = [row["conversation_id"] for row in unknown]
    asked = {**lease.parameters, "conversation_id": talks, "memory": PAIR_MEMORY_SECONDS}
    ages: dict[UUID, list[float]] = {}
    for row in await (await connection.execute(sql("recent_tries"), asked)).fetchall():
        ages.setdefault(row["contact_id"], []).append(row["ago"])
    for contact_id, times in ages.items():
        pace.pairs.remember(contact_id, times)


async def _put_off(
    connection: Connection, lease: Lease, waiting: Sequence[tuple[UUID, float, str, str]]
) -> None:
    if not waiting:
        return
    ids, seconds, codes, words = zip(*waiting, strict=True)
    columns = {"id": list(ids), "seconds": list(seconds), "code": list(codes), "message": list(words)}
    await connection.execute(sql("postpone"), {**lease.parameters, **columns})


async def _withhold(
    connection: Connection, lease: Lease, refused: Sequence[tuple[dict[str, Any], str]]
) -> None:
    if not refused:
        return
    cursor = await connection.execute(
        sql("withhold"),
        {
            **lease.parameters,
            "id": [row["id"] for row, _ in refused],
            "code": [reason for _, reason in refused],
            "message": [_REFUSALS[reason] for _, reason in refused],
        },
    )
    facts = [
        Fact(
            "message.status_changed",
            "message",
            row["id"],
            {"conversation_id": row["conversation_id"], "status": "failed"},
            ("inbox", f"conversation:{row['conversation_id']}"),
        )
        for row in await cursor.fetchall()
    ]
    await announce(connection, lease.workspace_id, facts)


def _can_send(provider: str, row: dict[str, Any]) -> bool:
    kind = row["interactive_kind"] if row["type"] == "interactive" else row["type"]
    return kind in gateway_for(provider).abilities


def _address(addresses: dict[str, str]) -> Address:
    return Address(
        wa_id=addresses.get("wa_id") or addresses.get("phone", "").removeprefix("+") or None,
        lid=addresses.get("lid"),
        bsuid=addresses.get("bsuid"),
    )


def _media(row: dict[str, Any]) -> OutboundMedia:
    if not row["storage_url"]:
        raise FileMissing("The file of this message is not there.")
    return OutboundMedia(
        data=read(row["storage_url"]), mime_type=row["mime_type"], filename=row["filename"] or "file"
    )
