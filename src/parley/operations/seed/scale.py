"""Data of a size: skewed workspaces with people, conversations, messages, ticks and consent, to measure on.

At scale 1 there are 1 million contacts and 10 million messages, 60 % of them in the first workspace. Memory
is bounded, here and in the server: each transaction writes some thousand rows, and what was written stays if
the rest is broken off.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import connection

from parley.access.models import Workspace
from parley.access.services.members import add_member, create_user
from parley.core.address_hash import address_hash
from parley.core.clock import now
from parley.core.database_urls import owner_url
from parley.core.environment import environment
from parley.core.errors import Invalid, Misconfigured
from parley.core.sql import statement
from parley.core.transactions import platform_transaction, workspace_transaction
from parley.operations.seed.volume import NAMES, SENTENCES, Made, add_channel, make_workspace

CONTACTS: Final = 1_000_000
MESSAGES: Final = 10_000_000
SHARES: Final = (0.6, 0.2, 0.1, 0.05, 0.03, 0.02)
"""Of the rows, by workspace."""
SPAN: Final = timedelta(days=365)
_CHANNELS = 3
_AGENTS = 4
_TALKING = 0.8
"""Of the contacts; the others were imported and never wrote."""
_CONTACTS_AT_ONCE = 5_000
_MESSAGES_AT_ONCE = 20_000
_TALKS_AT_ONCE = 5_000
_OURS = ("Volume ",)
_TABLES = (
    "contact", "contact_identity", "consent_event", "suppression", "conversation", "message",
    "message_status_event",
)  # fmt: skip

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Place:
    """One workspace to fill. `seed` makes the ids of its rows its own."""

    workspace_id: UUID
    seed: str
    people: int
    talks: int
    messages: int
    values: dict[str, Any]


def fill_to_scale(scale: float, *, say: Say, beside: bool = False) -> Iterator[dict[str, Any]]:
    """Make the workspaces, and tell of each when it is done, with how to sign in to it.

    Raises `Misconfigured` where somebody's workspaces are in the database, unless it is to be `beside` them.
    """
    if not 0 < scale <= 100:
        raise Invalid("The scale is a number above 0, such as 0.01; 1 is 10 million messages.")
    if not beside:
        _check_nobody_lives_here()
    for share in SHARES:
        contacts, messages = round(CONTACTS * scale * share), round(MESSAGES * scale * share)
        if contacts and messages >= contacts:
            yield _fill(contacts, messages, say=say)
    _settle(say)


def _check_nobody_lives_here() -> None:
    with platform_transaction():
        names = list(Workspace.objects.values_list("name", flat=True))
    others = [name for name in names if not name.startswith(_OURS)]
    if others:
        raise Misconfigured(
            f"This database has workspaces that were not made up by this command, such as {others[0]}. "
            "It would be filled. Use another one (DATABASE_URL or PARLEY_HOME), or add --beside."
        )


def _fill(contacts: int, messages: int, *, say: Say) -> dict[str, Any]:
    began = time.monotonic()
    workspace_id, slug, email, password, owner_id = make_workspace()
    with workspace_transaction(workspace_id):
        channels = [add_channel(workspace_id).id for _ in range(_CHANNELS)]
        members = [owner_id, *(_add_agent(workspace_id, f"{number}.{email}") for number in range(_AGENTS))]
    place = _Place(
        workspace_id,
        workspace_id.hex,
        contacts,
        max(1, round(contacts * _TALKING)),
        messages,
        {"channel": channels, "member": members, "until": now(), "span": SPAN, "sentence": list(SENTENCES)},
    )
    _add_contacts(place, _counting(say, f"{slug}: contacts", contacts))
    _add_messages(place, _counting(say, f"{slug}: messages", messages))
    _touch(place, _counting(say, f"{slug}: conversations", place.talks))
    return asdict(Made(slug, email, password, contacts, messages, round(time.monotonic() - began, 2)))


def _add_agent(workspace_id: UUID, email: str) -> UUID:
    """Somebody who never signs in: the password is forgotten at once."""
    user = create_user(email=email, password=secrets.token_urlsafe(12), first_name="Ada", last_name=email[0])
    member: UUID = add_member(workspace_id=workspace_id, user_id=user.id, role="agent").id
    return member


def _add_contacts(place: _Place, count: Callable[[int], None]) -> None:
    for first in range(0, place.people, _CONTACTS_AT_ONCE):
        numbers = range(first, min(first + _CONTACTS_AT_ONCE, place.people))
        digits = [f"5511{900_000_000 + number}" for number in numbers]
        people = {
            "first": first,
            "name": [f"{NAMES[number % len(NAMES)]} {number}" for number in numbers],
            "digits": digits,
            "hash": [address_hash(place.workspace_id, f"+{number}") for number in digits],
        }
        _write(place, "add_contacts", people)
        count(len(digits))


def _add_messages(place: _Place, count: Callable[[int], None]) -> None:
    for first in range(1, place.messages + 1, _MESSAGES_AT_ONCE):
        last = min(first + _MESSAGES_AT_ONCE - 1, place.messages)
        _write(place, "add_messages", {"first": first, "last": last})
        count(last - first + 1)


def _touch(place: _Place, count: Callable[[int], None]) -> None:
    after = UUID(int=0)
    while True:
        with workspace_transaction(place.workspace_id), connection.cursor() as cursor:
            where: dict[str, Any] = {"workspace": place.workspace_id, "after": after, "most": _TALKS_AT_ONCE}
            cursor.execute(_sql("next_talks"), where)
            talks = [row[0] for row in cursor.fetchall()]
        if not talks:
            return
        _write(place, "touch", {"id": talks})
        after = talks[-1]
        count(len(talks))


def _write(place: _Place, name: str, values: dict[str, Any]) -> None:
    sizes = {"people": place.people, "talks": place.talks, "messages": place.messages}
    with workspace_transaction(place.workspace_id), connection.cursor() as cursor:
        cursor.execute(
            _sql(name),
            {"workspace": place.workspace_id, "seed": place.seed, **sizes, **place.values, **values},
        )


def _settle(say: Say) -> None:
    """Statistics and the visibility map, which autovacuum would have made in time."""
    with psycopg.connect(owner_url(environment()), autocommit=True) as owner:
        for table in _TABLES:
            say(f"VACUUM ANALYZE {table}")
            owner.execute(f"VACUUM (ANALYZE) {table}".encode())


def _counting(say: Say, what: str, whole: int) -> Callable[[int], None]:
    """Tells of every twentieth part."""
    began, done, told = time.monotonic(), 0, 0

    def count(more: int) -> None:
        nonlocal done, told
        done += more
        if done >= whole or 20 * done // whole > told:
            told = 20 * done // whole
            say(f"{what} {done:,} of {whole:,}, {done / (time.monotonic() - began):,.0f} a second")

    return count


def _sql(name: str) -> str:
    return statement("parley.operations", "scale", name)
