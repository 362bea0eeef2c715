"""Two contacts that are one person, put together where that takes nothing away from anybody.

A person may arrive under a hidden id before their number is known, and be met a second time because of that.
As long as nobody has touched the second contact, all there is of it are messages, and they belong into the
thread of the first. Each keeps where it came from (`metadata.joined_from`), and the contact that goes is only
marked as deleted, so everything can be put back. Anything more is for people to decide.
"""

from typing import Any
from uuid import UUID

from django.db import connection

from parley.core.events import announce
from parley.core.sql import statement
from parley.messaging.events import PersonJoined


def join(workspace_id: UUID, contact_id: UUID, other_id: UUID) -> UUID | None:
    """Put them together in the running transaction; the contact that stays, or None where neither may go.

    Of two that nobody touched, `contact_id` stays. One who has had another number may not be who has it now,
    so nobody is joined to them. A second time changes nothing.
    """
    work = _Work(workspace_id)
    both = {"contacts": [contact_id, other_id]}
    if not work.rows("untouched", **both):
        return None
    for name in ("hold_appliers", "hold_conversations"):
        work.rows(name, **both)
    if len(work.rows("hold_contacts", **both)) < 2:
        return None
    untouched = {row[0] for row in work.rows("untouched", **both)}
    if not untouched:
        return None
    gone = other_id if other_id in untouched else contact_id
    kept = contact_id if gone == other_id else other_id
    if work.rows("has_moved", kept=kept):
        return None
    _move(work, kept=kept, gone=gone)
    return kept


def _move(work: "_Work", *, kept: UUID, gone: UUID) -> None:
    pair = {"kept": kept, "gone": gone}
    places: list[tuple[UUID, UUID | None]] = work.rows("places", **pair)
    between = {"from": [before for before, _ in places], "to": [now for _, now in places]}
    work.do("move_messages", **pair, **between)
    work.do("show_in_list", **between)
    work.do("move_conversations", kept=kept, **between)
    work.do("drop_empty", **between)
    for name in ("move_group_messages", "move_identities", "update_kept", "retire"):
        work.do(name, **pair)
    announce(
        work.workspace_id,
        PersonJoined(
            object_id=kept,
            kept=kept,
            joined=gone,
            conversations=[[str(before), str(now or before)] for before, now in places],
        ),
    )
    work.rows("wake_applier")


class _Work:
    """The statements of `joining.sql`, in one workspace."""

    def __init__(self, workspace_id: UUID) -> None:
        self.workspace_id = workspace_id

    def rows(self, name: str, **values: object) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement("parley.messaging", "joining", name), self._all(values))
            return list(cursor.fetchall())

    def do(self, name: str, **values: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement("parley.messaging", "joining", name), self._all(values))

    def _all(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"workspace": self.workspace_id, **values}
