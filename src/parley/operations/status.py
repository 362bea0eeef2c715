"""What an operator wants to know first: is it up, as whom does it serve, what waits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection, sql

from parley.core.database_urls import admin_url, app_url, engine_url
from parley.core.environment import Environment
from parley.core.errors import Misconfigured
from parley.operations.connecting import check_serving_role, check_version, connect
from parley.operations.connection_faults import place_of

_QUEUES = {
    "webhook events to apply": "SELECT count(*) FROM inbound_event WHERE state = 'new'",
    "webhook events set aside": "SELECT count(*) FROM inbound_event WHERE state = 'parked'",
    "messages to send": "SELECT count(*) FROM message WHERE status IN ('queued', 'sending')",
    "messages in doubt": "SELECT count(*) FROM message WHERE status = 'uncertain'",
}
_JOBS = "SELECT count(*) FROM procrastinate_jobs WHERE status = {}"
_REACTIONS = "SELECT count(*) FROM reactor_failure WHERE at > now() - interval '7 days'"
_WORTH_A_LOOK = frozenset(
    {
        "webhook events set aside",
        "messages in doubt",
        "jobs that failed",
        "reactions given up in 7 days",
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the answer. Not `is_well` makes `doctor` end with code 1; a warning does not."""

    subject: str
    said: str
    is_well: bool = True
    is_warning: bool = False


def look(environment: Environment) -> list[Finding]:
    """Everything worth saying, never raising for what is wrong."""
    findings = [
        _try("database", lambda: _database(environment)),
        _try("pages sign in", lambda: _role(app_url(environment))),
        _try("engines sign in", lambda: _role(engine_url(environment))),
    ]
    if all(finding.is_well for finding in findings):
        findings.append(_try("migrations", lambda: _migrations(environment)))
        findings.extend(_queues(environment))
    return findings


def _try(subject: str, look_at: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, look_at())
    except Misconfigured as error:
        return Finding(subject, str(error), is_well=False)
    except psycopg.Error as error:
        return Finding(subject, f"{type(error).__name__}: {str(error).splitlines()[0]}", is_well=False)


def _database(environment: Environment) -> str:
    url = app_url(environment) if environment.database_url else admin_url(environment)
    with connect(url) as connection:
        check_version(connection, url)
        version = connection.info.server_version
        kind = "PostgreSQL" if environment.database_url else "embedded PostgreSQL"
        return f"{kind} {version // 10_000}.{version % 10_000} at {place_of(url)}"


def _role(url: str) -> str:
    with connect(url) as connection:
        check_serving_role(connection, url)
        return f"as {connection.info.user}, kept within a workspace by row-level security"


def _migrations(environment: Environment) -> str:
    with connect(app_url(environment)) as connection:
        if not _has_table(connection, "django_migrations"):
            raise Misconfigured("None ran yet. Run `parley migrate`.")
        row = connection.execute(
            "SELECT app || '.' || name, applied::date::text FROM django_migrations ORDER BY id DESC LIMIT 1"
        ).fetchone()
        return f"last: {row[0]} on {row[1]}" if row else "none"


def _queues(environment: Environment) -> list[Finding]:
    # One transaction: PgBouncer may give each one another connection to the server.
    with connect(engine_url(environment)) as connection, connection.transaction():
        # A workspace that does not exist: only the engines' own policies show rows then.
        connection.execute("SET LOCAL app.workspace_id = '00000000-0000-0000-0000-000000000000'")
        findings = [
            _count(connection, subject, sql.SQL(statement))
            for subject, statement in _QUEUES.items()
            if _has_table(connection, "inbound_event") and _has_table(connection, "message")
        ]
        if _has_table(connection, "procrastinate_jobs"):
            for subject, state in (("jobs that wait", "todo"), ("jobs that failed", "failed")):
                statement = sql.SQL(_JOBS).format(sql.Literal(state))
                findings.append(_count(connection, subject, statement))
        if _has_table(connection, "reactor_failure"):
            findings.append(_count(connection, "reactions given up in 7 days", sql.SQL(_REACTIONS)))
    return findings


def _count(connection: Connection[Any], subject: str, statement: sql.SQL | sql.Composed) -> Finding:
    row = connection.execute(statement).fetchone()
    number = int(row[0]) if row else 0
    return Finding(subject, str(number), is_warning=number > 0 and subject in _WORTH_A_LOOK)


def _has_table(connection: Connection[Any], name: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s)", [f"public.{name}"]).fetchone()
    return row is not None and row[0] is not None
