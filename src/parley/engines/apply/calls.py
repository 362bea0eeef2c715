"""Calls as entries of the thread: one for each call, whatever phase of it is told first, and how often."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from parley.channels.gateways.neutral import Address, Call, InboundMessage
from parley.engines.announcing import Fact
from parley.engines.apply.batch import Batch, as_json, is_missed_call, sql

_RANK = ("ringing", "missed", "rejected", "accepted", "ended")
"""Of what was told of a call the last of these is what became of it."""


@dataclass(frozen=True, slots=True)
class _Whole:
    """All that is known of one call. `counterpart` is None where the database knows it already."""

    at: datetime
    phase: str
    has_video: bool
    seconds: int | None
    is_missed: bool
    from_us: bool = False
    counterpart: Address | None = None

    def with_(self, other: "_Whole") -> "_Whole":
        """The same from either side: order does not matter."""
        return replace(
            self,
            at=min(self.at, other.at),
            phase=max(self.phase, other.phase, key=_RANK.index),
            has_video=self.has_video or other.has_video,
            seconds=max((s for s in (self.seconds, other.seconds) if s is not None), default=None),
            is_missed=self.is_missed or other.is_missed,
        )

    @property
    def content(self) -> dict[str, Any]:
        call = {"phase": self.phase, "video": self.has_video, "seconds": self.seconds}
        return {"call": call | ({"missed": True} if self.is_missed else {})}


async def apply_calls(batch: Batch, calls: list[Call]) -> list[InboundMessage]:
    """Bring the calls that are in a thread up to date. Returns the others, as messages to add."""
    if not calls:
        return []
    told = _folded(calls)
    rows = await batch.rows(sql("known_calls", "calls"), provider_message_id=list(told))
    known = {row["provider_message_id"]: row for row in rows}
    changed: dict[UUID, tuple[dict[str, Any], _Whole]] = {}
    for key, row in known.items():
        before = _stored(row)
        after = before.with_(told[key])
        if after != before:
            changed[row["id"]] = (row, after)
    await _update(batch, changed)
    return [
        InboundMessage(
            provider_message_id=key,
            at=call.at,
            counterpart=call.counterpart,
            type="system",
            from_us=call.from_us,
            content=call.content,
        )
        for key, call in told.items()
        if key not in known and call.counterpart is not None
    ]


async def touch_calls(batch: Batch, calls: list[Call]) -> None:
    """Let the list follow the latest phase of each call; in the thread it stands where it began."""
    if not calls:
        return
    latest: dict[str, datetime] = {}
    for call in calls:
        key = f"call:{call.call_id}"
        latest[key] = max(call.at, latest.get(key, call.at))
    await batch.rows(
        sql("touch_calls", "calls"),
        has_window=batch.channel.has_window,
        provider_message_id=list(latest),
        at=list(latest.values()),
    )


def _folded(calls: Iterable[Call]) -> dict[str, _Whole]:
    told: dict[str, _Whole] = {}
    for call in calls:
        whole = _Whole(
            call.at, call.phase, call.is_video, call.seconds, call.phase == "missed" and not call.from_us,
            call.from_us, call.counterpart,
        )  # fmt: skip
        key = f"call:{call.call_id}"
        told[key] = told[key].with_(whole) if key in told else whole
    return told


def _stored(row: dict[str, Any]) -> _Whole:
    call = row["content"]["call"]
    return _Whole(row["at"], call["phase"], call["video"], call["seconds"], is_missed_call(row["content"]))


async def _update(batch: Batch, changed: dict[UUID, tuple[dict[str, Any], _Whole]]) -> None:
    if not changed:
        return
    await batch.rows(
        sql("update_calls", "calls"),
        id=list(changed),
        at=[after.at for _, after in changed.values()],
        content=[as_json(after.content) for _, after in changed.values()],
    )
    missed = [
        row for row, after in changed.values() if after.is_missed and not is_missed_call(row["content"])
    ]
    if missed:
        await batch.rows(
            sql("count_missed", "calls"),
            conversation_id=[row["conversation_id"] for row in missed],
            at=[row["at"] for row in missed],
        )
    batch.facts += [
        Fact(
            "call.received",
            "message",
            id_,
            {
                "conversation_id": row["conversation_id"],
                "contact_id": row["contact_id"],
                "type": "system",
                "phase": after.phase,
            },
            ("inbox", f"conversation:{row['conversation_id']}"),
        )
        for id_, (row, after) in changed.items()
    ]
