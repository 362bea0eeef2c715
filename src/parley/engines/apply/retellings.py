"""Edits and deletions into the messages, their revisions and what the list shows of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from parley.channels.gateways.neutral import MessageEdit, MessageRevoke
from parley.core.ids import new_id
from parley.engines.announcing import Fact
from parley.engines.apply.batch import Batch, sql
from parley.engines.apply.conversations import preview
from parley.engines.apply.retelling import Revision, Telling, retold


@dataclass(frozen=True, slots=True)
class Told:
    """A change and the row that it is about."""

    target: dict[str, Any]
    change: MessageEdit | MessageRevoke


async def retell_messages(batch: Batch, told: Sequence[Told]) -> None:
    """Let the messages say what they say now, and keep what they said before."""
    if not told:
        return
    targets = {one.target["id"]: one.target for one in told}
    before = await _tellings(batch, sorted(targets))
    after: dict[UUID, Telling] = {}
    for id_, target in targets.items():
        edits, deletions = _apart(id_, told)
        from_us = target["direction"] == "outbound"
        telling = retold(before[id_], edits, deletions=deletions, from_us=from_us)
        if telling != before[id_]:
            after[id_] = telling
    await _write(batch, before, after)
    for id_, telling in after.items():
        conversation = targets[id_]["conversation_id"]
        is_revoked = telling.revoked_at is not None and before[id_].revoked_at is None
        batch.facts.append(
            Fact(
                "message.revoked" if is_revoked else "message.edited",
                "message",
                id_,
                {"conversation_id": conversation, "from_us": targets[id_]["direction"] == "outbound"},
                ("inbox", f"conversation:{conversation}"),
            )
        )


async def retell_group_messages(batch: Batch, told: Sequence[Told]) -> None:
    """The newest edit counts, and a deletion more. What a group said before is not kept."""
    if not told:
        return
    ids = list({one.target["id"]: None for one in told})
    newest: list[tuple[datetime, str] | None] = []
    deleted: list[datetime | None] = []
    for id_ in ids:
        edits, deletions = _apart(id_, told)
        newest.append(max(edits, default=None))
        deleted.append(min(deletions, default=None))
    rows = await batch.rows(
        sql("retell_group_messages", "changes"),
        id=ids,
        edited_at=[edit[0] if edit else None for edit in newest],
        body=[edit[1] if edit else "" for edit in newest],
        revoked_at=deleted,
    )
    batch.facts += [
        Fact(
            "group.message_received",
            "group_message",
            row["id"],
            {"chat_group_id": row["group_id"], "is_change": True},
            (f"group:{row['group_id']}",),
        )
        for row in rows
    ]


def _apart(id_: UUID, told: Sequence[Told]) -> tuple[list[tuple[datetime, str]], list[datetime]]:
    mine = [one.change for one in told if one.target["id"] == id_]
    edits = [(one.at, one.body) for one in mine if isinstance(one, MessageEdit)]
    return edits, [one.at for one in mine if isinstance(one, MessageRevoke)]


async def _tellings(batch: Batch, ids: list[UUID]) -> dict[UUID, Telling]:
    """What the messages say, locked: a member may edit one at the same moment."""
    bodies = {row["id"]: row["body"] for row in await batch.rows(sql("lock_told", "changes"), id=ids)}
    revisions: dict[UUID, list[Revision]] = {}
    for row in await batch.rows(sql("revisions_of", "changes"), id=ids):
        revisions.setdefault(row["message_id"], []).append(
            Revision(row["kind"], row["at"], row["body_before"], row["is_ours"])
        )
    return {id_: Telling(body, tuple(revisions.get(id_, ()))) for id_, body in bodies.items()}


async def _write(batch: Batch, before: dict[UUID, Telling], after: dict[UUID, Telling]) -> None:
    if not after:
        return
    revisions = [
        (id_, one)
        for id_, telling in after.items()
        for one in telling.revisions
        if one not in before[id_].revisions
    ]
    await batch.rows(
        sql("write_revisions", "changes"),
        id=[new_id() for _ in revisions],
        message_id=[id_ for id_, _ in revisions],
        kind=[one.kind for _, one in revisions],
        body_before=[one.body_before for _, one in revisions],
        at=[one.at for _, one in revisions],
    )
    deleted = {id_: telling.revoked_at for id_, telling in after.items() if telling.revoked_at}
    if deleted:
        await batch.rows(
            sql("drop_later_deletions", "changes"), message_id=list(deleted), at=list(deleted.values())
        )
    await batch.rows(
        sql("retell_messages", "changes"),
        id=list(after),
        body=[telling.body for telling in after.values()],
        preview=[preview(telling.body, {}) for telling in after.values()],
        edited_at=[telling.edited_at for telling in after.values()],
        revoked_at=[telling.revoked_at for telling in after.values()],
    )
