"""Who may send on a channel: one sender at a time, by a lease in the database with a fencing number."""

import time
from dataclasses import dataclass
from uuid import UUID

from parley.engines.announcing import Fact, announce
from parley.engines.database import Connection, Pool, workspace_transaction
from parley.engines.sender.statements import sql


@dataclass(slots=True)
class Lease:
    """A lease that this process holds. `deadline` is this machine's time since its start, counted from before
    the database was asked, so that it never promises more than the database gave."""

    workspace_id: UUID
    channel_id: UUID
    holder: UUID
    fence: int
    seconds: float
    deadline: float
    spoke_ago: float | None = None
    """Seconds since the last holder can have spoken; None where there was none."""

    @property
    def parameters(self) -> dict[str, object]:
        return {
            "workspace": self.workspace_id,
            "channel": self.channel_id,
            "holder": self.holder,
            "fence": self.fence,
            "seconds": self.seconds,
        }

    @property
    def is_held(self) -> bool:
        """Whether a request that starts now still starts under the lease."""
        return _now() < self.deadline


async def take_lease(
    pool: Pool, *, workspace_id: UUID, channel_id: UUID, holder: UUID, seconds: float
) -> Lease | None:
    """Own the channel, or None while another sender does.

    What an earlier holder left unfinished becomes uncertain in the same transaction.
    """
    lease = Lease(workspace_id, channel_id, holder, 0, seconds, _now() + seconds)
    async with workspace_transaction(pool, workspace_id) as connection:
        row = await (await connection.execute(sql("take_lease"), lease.parameters)).fetchone()
        if row is None:
            return None
        lease.fence, lease.spoke_ago = row["fence"], row["spoke_ago"]
        await _doubt_orphans(connection, lease)
    return lease


async def renew_lease(pool: Pool, lease: Lease) -> bool:
    """Hold on to the channel. False when it was lost; then nothing more may be claimed under this lease."""
    asked = _now()
    async with workspace_transaction(pool, lease.workspace_id) as connection:
        row = await (await connection.execute(sql("renew_lease"), lease.parameters)).fetchone()
    lease.deadline = asked + lease.seconds if row is not None else 0.0
    return row is not None


async def release_lease(pool: Pool, lease: Lease) -> None:
    """Let another sender have the channel at once."""
    lease.deadline = 0.0
    async with workspace_transaction(pool, lease.workspace_id) as connection:
        await connection.execute(sql("release_lease"), lease.parameters)


def _now() -> float:
    """Seconds that also pass while the machine sleeps: PostgreSQL's clock, on another one, does not wait."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


async def _doubt_orphans(connection: Connection, lease: Lease) -> None:
    cursor = await connection.execute(sql("doubt_orphans"), lease.parameters)
    facts = [
        Fact(
            "message.status_changed",
            "message",
            row["id"],
            {"conversation_id": row["conversation_id"], "status": "uncertain"},
            ("inbox", f"conversation:{row['conversation_id']}"),
        )
        for row in await cursor.fetchall()
    ]
    await announce(connection, lease.workspace_id, facts)
