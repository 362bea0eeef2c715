"""Events of webhooks that were set aside: how many, why, and once more."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, dict_row

from parley.core.crypto import CannotDecrypt, decrypt
from parley.core.database_urls import engine_url
from parley.core.environment import Environment
from parley.core.errors import NotFound
from parley.core.masking import mask_text
from parley.core.sql import statement
from parley.operations.connecting import connect

_NOBODYS = re.compile(r"The number \S+ is not connected here\.")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


@dataclass(frozen=True, slots=True)
class Parked:
    """One event that was set aside. `reason` has nothing of what a customer wrote or who they are."""

    received_at: datetime
    workspace: str
    channel_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Overview:
    """How many events are in which state, each counted up to 100,000, and the newest that are parked."""

    counts: dict[str, int]
    newest: list[Parked]


def overview(environment: Environment, *, workspace_slug: str | None = None) -> Overview:
    """What became of the webhooks' events. Raises `NotFound` for a workspace that does not exist."""
    with _over_all_workspaces(environment) as connection:
        where = {"workspace": _workspace(connection, workspace_slug)}
        counts = connection.execute(_sql("counts"), where).fetchall()
        newest = connection.execute(_sql("newest"), where).fetchall()
    return Overview(
        counts={row["state"]: row["number"] for row in counts},
        newest=[
            Parked(row["received_at"], row["slug"], row["channel_id"], _shown(row["error"])) for row in newest
        ],
    )


def retry(environment: Environment, *, workspace_slug: str | None = None) -> int:
    """Have parked events applied once more; returns how many.

    One for a number that was not connected goes to that number if it is by now, and if the same secret proves
    it. Otherwise it stays, and so does one of which only bytes are left.
    """
    with _over_all_workspaces(environment) as connection:
        where = {"workspace": _workspace(connection, workspace_slug)}
        moved = 0
        for pair in connection.execute(_sql("numbers_that_are_here_now"), where).fetchall():
            if _share_a_secret(pair):
                moved += connection.execute(_sql("hand_over"), pair).rowcount
        return moved + connection.execute(_sql("retry"), where).rowcount


@contextmanager
def _over_all_workspaces(environment: Environment) -> Iterator[Connection[DictRow]]:
    # One transaction: PgBouncer may give each one another connection to the server.
    with connect(engine_url(environment)) as connection, connection.transaction():
        # A workspace that does not exist: only the engines' own policies show rows then.
        connection.execute("SET LOCAL app.workspace_id = '00000000-0000-0000-0000-000000000000'")
        connection.row_factory = dict_row
        yield connection


def _workspace(connection: Connection[DictRow], slug: str | None) -> UUID | None:
    if slug is None:
        return None
    row = connection.execute("SELECT id FROM workspace WHERE slug = %s", [slug]).fetchone()
    if row is None:
        raise NotFound(f"There is no workspace {slug!r}.")
    return UUID(str(row["id"]))


def _share_a_secret(pair: DictRow) -> bool:
    try:
        via = _opened(pair["workspace_id"], pair["via_id"], pair["via_secret"])
        return via == _opened(pair["workspace_id"], pair["number_id"], pair["number_secret"])
    except CannotDecrypt:
        return False


def _opened(workspace_id: UUID, channel_id: UUID, sealed: bytes) -> bytes:
    return decrypt(bytes(sealed), bound_to=f"{workspace_id}:channel:{channel_id}:webhook_secret")


def _shown(reason: str) -> str:
    """A number of ours may be named; what an exception quotes of an event may be anybody's."""
    return reason if _NOBODYS.fullmatch(reason) else mask_text(_QUOTED.sub("…", reason))


def _sql(name: str) -> Any:
    return statement("parley.operations", "parked", name)
