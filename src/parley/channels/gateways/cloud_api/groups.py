"""The fields `group_…_update`: what happens to the groups of the number, which Parley only reads."""

from collections.abc import Mapping
from typing import Any, Final

from parley.channels.gateways.cloud_api.content import error_text
from parley.channels.gateways.neutral import GroupChange, Kept, NeutralEvent
from parley.channels.gateways.untrusted import (
    first_word,
    identifier,
    items,
    moment_or_now,
    section,
    text,
    word,
)

_LISTS: Final[Mapping[str, str]] = {
    "added_participants": "added",
    "removed_participants": "removed",
    "failed_participants": "failed",
}
_STATES: Final[Mapping[str, bool]] = {"group_suspend": True, "group_suspend_cleared": False}


def read_groups(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """What each entry of `groups` says. A request of ours that failed changed nothing."""
    return [_group(one, time) for one in items(value.get("groups"))]


def _group(one: Mapping[str, Any], time: object) -> NeutralEvent:
    found, kind = identifier(one.get("group_id")), text(one.get("type"))
    if error := error_text(one.get("errors")):
        return Kept(reason=f"a change to a group that failed: {error[1]} (code {error[0]})")
    if found is None:
        return Kept(reason="a change to a group that it does not name")
    name = first_word(one.get("subject"), _settled(one, "group_subject"))
    description = first_word(one.get("description"), _settled(one, "group_description"))
    return GroupChange(
        group_id=found,
        at=moment_or_now(one.get("timestamp"), time),
        name=name[:200] if name else None,
        description=description[:2000] if description else None,
        is_member=_membership(kind, one),
        extra=_rest(kind, one),
    )


def _membership(kind: str, one: Mapping[str, Any]) -> bool | None:
    if kind == "group_delete":
        return False
    # The sample of a removal carries the type of a creation.
    return True if kind == "group_create" and "removed_participants" not in one else None


def _settled(one: Mapping[str, Any], name: str) -> str | None:
    part = section(one, name)
    return None if part.get("update_successful") is False else word(part.get("text"))


def _rest(kind: str, one: Mapping[str, Any]) -> dict[str, Any]:
    rest: dict[str, Any] = {"kind": kind[:60]} if kind else {}
    if kind in _STATES:
        rest["is_suspended"] = _STATES[kind]
    for theirs, ours in _LISTS.items():
        people = [_person(person) for person in items(one.get(theirs))]
        if people:
            rest[ours] = [person for person in people if person is not None]
    return rest


def _person(one: Mapping[str, Any]) -> str | None:
    return first_word(one.get("wa_id"), one.get("user_id"), one.get("input"))
