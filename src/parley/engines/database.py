"""The engines' connections: a pool as parley_engine, and one way to begin a transaction of a workspace."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, DataError, OperationalError, errors
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from parley.core.database_urls import engine_url
from parley.core.environment import Environment
from parley.engines.arrays import ArrayDumper

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]

DATABASE_AWAY = (OperationalError, PoolTimeout)
"""What a call raises while PostgreSQL cannot be reached. Everything else is our fault or the data's."""

NO_WORKSPACE = UUID(int=0)

_LONGEST_TRANSACTION = 15.0
"""Seconds. A connection that stands while nothing comes through says nothing by itself, for hours."""

_LIMITS = (errors.ProgramLimitExceeded, errors.StatementTooComplex, errors.TooManyArguments)


def is_away(error: Exception) -> bool:
    """Whether PostgreSQL cannot be reached, as opposed to having refused a value."""
    return isinstance(error, DATABASE_AWAY) and not isinstance(error, _LIMITS)


class TooLong(DataError):
    """A value that no index or statement can hold: the data's fault, though psycopg files it with outages."""


def open_pool(environment: Environment, *, size: int = 8) -> Pool:
    """A pool that is not open yet: `async with` it. Waiting for a connection ends after 5 seconds."""
    options: dict[str, Any] = {
        "autocommit": True,
        "row_factory": dict_row,
        # PgBouncer in transaction mode knows no prepared statements of a session.
        "prepare_threshold": None,
        "connect_timeout": 2,
        "client_encoding": "UTF8",
        "application_name": "parley-engine",
    }
    return AsyncConnectionPool(
        engine_url(environment),
        connection_class=AsyncConnection[DictRow],
        kwargs=options,
        min_size=1,
        max_size=size,
        timeout=5,
        max_idle=30,
        reconnect_timeout=5,
        configure=_fast_arrays,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )


async def _fast_arrays(connection: Connection) -> None:
    connection.adapters.register_dumper(list, ArrayDumper)


@asynccontextmanager
async def workspace_transaction(pool: Pool, workspace_id: UUID) -> AsyncIterator[Connection]:
    """A transaction in which the database shows and accepts rows of this workspace only.

    One that takes too long fails with `OperationalError`, and its connection is given up.
    """
    try:
        async with (
            asyncio.timeout(_LONGEST_TRANSACTION),
            pool.connection() as connection,
            connection.transaction(),
        ):
            await connection.execute(f"SET LOCAL app.workspace_id = '{UUID(str(workspace_id))}'")
            yield connection
    except _LIMITS as error:
        raise TooLong(str(error)) from error
    except errors.ReadOnlySqlTransaction as error:
        raise OperationalError("The database takes no writes just now.") from error
    except TimeoutError:
        raise OperationalError(f"PostgreSQL did not answer within {_LONGEST_TRANSACTION:.0f} s.") from None


@asynccontextmanager
async def platform_transaction(pool: Pool) -> AsyncIterator[Connection]:
    """A transaction of no workspace: it sees only what the engines' own policies show."""
    async with workspace_transaction(pool, NO_WORKSPACE) as connection:
        yield connection
