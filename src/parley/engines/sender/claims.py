"""Claiming what may leave now: past the gate once more, in order, and written down before the first byte."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from parley.channels.gateways.neutral import Address, Credentials, Location, OutboundMedia, OutboundMessage
from parley.core.crypto import decrypt
from parley.core.storage import read
from parley.engines.announcing import Fact, announce
from parley.engines.database import Connection, Pool, workspace_transaction
from parley.engines.sender.lease import Lease, sql
from parley.engines.sender.pacing import Pace

_WAIT_FOR_CHANNEL_SECONDS = 15.0
_REFUSALS = {
    "channel_gone": "The channel was removed before this could leave.",
    "contact_gone": "The contact was deleted before this could leave.",
    "contact_blocked": "The contact is blocked.",
    "suppressed": "This person asked not to be written to.",
    "window_closed": "The customer last wrote more than 24 hours ago. Write again as soon as they do.",
}
_ONLY_WAIT = frozenset({"channel_not_working"})
_STILL_LEAVES = frozenset({"conversation_closed"})
"""Closing a conversation does not call back what was said in it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One message that is about to leave, with everything the gateway needs but the bytes of its file."""

    id: UUID
    attempt: int
    contact_id: UUID
    created_at: datetime
    row: dict[str, Any]

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
            media=_media(row) if row["storage_url"] else None,
            location=Location(**location) if location else None,
            quoted_id=row["quoted_id"] or row["reply_to_provider_id"] or None,
            quoted_from_us=bool(row["quoted_from_us"]),
            target_id=row["target_id"],
            target_from_us=bool(row["target_from_us"]),
            content=row["content"],
        )


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a turn brought: who to send as, what to send, and how fast the number may speak."""

    credentials: Credentials
    provider: str
    claims: list[Claim]
    throughput: int | None


async def claim(pool: Pool, lease: Lease, *, most: int, pace: Pace) -> Claimed | None:
    """Take up to `most` messages. None when the lease is not ours any more or the channel is slow."""
    async with workspace_transaction(pool, lease.workspace_id) as connection:
        channel = await (await connection.execute(sql("channel"), lease.parameters)).fetchone()
        if channel is None or channel["is_slow"]:
            return None
        # Before anything is claimed: what cannot be opened here must not leave messages in doubt.
        credentials = _credentials(channel)
        cursor = await connection.execute(sql("candidates"), {**lease.parameters, "most": most})
        candidates = await cursor.fetchall()
        going = await _through_the_gate(connection, lease, candidates, pace)
        rows = await (await connection.execute(sql("claim"), {**lease.parameters, "id": going})).fetchall()
    claims = [Claim(row["id"], row["attempts"], row["contact_id"], row["created_at"], row) for row in rows]
    return Claimed(credentials, channel["provider"], claims, channel["throughput_mps"])


async def _through_the_gate(
    connection: Connection, lease: Lease, candidates: list[dict[str, Any]], pace: Pace
) -> list[UUID]:
    """The ids that may leave; the others fail with their reason, or wait."""
    going = []
    waiting: dict[float, list[UUID]] = {}
    refused = []
    for row in candidates:
        reason = row["refusal"]
        pause = pace.pair_wait_seconds(row["contact_id"])
        if reason in _ONLY_WAIT:
            waiting.setdefault(_WAIT_FOR_CHANNEL_SECONDS, []).append(row["id"])
        elif reason is not None and reason not in _STILL_LEAVES:
            refused.append(row)
        elif pause > 0:
            waiting.setdefault(pause, []).append(row["id"])
        else:
            going.append(row["id"])
    for seconds, ids in waiting.items():
        await connection.execute(sql("postpone"), {**lease.parameters, "id": ids, "seconds": seconds})
    if refused:
        await _withhold(connection, lease, refused)
    return going


async def _withhold(connection: Connection, lease: Lease, refused: list[dict[str, Any]]) -> None:
    cursor = await connection.execute(
        sql("withhold"),
        {
            **lease.parameters,
            "id": [row["id"] for row in refused],
            "code": [row["refusal"] for row in refused],
            "message": [_REFUSALS[row["refusal"]] for row in refused],
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


def _credentials(channel: dict[str, Any]) -> Credentials:
    place = f"{channel['workspace_id']}:channel:{channel['id']}:credentials"
    return Credentials(
        base_url=channel["base_url"],
        external_id=channel["external_id"],
        secrets=json.loads(decrypt(bytes(channel["credentials"]), bound_to=place)),
        config=channel["config"],
    )


def _address(addresses: dict[str, str]) -> Address:
    return Address(
        wa_id=addresses.get("wa_id") or addresses.get("phone", "").removeprefix("+") or None,
        lid=addresses.get("lid"),
        bsuid=addresses.get("bsuid"),
    )


def _media(row: dict[str, Any]) -> OutboundMedia:
    return OutboundMedia(
        data=read(row["storage_url"]), mime_type=row["mime_type"], filename=row["filename"] or "file"
    )
