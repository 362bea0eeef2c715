"""What the frame round every page shows: the member, their workspaces, the counts, the stream's token.

A context processor, and everything in it is lazy: a fragment without a frame asks the database for nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from parley.access import queries
from parley.access.doors import Member
from parley.access.queries import Place
from parley.core.environment import environment
from parley.core.keys import keys
from parley.core.stream_token import issue

NavCount = Callable[[Member], int]

_counts: dict[str, NavCount] = {}


def show_count(place: str, count: NavCount) -> None:
    """Put a number beside a place on the rail. A domain calls it when its app is ready."""
    _counts[place] = count


class NavCounts(Mapping[str, int]):
    """Each number is asked for when the frame shows it, and once."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._known: dict[str, int] = {}

    def __getitem__(self, place: str) -> int:
        if place not in self._known:
            self._known[place] = _counts[place](self._member)
        return self._known[place]

    def __iter__(self) -> Iterator[str]:
        return iter(_counts)

    def __len__(self) -> int:
        return len(_counts)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Named in settings. Outside a member's transaction there is no frame: the error pages stand alone."""
    member: Member | None = getattr(request, "member", None)
    if member is None or not connection.in_atomic_block:
        return {"member": None, "workspace": None, "workspaces": [], "nav_counts": {}, "stream_token": ""}
    here = Place(
        id=member.workspace_id, name=member.workspace_name, slug=member.workspace_slug, role=member.role
    )
    return {
        "member": member,
        "workspace": here,
        "workspaces": SimpleLazyObject(lambda: queries.places_of(member.user_id)),
        "nav_counts": NavCounts(member),
        "stream_token": SimpleLazyObject(lambda: token_for(member)),
        "simulator_url": environment().simulator_url,
    }


def token_for(member: Member) -> str:
    """What opens `/events` for this member for the next minutes."""
    return issue(
        workspace_id=member.workspace_id,
        user_id=member.user_id,
        membership_id=member.membership_id,
        key=keys().stream_token_key,
    )
