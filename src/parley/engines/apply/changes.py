"""What happens to messages after they were said: reactions, votes, edits, deletions.

In any order, any number of times, one result. A change that overtakes its message waits in `early_change` and
is applied in the transaction that adds the message.
"""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
import structlog

from parley.channels.gateways.neutral import (
    MessageChange,
    MessageEdit,
    MessageRevoke,
    PollVote,
    ReactionChange,
)
from parley.core.ids import new_id
from parley.engines.announcing import Fact
from parley.engines.apply.batch import Batch, address_key, as_json, sql
from parley.engines.apply.people import find_people
from parley.engines.apply.retellings import Told, retell_group_messages, retell_messages

log = structlog.get_logger(__name__)

_CHANGE = msgspec.json.Decoder(MessageChange)
_OTHER_CHAT = "It is about a message of another chat."
_OTHER_SIDE = "It is about a message that the other side wrote."


async def apply_changes(batch: Batch, changes: list[MessageChange], *, arrived: Collection[str]) -> None:
    """Apply the changes, and those that waited for the messages with these provider ids."""
    waited = await _take_early(batch, arrived)
    changes = [*waited, *changes]
    if not changes:
        return
    targets = await _targets(batch, changes)
    in_groups = await _group_targets(batch, changes)
    here = await _of_this_chat(batch, [one for one in changes if one.target_id in targets], targets)
    there = [one for one in changes if one.target_id not in targets and _place(one) in in_groups]
    unknown = [one for one in changes if one.target_id not in targets and _place(one) not in in_groups]
    await _show_reactions(batch, [one for one in here if isinstance(one, ReactionChange)], targets)
    await _count_votes(batch, [one for one in here if isinstance(one, PollVote)], targets)
    told = [Told(targets[one.target_id], one) for one in here if isinstance(one, MessageEdit | MessageRevoke)]
    await retell_messages(batch, told)
    await retell_group_messages(
        batch,
        [Told(in_groups[_place(one)], one) for one in there if isinstance(one, MessageEdit | MessageRevoke)],
    )
    await _wait(batch, unknown)


async def _take_early(batch: Batch, arrived: Collection[str]) -> list[MessageChange]:
    if not arrived or not batch.may_have_early:
        return []
    rows = await batch.rows(sql("take_early", "changes"), target_id=list(arrived))
    return [_CHANGE.decode(row["payload"]) for row in sorted(rows, key=lambda row: row["id"])]


async def _wait(batch: Batch, changes: Sequence[MessageChange]) -> None:
    if not changes:
        return
    await batch.rows(
        sql("keep_early", "changes"),
        id=[new_id() for _ in changes],
        target_id=[one.target_id for one in changes],
        payload=[as_json(one) for one in changes],
    )
    await batch.rows(sql("forget_early", "changes"))
    batch.may_have_early = True


async def _targets(batch: Batch, changes: Sequence[MessageChange]) -> dict[str, dict[str, Any]]:
    wanted = sorted({one.target_id for one in changes if _group(one) is None})
    rows = await batch.rows(sql("find_targets", "changes"), target_id=wanted) if wanted else []
    return {row["provider_message_id"]: row for row in rows}


async def _group_targets(
    batch: Batch, changes: Sequence[MessageChange]
) -> dict[tuple[str, str], dict[str, Any]]:
    wanted = sorted({_place(one) for one in changes if _group(one) is not None})
    if not wanted:
        return {}
    rows = await batch.rows(
        sql("find_group_targets", "changes"),
        group_id=[group for group, _ in wanted],
        target_id=[target for _, target in wanted],
    )
    return {(row["group_id"], row["provider_message_id"]): row for row in rows}


def _group(change: MessageChange) -> str | None:
    return change.group_id if isinstance(change, MessageEdit | MessageRevoke) else None


def _place(change: MessageChange) -> tuple[str, str]:
    return _group(change) or "", change.target_id


async def _of_this_chat(
    batch: Batch, changes: Sequence[MessageChange], targets: dict[str, dict[str, Any]]
) -> list[MessageChange]:
    """Without those that name a message of somebody else's chat: an id is no secret."""
    contacts = await find_people(batch, [one.counterpart for one in changes])
    kept: list[MessageChange] = []
    for one in changes:
        target = targets[one.target_id]
        is_outbound = target["direction"] == "outbound"
        if contacts.get(address_key(one.counterpart), target["contact_id"]) != target["contact_id"]:
            batch.turn_down(one, _OTHER_CHAT)
        elif isinstance(one, MessageEdit | MessageRevoke) and one.from_us != is_outbound:
            batch.turn_down(one, _OTHER_SIDE)
        else:
            kept.append(one)
    return kept


async def _show_reactions(
    batch: Batch, changes: Sequence[ReactionChange], targets: dict[str, dict[str, Any]]
) -> None:
    """The newest of each side; of two at one moment the one that came last."""
    newest: dict[tuple[str, bool], ReactionChange] = {}
    for change in changes:
        before = newest.get((change.target_id, change.from_us))
        if before is None or before.at <= change.at:
            newest[change.target_id, change.from_us] = change
    if not newest:
        return
    rows = await batch.rows(
        sql("add_reactions", "changes"),
        id=[new_id() for _ in newest],
        message_id=[targets[change.target_id]["id"] for change in newest.values()],
        from_us=[change.from_us for change in newest.values()],
        emoji=[change.emoji for change in newest.values()],
        at=[change.at for change in newest.values()],
    )
    _announce(batch, "reaction.changed", rows, targets)


async def _count_votes(batch: Batch, votes: Sequence[PollVote], targets: dict[str, dict[str, Any]]) -> None:
    """As `_show_reactions`."""
    newest: dict[tuple[str, bool], PollVote] = {}
    for vote in votes:
        before = newest.get((vote.target_id, vote.from_us))
        if before is None or before.at <= vote.at:
            newest[vote.target_id, vote.from_us] = vote
    if not newest:
        return
    rows = await batch.rows(
        sql("add_votes", "changes"),
        id=[new_id() for _ in newest],
        message_id=[targets[vote.target_id]["id"] for vote in newest.values()],
        from_us=[vote.from_us for vote in newest.values()],
        options=[None if vote.options is None else as_json(vote.options) for vote in newest.values()],
        at=[vote.at for vote in newest.values()],
    )
    _announce(batch, "poll.voted", rows, targets)


def _announce(
    batch: Batch, kind: str, rows: list[dict[str, Any]], targets: dict[str, dict[str, Any]]
) -> None:
    conversations = {target["id"]: target["conversation_id"] for target in targets.values()}
    batch.facts += [
        Fact(
            kind,
            "message",
            row["message_id"],
            {"conversation_id": conversations[row["message_id"]], "from_us": row["from_us"]},
            (f"conversation:{conversations[row['message_id']]}",),
        )
        for row in rows
    ]
