"""Looking for breaches of the promises, in every workspace and over all of them."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, dict_row

from parley.core.crypto import CannotDecrypt, decrypt
from parley.core.database_urls import app_url, engine_url
from parley.core.environment import Environment
from parley.core.errors import NotFound
from parley.core.postgres import catalogue
from parley.core.sql import statement
from parley.operations.connecting import connect
from parley.operations.invariants import promises
from parley.operations.invariants.applied import missing_of_applied
from parley.operations.invariants.promises import Promise

_LONGEST_MINUTES = 10
_SECRETS = ("credentials", "webhook_secret", "verify_token")


@dataclass(frozen=True, slots=True)
class Breach:
    """One promise that does not hold. `where` is a workspace's slug or empty; `said` has ids only."""

    promise: Promise
    where: str
    said: str


def look_for_breaches(
    environment: Environment, *, since: datetime, grace: float, workspace_slug: str | None = None
) -> list[Breach]:
    """Every breach among what was written since then, and what has been stuck for more than `grace` seconds.

    Raises `NotFound` for a workspace that does not exist. A workspace is read in one snapshot.
    """
    period = {"since": smallest_id(since), "since_at": since, "grace": grace}
    found = [*_over_all(environment, period), *_readiness(environment)]
    for workspace_id, slug in _workspaces(environment, workspace_slug):
        with _snapshot(environment, workspace_id) as connection:
            found += _in_workspace(connection, slug, {**period, "workspace": workspace_id})
    return found


def smallest_id(moment: datetime) -> UUID:
    """The smallest UUIDv7 of a moment: what was made later has a larger id."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _over_all(environment: Environment, period: dict[str, Any]) -> Iterator[Breach]:
    with connect(app_url(environment)) as connection:
        for rule in catalogue.RULES:
            for said in catalogue.breaches(connection, rule):
                yield Breach(promises.APART, "", said)
        for promise in promises.OF_ALL:
            query: Any = statement("parley.operations", "invariants_of_all", promise.statement)
            for row in connection.execute(query, period).fetchall():
                yield Breach(promise, "", row[0])


def _workspaces(environment: Environment, slug: str | None) -> list[tuple[UUID, str]]:
    with connect(engine_url(environment)) as connection:
        rows = connection.execute("SELECT id, slug FROM workspace ORDER BY slug").fetchall()
    chosen = [(row[0], row[1]) for row in rows if slug in {None, row[1]}]
    if slug is not None and not chosen:
        raise NotFound(f"There is no workspace {slug!r}.")
    return chosen


@contextmanager
def _snapshot(environment: Environment, workspace_id: UUID) -> Iterator[Connection[DictRow]]:
    with connect(app_url(environment)) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute(f"SET LOCAL statement_timeout = '{_LONGEST_MINUTES}min'")
        connection.execute("SELECT set_config('app.workspace_id', %s, true)", [str(workspace_id)])
        connection.row_factory = dict_row
        yield connection


def _in_workspace(connection: Connection[DictRow], slug: str, period: dict[str, Any]) -> Iterator[Breach]:
    for promise in promises.OF_A_WORKSPACE:
        query: Any = statement("parley.operations", "invariants", promise.statement)
        for row in connection.execute(query, period).fetchall():
            yield Breach(promise, slug, str(next(iter(row.values()))))
    for said in missing_of_applied(connection, period):
        yield Breach(promises.UNAPPLIED, slug, said)
    for said in _closed_secrets(connection, period):
        yield Breach(promises.SEALED, slug, said)


def _closed_secrets(connection: Connection[DictRow], period: dict[str, Any]) -> Iterator[str]:
    query: Any = statement("parley.operations", "invariants", "channels_with_secrets")
    for row in connection.execute(query, period).fetchall():
        for name in _SECRETS:
            if row[name] is None:
                continue
            try:
                decrypt(bytes(row[name]), bound_to=f"{period['workspace']}:channel:{row['id']}:{name}")
            except CannotDecrypt as error:
                yield f"{name} of channel {row['id']}: {error}"


def _readiness(environment: Environment) -> Iterator[Breach]:
    """What a running edge says of itself. One that does not run says nothing, which is no breach."""
    host = "127.0.0.1" if environment.bind_host in {"0.0.0.0", "::"} else environment.bind_host  # noqa: S104
    try:
        urllib.request.urlopen(f"http://{host}:{environment.bind_port}/readyz", timeout=5).close()
    except urllib.error.HTTPError as error:
        if error.code == 503:
            yield Breach(
                promises.READY, "", f"/readyz says 503: {error.read(500).decode('utf-8', 'replace')}"
            )
    except OSError:
        return
