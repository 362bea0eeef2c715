"""What a message says after edits and a deletion that came in any order, any number of times.

A revision keeps the text *before* it. The versions of a message are therefore a chain: what was said first,
then each edit by its writer's clock; a deletion is always the end, because nothing follows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

_SAME_ACT = timedelta(minutes=2)
"""Our own edit and the provider's echo of it carry two clocks."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A row of `message_revision`. `is_ours`: a member made it here."""

    kind: Literal["edit", "delete"]
    at: datetime
    body_before: str
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    """What a message says now, and what it said before each change; the deletion last."""

    body: str
    revisions: tuple[Revision, ...]

    @property
    def edited_at(self) -> datetime | None:
        return max((one.at for one in self.revisions if one.kind == "edit"), default=None)

    @property
    def revoked_at(self) -> datetime | None:
        return next((one.at for one in self.revisions if one.kind == "delete"), None)


def retold(
    before: Telling, edits: Sequence[tuple[datetime, str]], *, deletions: Sequence[datetime], from_us: bool
) -> Telling:
    """The same message with these changes too. Of two edits at one moment the greater text counts."""
    first, known, deletion = _taken_apart(before)
    bodies = {at: body for at, (body, _) in known.items()}
    for at, body in edits:
        if from_us and _is_echo(at, body, known):
            continue
        bodies[at] = max(bodies[at], body) if at in bodies else body
    told: list[Revision] = []
    current = first
    for at in sorted(bodies):
        told.append(Revision("edit", at, current, known[at][1] if at in known else False))
        current = bodies[at]
    end = _end(deletion, deletions)
    if end is None:
        return Telling(current, tuple(told))
    return Telling("", (*told, Revision("delete", end[0], current, end[1])))


def _taken_apart(
    telling: Telling,
) -> tuple[str, dict[datetime, tuple[str, bool]], Revision | None]:
    """What was said first, the edits with the text that each brought, and the deletion."""
    if not telling.revisions:
        return telling.body, {}, None
    afters = [*(one.body_before for one in telling.revisions[1:]), telling.body]
    known = {
        one.at: (after, one.is_ours)
        for one, after in zip(telling.revisions, afters, strict=True)
        if one.kind == "edit"
    }
    first = telling.revisions[0].body_before
    return first, known, next((one for one in telling.revisions if one.kind == "delete"), None)


def _is_echo(at: datetime, body: str, known: Mapping[datetime, tuple[str, bool]]) -> bool:
    return any(
        is_ours and text == body and abs(when - at) <= _SAME_ACT for when, (text, is_ours) in known.items()
    )


def _end(known: Revision | None, deletions: Sequence[datetime]) -> tuple[datetime, bool] | None:
    if known is not None and known.is_ours:
        return known.at, True
    moments = [*deletions, *([known.at] if known else [])]
    return (min(moments), False) if moments else None
