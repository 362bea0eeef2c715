"""One commit for the requests of the last few milliseconds.

A request waits for the commit that holds its rows, and is answered 200 only after it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import fields

import structlog
from psycopg import DataError, OperationalError, ProgrammingError

from parley.core.sql import statement
from parley.engines.database import DATABASE_AWAY, Pool, platform_transaction
from parley.engines.ingest.rows import EventRow

log = structlog.get_logger(__name__)

_GATHER_SECONDS = 0.003
_MOST_ROWS = 1_000
_MOST_WAITING = 20_000
_LONGEST_WAIT = 15.0
"""Seconds. A caller who hears 503 tries again; one who hears nothing only waits."""
_COLUMNS = tuple(column.name for column in fields(EventRow))


class Overloaded(Exception):
    """More rows wait than memory should hold: say so early rather than fall over late."""


class GroupCommit:
    """Gathers rows and writes them together. Start `run` as a task before `keep` is awaited."""

    def __init__(self, pool: Pool, *, on_kept: Callable[[], None]) -> None:
        self._pool = pool
        self._on_kept = on_kept
        self._waiting: list[tuple[Sequence[EventRow], asyncio.Future[int]]] = []
        self._rows_waiting = 0
        self._arrived = asyncio.Event()

    async def keep(self, rows: Sequence[EventRow]) -> int:
        """How many of the rows were new, once all of them are committed.

        Raises `Overloaded`, or what the database raised; then nothing of these rows is promised.
        """
        if self._rows_waiting + len(rows) > _MOST_WAITING:
            raise Overloaded
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, done))
        self._rows_waiting += len(rows)
        self._arrived.set()
        try:
            async with asyncio.timeout(_LONGEST_WAIT):
                return await done
        except TimeoutError:
            # Perhaps kept later: then the sender's next try finds it there.
            raise OperationalError(f"No commit within {_LONGEST_WAIT:.0f} s.") from None

    async def run(self) -> None:
        """Write what waits, for ever."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            await asyncio.sleep(_GATHER_SECONDS)
            while self._waiting:
                await self._write(self._take())

    def _take(self) -> list[tuple[Sequence[EventRow], asyncio.Future[int]]]:
        taken: list[tuple[Sequence[EventRow], asyncio.Future[int]]] = []
        count = 0
        while self._waiting and (not taken or count + len(self._waiting[0][0]) <= _MOST_ROWS):
            taken.append(self._waiting.pop(0))
            count += len(taken[-1][0])
        self._rows_waiting -= count
        return taken

    async def _write(self, requests: list[tuple[Sequence[EventRow], asyncio.Future[int]]]) -> None:
        rows = [row for batch, _ in requests for row in batch]
        try:
            new = await self._insert(rows)
        except DATABASE_AWAY as error:
            log.warning("ingest.database_away", rows=len(rows), reason=type(error).__name__)
            for _, done in requests:
                _fail(done, error)
            return
        except Exception as error:
            log.exception("ingest.rows_refused", rows=len(rows), reason=type(error).__name__)
            await self._write_one_by_one(requests)
            return
        self._on_kept()
        for batch, done in requests:
            if not done.done():
                done.set_result(sum(row.id in new for row in batch))

    async def _write_one_by_one(self, requests: list[tuple[Sequence[EventRow], asyncio.Future[int]]]) -> None:
        """One bad row must not cost the others: it is kept as bytes and parked, visible."""
        for batch, done in requests:
            new = 0
            try:
                for row in batch:
                    new += len(await self._insert_or_park(row))
            except Exception as error:
                log.exception("ingest.row_refused")
                _fail(done, error)
                continue
            if not done.done():
                done.set_result(new)
        self._on_kept()

    async def _insert_or_park(self, row: EventRow) -> set[object]:
        try:
            return await self._insert([row])
        except (DataError, ProgrammingError, ValueError) as error:
            reason = str(error).splitlines()[0]
            return await self._insert([row.as_unreadable(f"PostgreSQL cannot hold this JSON: {reason}")])

    async def _insert(self, rows: list[EventRow]) -> set[object]:
        columns = {name: [getattr(row, name) for row in rows] for name in _COLUMNS}
        async with platform_transaction(self._pool) as connection:
            cursor = await connection.execute(statement("parley.engines", "ingest", "keep"), columns)
            return {row["id"] for row in await cursor.fetchall()}


def _fail(done: asyncio.Future[int], error: Exception) -> None:
    if not done.done():
        done.set_exception(error)
