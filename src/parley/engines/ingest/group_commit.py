"""One commit for the requests that came while the last one was on its way to the disk.

A request waits for the commit that holds its rows, and is answered 200 only after it. Nobody waits for
company: an idle edge writes at once, a busy one finds more each time. Workspaces take turns, so that the
flood of one costs the others no more than some places in the next commit; the rows of one are committed in
the order in which they came.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from msgspec.structs import fields
from psycopg import DataError, OperationalError, ProgrammingError

from parley.channels.gateways.kept import EventRow
from parley.core.environment import Environment
from parley.core.sql import statement
from parley.engines.database import Connection, connect, is_away, platform_statement
from parley.engines.ingest.room import Room

log = structlog.get_logger(__name__)

_WRITERS = 2
"""Commits under way at once. More only makes them smaller."""
_MOST_ROWS = 1_000
_MOST_WAITING = 20_000
_LONGEST_WAIT = 15.0
"""Seconds. A caller who hears 503 tries again; one who hears nothing only waits."""
_LOOK_SECONDS = 0.5
_IDLE_SECONDS = 30.0
"""How long a writer keeps its connection with nothing to write."""
_COLUMNS = tuple(column.name for column in fields(EventRow))


@dataclass(eq=False, slots=True)
class _Request:
    """Rows of one workspace, and the caller who waits to hear how many of them were new."""

    rows: Sequence[EventRow]
    done: asyncio.Future[int]
    until: float
    place: int
    """The workspace, by its number: a UUID is hashed in Python, each time it is looked up."""
    tries: int = 0


class GroupCommit:
    """Gathers rows and writes them together. Start `run` as a task before `keep` is awaited."""

    def __init__(self, environment: Environment, *, on_kept: Callable[[], None]) -> None:
        self._environment = environment
        self._on_kept = on_kept
        self._room = Room(_MOST_WAITING)
        self._waiting: OrderedDict[int, deque[_Request]] = OrderedDict()
        self._being_written: set[int] = set()
        self._unanswered: deque[_Request] = deque()
        self._arrived = asyncio.Event()
        self._turn = asyncio.Lock()

    async def keep(self, rows: Sequence[EventRow]) -> int:
        """How many of the rows, all of one workspace, were new, once all of them are committed.

        Raises `Overloaded`, or what the database raised; then nothing of these rows is promised.
        """
        workspace_id, loop = rows[0].workspace_id, asyncio.get_running_loop()
        self._room.take(workspace_id, len(rows))
        request = _Request(rows, loop.create_future(), loop.time() + _LONGEST_WAIT, workspace_id.int)
        self._unanswered.append(request)
        self._waiting.setdefault(request.place, deque()).append(request)
        if request.place not in self._being_written:
            self._arrived.set()
        try:
            return await request.done
        finally:
            self._room.give_back(workspace_id, len(rows))

    async def run(self) -> None:
        """Write what waits, for ever."""
        async with asyncio.TaskGroup() as group:
            for _ in range(_WRITERS):
                group.create_task(self._write_for_ever())
            group.create_task(self._refuse_the_late())

    async def _write_for_ever(self) -> None:
        """One of the writers. They wait one at a time, so that a single webhook wakes a single connection."""
        connection: Connection | None = None
        while True:
            async with self._turn:
                connection = await self._connection_for_work(connection)
                requests = self._take() if connection is not None else []
            if connection is not None and requests:
                await self._write(connection, requests)

    async def _connection_for_work(self, connection: Connection | None) -> Connection | None:
        """Wait until there is something to write, and give a connection for it; None when there is none."""
        if connection is not None:
            try:
                async with asyncio.timeout(_IDLE_SECONDS):
                    await self._arrived.wait()
            except TimeoutError:
                await connection.close()
        await self._arrived.wait()
        if connection is not None and not connection.closed:
            return connection
        try:
            return await connect(self._environment)
        except OperationalError as error:
            log.warning("ingest.database_away", reason=type(error).__name__)
            self._refuse_all(error)
            return None

    def _take(self) -> list[_Request]:
        """What goes into the next commit: of each workspace that is not in one already, in turns."""
        taken: list[_Request] = []
        count = 0
        turns = deque(place for place in self._waiting if place not in self._being_written)
        while turns:
            place = turns.popleft()
            queue = self._waiting[place]
            if taken and count + len(queue[0].rows) > _MOST_ROWS:
                break
            request = queue.popleft()
            if queue:
                turns.append(place)
            else:
                del self._waiting[place]
            if not request.done.done():  # or it took too long, and was told so
                taken.append(request)
                count += len(request.rows)
                self._being_written.add(place)
        for place in self._being_written & self._waiting.keys():
            self._waiting.move_to_end(place)  # whoever got nothing this time is first the next time
        self._look_again()
        return taken

    def _look_again(self) -> None:
        """Whether there is something that a writer could take now."""
        if self._waiting.keys() <= self._being_written:
            self._arrived.clear()
        else:
            self._arrived.set()

    async def _write(self, connection: Connection, requests: list[_Request]) -> None:
        rows = [row for request in requests for row in request.rows]
        try:
            known = await self._insert(connection, rows)
        except Exception as error:
            if is_away(error):
                log.warning("ingest.write_interrupted", rows=len(rows), reason=type(error).__name__)
                await connection.close()
                self._try_again(requests, error)
            else:
                log.exception("ingest.rows_refused", rows=len(rows), reason=type(error).__name__)
                await self._write_one_by_one(connection, requests)
        else:
            _answer(requests, known)
            self._on_kept()
        finally:
            self._being_written -= {request.place for request in requests}
            self._look_again()

    def _try_again(self, requests: list[_Request], error: Exception) -> None:
        """On another connection: each of ours may have died long ago. What was kept after all stays kept."""
        for request in reversed(requests):
            request.tries += 1
            if request.tries > _WRITERS:
                _refuse(request, error)
            else:
                self._waiting.setdefault(request.place, deque()).appendleft(request)

    async def _write_one_by_one(self, connection: Connection, requests: list[_Request]) -> None:
        """One bad row must not cost the others: it is kept as bytes and parked, visible."""
        for request in requests:
            known = 0
            try:
                for row in request.rows:
                    known += len(await self._insert_or_park(connection, row))
            except Exception as error:
                log.exception("ingest.row_refused")
                _refuse(request, error)
                continue
            if not request.done.done():
                request.done.set_result(len(request.rows) - known)
        self._on_kept()

    async def _insert_or_park(self, connection: Connection, row: EventRow) -> set[int]:
        try:
            return await self._insert(connection, [row])
        except (DataError, ProgrammingError, ValueError) as error:
            reason = str(error).splitlines()[0]
            unreadable = row.as_unreadable(f"PostgreSQL cannot hold this JSON: {reason}")
            return await self._insert(connection, [unreadable])

    async def _insert(self, connection: Connection, rows: list[EventRow]) -> set[int]:
        """The places, from 1, of the rows that were there before. Committed when this returns."""
        columns = {name: [getattr(row, name) for row in rows] for name in _COLUMNS}
        query = statement("parley.engines", "ingest", "keep_together")
        return {place for (place,) in await platform_statement(connection, query, columns)}

    async def _refuse_the_late(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            now = asyncio.get_running_loop().time()
            while self._unanswered and (self._unanswered[0].done.done() or self._unanswered[0].until < now):
                # Perhaps kept later: then the sender's next try finds it there.
                late = OperationalError(f"No commit within {_LONGEST_WAIT:.0f} s.")
                _refuse(self._unanswered.popleft(), late)

    def _refuse_all(self, error: Exception) -> None:
        """Of what nobody is writing; better said now than waited for."""
        for place in self._waiting.keys() - self._being_written:
            for request in self._waiting.pop(place):
                _refuse(request, error)
        self._look_again()


def _answer(requests: list[_Request], known: set[int]) -> None:
    place = 0
    for request in requests:
        first, place = place + 1, place + len(request.rows)
        old = sum(first <= one <= place for one in known) if known else 0
        if not request.done.done():
            request.done.set_result(len(request.rows) - old)


def _refuse(request: _Request, error: Exception) -> None:
    if not request.done.done():
        request.done.set_exception(error)
