"""The engines' connections: a pool as parley_engine, and one way to begin a transaction of a workspace."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, AsyncCursor, DataError, Error, OperationalError, errors
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row, tuple_row
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

_AWAKE = f"SET LOCAL idle_in_transaction_session_timeout = '{_LONGEST_TRANSACTION:.0f}s'"
"""A process that stands still in the middle must not hold its locks for longer than one that runs."""

_OPTIONS: dict[str, Any] = {
    "autocommit": True,
    "row_factory": dict_row,
    # PgBouncer in transaction mode knows no prepared statements of a session.
    "prepare_threshold": None,
    "connect_timeout": 2,
    "client_encoding": "UTF8",
    "application_name": "parley-engine",
}
_LIMITS = (errors.ProgramLimitExceeded, errors.StatementTooComplex, errors.TooManyArguments)


def is_away(error: Exception) -> bool:
    """Whether PostgreSQL cannot be reached, as opposed to having refused a value."""
    return isinstance(error, DATABASE_AWAY) and not isinstance(error, _LIMITS)


class TooLong(DataError):
    """A value that no index or statement can hold: the data's fault, though psycopg files it with outages."""


def open_pool(environment: Environment, *, size: int = 8) -> Pool:
    """A pool that is not open yet: `async with` it. Waiting for a connection ends after 5 seconds."""
    return AsyncConnectionPool(
        engine_url(environment),
        connection_class=AsyncConnection[DictRow],
        kwargs=_OPTIONS,
        min_size=1,
        max_size=size,
        timeout=5,
        max_idle=30,
        reconnect_timeout=5,
        configure=_write_arrays_fast,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )


async def connect(environment: Environment) -> Connection:
    """A connection of one's own, to be closed. Raises `OperationalError` after 2 seconds."""
    connection = await AsyncConnection[DictRow].connect(engine_url(environment), **_OPTIONS)
    await _write_arrays_fast(connection)
    return connection


async def _write_arrays_fast(connection: Connection) -> None:
    connection.adapters.register_dumper(list, ArrayDumper)


@asynccontextmanager
async def workspace_transaction(pool: Pool, workspace_id: UUID) -> AsyncIterator[Connection]:
    """A transaction in which the database shows and accepts rows of this workspace only.

    One that takes too long fails with `OperationalError`, and its connection is given up.
    """
    try:
        async with (
            _telling_apart(),
            asyncio.timeout(_LONGEST_TRANSACTION),
            pool.connection() as connection,
            connection.transaction(),
        ):
            await connection.execute(f"{_enter(workspace_id)}; {_AWAKE}")
            yield connection
    except TimeoutError:
        raise OperationalError(f"PostgreSQL did not answer within {_LONGEST_TRANSACTION:.0f} s.") from None


@asynccontextmanager
async def platform_transaction(pool: Pool) -> AsyncIterator[Connection]:
    """A transaction of no workspace: it sees only what the engines' own policies show."""
    async with workspace_transaction(pool, NO_WORKSPACE) as connection:
        yield connection


async def platform_statement(
    connection: Connection, query: str, parameters: Mapping[str, object]
) -> list[tuple[Any, ...]]:
    """One statement in a platform transaction of its own, all in one round trip. Committed when this returns.

    Raises as `workspace_transaction` does; then nothing was committed, or nobody knows.
    """
    cursor = AsyncCursor(connection, row_factory=tuple_row)
    async with _telling_apart():
        try:
            with _cut_when_late(connection):
                async with connection.pipeline():
                    await connection.execute("BEGIN")
                    await connection.execute(_enter(NO_WORKSPACE))
                    await cursor.execute(query, parameters)
                    await connection.execute("COMMIT")
        except Error:
            if connection.info.transaction_status == TransactionStatus.INERROR:
                await connection.rollback()
            raise
        return await cursor.fetchall()


def _enter(workspace_id: UUID) -> str:
    return f"SET LOCAL app.workspace_id = '{UUID(str(workspace_id))}'"


@contextmanager
def _cut_when_late(connection: Connection) -> Iterator[None]:
    """Shut the connection's socket, so that waiting ends with `OperationalError`.

    To cancel would be to wait once more, for an answer to the cancelling.
    """

    def cut() -> None:
        with suppress(OSError, OperationalError), socket.socket(fileno=os.dup(connection.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)

    timer = asyncio.get_running_loop().call_later(_LONGEST_TRANSACTION, cut)
    try:
        yield
    finally:
        timer.cancel()


@asynccontextmanager
async def _telling_apart() -> AsyncIterator[None]:
    """What psycopg files with outages and is none, and the other way round."""
    try:
        yield
    except _LIMITS as error:
        raise TooLong(str(error)) from error
    except errors.ReadOnlySqlTransaction as error:
        raise OperationalError("The database takes no writes just now.") from error
