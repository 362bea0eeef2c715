"""How many statements a request costs, counted by the server itself, outside of what is timed."""

import time
from collections.abc import Callable

import psycopg

from parley.operations.embedded import EmbeddedServer

_RELOAD_SECONDS = 0.5
_REPEATS = 10
# What frames a transaction asks nothing of the database.
_COUNT = """
SELECT coalesce(sum(calls), 0)::float
FROM pg_stat_statements
JOIN pg_roles ON pg_roles.oid = userid
WHERE rolname = 'parley_app' AND query !~* '^(begin|commit|rollback|set|savepoint|release|select $1)'
"""


def per_request(server: EmbeddedServer, request: Callable[[], object]) -> float:
    """Statements of parley_app for one request, over several; nothing else may run as that role meanwhile."""
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        _track(connection, "top")
        connection.execute("SELECT pg_stat_statements_reset()")
        for _ in range(_REPEATS):
            request()
        row = connection.execute(_COUNT).fetchone()
        _track(connection, "none")
    return float(row[0]) / _REPEATS if row else 0.0


def _track(connection: psycopg.Connection[tuple[object, ...]], what: str) -> None:
    connection.execute(f"ALTER SYSTEM SET pg_stat_statements.track = '{what}'".encode())
    connection.execute("SELECT pg_reload_conf()")
    time.sleep(_RELOAD_SECONDS)
