"""Live: hints to many open streams, from NOTIFY to the reader, against sockets that are only written to.

A delivery is one event at one stream. Bursts of events tell how many deliveries a second there can be, of the
product by as many notifications, of the floor in one write for each stream. In between, 200 events a second
tell how long each takes. Both are read by the same counting readers.
"""

import asyncio
import re
import resource
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
import uvloop

from benchmarks.installation import DATABASE, Installation
from benchmarks.memory import now_mb, peak_mb
from benchmarks.raw_streams import raw_server
from benchmarks.results import Result
from benchmarks.rounds import Round, alternate
from benchmarks.webhooks import connect_number
from parley.core.database_urls import ENGINE_ROLE, with_login
from parley.core.keys import keys_from_text
from parley.core.live import live_payload
from parley.core.stream_token import issue

BURST: Final = 40
BURSTS: Final = 10
PACED_SECONDS: Final = 2.0
PACED_DELIVERIES: Final = 200_000
"""A second: 200 events for each of 1,000 streams."""
TICKS: Final = 20
"""A second."""
TIMED: Final = 20
"""Streams whose events are timed one by one, and which break off in the end; of others they are counted."""
_OPENING_AT_ONCE = 50
_LONGEST_SECONDS = 60.0
_TOPIC = b"conversation:"
_WRITE = b"event: changed"
_TOLD = re.compile(rb'"conversation:(\d+)"')
_NOTIFY = "SELECT pg_notify('parley_live', payload) FROM unnest(%s::text[]) AS payload"
_ID = re.compile(rb"^id: (\S+)$", re.MULTILINE)


def run(here: Installation, *, streams: int) -> Result:
    """Measure. Raises `AssertionError` where a stream missed an event, or was told to look at everything."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    workspace_id, token = _member(here)
    with (
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        here.serving("edge") as (url, pid),
        raw_server() as port,
        _signed_in(here) as database,
    ):
        where = urlsplit(url)
        asking = f"GET /events?token={token} HTTP/1.1\r\nHost: {where.netloc}\r\n"
        product = _Crowd(runner, where.port or 80, f"{asking}\r\n".encode(), b"event: ready")
        floor = _Crowd(runner, port, b"stream\n", None)
        before = now_mb(pid)
        product.come(streams)
        each_kb = 1024 * (now_mb(pid) - before) / streams
        floor.come(streams)
        told = _Told(database, workspace_id)
        measured = alternate(
            lambda: _product_round(product, told, paced=PACED_DELIVERIES // streams),
            lambda: _floor_round(floor),
        )
        _check_resuming(product, told, asking)
        remarks = (
            f"{each_kb:.1f} kB a stream",
            f"{product.events_a_write:.0f} events in a write (floor: {BURST})",
            f"times at {PACED_DELIVERIES // streams} events/s",
        )
        peak = peak_mb(pid)
        product.go()
        floor.go()
        return Result(
            "live" if streams == 1_000 else f"live{streams}", "deliveries/s", measured, peak, remarks
        )


def _product_round(crowd: "_Crowd", told: "_Told", *, paced: int) -> Round:
    async def work() -> Round:
        for reader in crowd.readers:
            reader.times.clear()
        crowd.count_anew()
        began = time.perf_counter()
        for tick in range(1, int(PACED_SECONDS * TICKS) + 1):
            told.tell(paced // TICKS)
            await asyncio.sleep(began + tick / TICKS - time.perf_counter())
        await crowd.until_all_have(paced // TICKS * int(PACED_SECONDS * TICKS))
        times = [seconds for reader in crowd.readers for seconds in reader.times]
        crowd.count_anew()
        began = time.perf_counter()
        for burst in range(1, BURSTS + 1):
            told.tell(BURST)
            await crowd.until_all_have(burst * BURST)
        rate = len(crowd.readers) * BURSTS * BURST / (time.perf_counter() - began)
        assert not any(reader.said_everything for reader in crowd.readers), "A stream was told of a gap."
        return Round(rate, times)

    return crowd.runner.run(work())


def _floor_round(crowd: "_Crowd") -> float:
    async def work() -> float:
        crowd.count_anew()
        _, writer = await asyncio.open_connection("127.0.0.1", crowd.port)
        began = time.perf_counter()
        for burst in range(1, BURSTS + 1):
            writer.write(b"%d\n" % BURST)
            await crowd.until_all_have(burst * BURST)
        seconds = time.perf_counter() - began
        writer.close()
        return len(crowd.readers) * BURSTS * BURST / seconds

    return crowd.runner.run(work())


def _check_resuming(crowd: "_Crowd", told: "_Told", asking: str) -> None:
    """Streams that break off and come back with what they heard last hear the rest, once."""

    async def work() -> None:
        leaving = [reader for reader in crowd.readers if reader.is_timed]
        for reader in leaving:
            assert reader.transport is not None
            reader.transport.abort()
        missed = told.tell(BURST)
        await asyncio.sleep(0.2)
        for reader in leaving:
            request = f"{asking}Last-Event-ID: {reader.last_id.decode()}\r\n\r\n".encode()
            again = await open_reader(crowd.port, request, crowd.ready, is_timed=True)
            crowd.readers[crowd.readers.index(reader)] = again
            while len(again.taken) < BURST:  # noqa: ASYNC110  twenty times, and not timed
                await asyncio.sleep(0.01)
            assert sorted(again.taken) == missed, "A stream that came back heard something else."

    crowd.runner.run(asyncio.wait_for(work(), _LONGEST_SECONDS))


@dataclass(slots=True)
class _Told:
    """What was told so far: events are numbers that only grow."""

    database: psycopg.Connection[Any]
    workspace_id: UUID
    number: int = 0

    def tell(self, count: int) -> list[int]:
        """So many events, each its own notification. Their numbers are the microseconds when they left."""
        first = max(self.number + 1, time.time_ns() // 1_000)
        numbers = list(range(first, first + count))
        payloads = [live_payload(self.workspace_id, [f"conversation:{number}"]) for number in numbers]
        self.database.execute(_NOTIFY, [payloads])
        self.number = numbers[-1]
        return numbers


class _Reader(asyncio.Protocol):
    """Counts events; `times`, where wanted, are how many microseconds each took."""

    def __init__(self, request: bytes, ready: bytes | None, *, is_timed: bool) -> None:
        self.count = 0
        self.writes = 0
        self.taken: list[int] = []
        self.times: list[float] = []
        self.last_id = b""
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None
        self.said_everything = False
        self.is_timed = is_timed
        self._request = request
        self._wanted = ready

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self._request)
        if self._wanted is None:
            self.ready.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.count += data.count(_TOPIC)
        self.writes += data.count(_WRITE)
        if self.is_timed:
            now = time.time_ns() // 1_000
            found = [int(number) for number in _TOLD.findall(data)]
            self.taken += found
            self.times += [(now - number) / 1e6 for number in found]
            self.last_id = (_ID.findall(data) or [self.last_id])[-1]
        if b'["*"]' in data:
            self.said_everything = True
        if not self.ready.done() and self._wanted is not None and self._wanted in data:
            self.ready.set_result(None)


@dataclass(slots=True)
class _Crowd:
    """Many readers of one server."""

    runner: asyncio.Runner
    port: int
    request: bytes
    ready: bytes | None
    readers: list[_Reader] = field(default_factory=list)

    def come(self, count: int) -> None:
        self.runner.run(self._come(count))

    def go(self) -> None:
        for reader in self.readers:
            if reader.transport is not None:
                reader.transport.abort()
        self.readers.clear()

    async def _come(self, count: int) -> None:
        doors = asyncio.Semaphore(_OPENING_AT_ONCE)

        async def one() -> None:
            async with doors:
                is_timed = len(self.readers) < TIMED
                self.readers.append(await open_reader(self.port, self.request, self.ready, is_timed=is_timed))

        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(one())
        await asyncio.sleep(1)
        for reader in self.readers:
            reader.said_everything = False  # what a new stream hears at first is not measured

    @property
    def events_a_write(self) -> float:
        """Since counting began."""
        return sum(one.count for one in self.readers) / sum(one.writes for one in self.readers)

    def count_anew(self) -> None:
        for reader in self.readers:
            reader.count = reader.writes = 0

    async def until_all_have(self, count: int) -> None:
        """Each reader has counted so many."""
        deadline = time.monotonic() + _LONGEST_SECONDS
        behind = self.readers
        while behind := [reader for reader in behind if reader.count < count]:
            late = f"{len(behind)} streams miss events; one has {behind[0].count} of {count}."
            assert time.monotonic() < deadline, late
            await asyncio.sleep(0.001)


async def open_reader(port: int, request: bytes, ready: bytes | None, *, is_timed: bool) -> _Reader:
    """A reader whose stream is open."""
    loop = asyncio.get_running_loop()
    _, reader = await loop.create_connection(
        lambda: _Reader(request, ready, is_timed=is_timed), "127.0.0.1", port
    )
    await reader.ready
    return reader


def _member(here: Installation) -> tuple[UUID, str]:
    """A workspace, and what a page of its owner opens its stream with. Leaves Django in this process."""
    workspace_id = connect_number(here.variables).workspace_id
    from django.db import connection

    from parley.access.services.members import add_member, create_user
    from parley.core.transactions import workspace_transaction

    with workspace_transaction(workspace_id):
        password = secrets.token_urlsafe(12)
        user = create_user(email="ana@example.com", password=password, first_name="Ana", last_name="")
        member = add_member(workspace_id=workspace_id, user_id=user.id, role="owner")
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    key = keys_from_text(here.variables["PARLEY_SECRET_KEY"]).stream_token_key
    return workspace_id, issue(workspace_id=workspace_id, user_id=user.id, membership_id=member.id, key=key)


@contextmanager
def _signed_in(here: Installation) -> Iterator[psycopg.Connection[Any]]:
    password = keys_from_text(here.variables["PARLEY_SECRET_KEY"]).role_password(ENGINE_ROLE)
    url = with_login(here.server.tcp_url(DATABASE), ENGINE_ROLE, password)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
