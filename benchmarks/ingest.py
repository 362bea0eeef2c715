"""Ingest: signed webhooks into the edge, each answered after its commit, against rows written by SQL alone.

Of the webhooks 75 % are statuses, 20 % messages and 5 % repeats, one event in each; or fifty statuses in
each, as a busy number's provider packs them. The floor writes as many rows into the same table of another
database on the same server, in statements of 50 with a commit each. The applier works all the while, on the
same processors.
"""

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from psycopg.rows import DictRow, dict_row

from benchmarks.installation import DATABASE, Installation, until
from benchmarks.load import Load, send
from benchmarks.memory import peak_mb
from benchmarks.results import Result
from benchmarks.rounds import Round, alternate
from benchmarks.webhooks import Number, connect_number
from parley.core.database_urls import ENGINE_ROLE, with_login
from parley.core.ids import new_id
from parley.core.keys import keys_from_text
from parley.engines.arrays import ArrayDumper

if TYPE_CHECKING:
    from parley.engines.tests.running import Connected

SENT_BEFORE = 3_000
"""Messages of ours in each round. Each is told to be sent, delivered and read: 9,000 of 12,000 webhooks."""

TEXTS = 2_400
REPEATS = 600
CUSTOMERS = 200
CONNECTIONS = 64
FLOOR_BATCH = 50
_APPLY_SECONDS = 120.0
_FLOOR_DATABASE = "parley_floor"
_TICKS = ("sent", "delivered", "read")

_SEND_BEFORE = """
INSERT INTO message (workspace_id, id, conversation_id, channel_id, contact_id, direction, body, status,
                     provider_message_id, at, accepted_at)
SELECT workspace_id, gen_random_uuid(), id, channel_id, contact_id, 'outbound', 'Olá!', 'accepted',
       %(prefix)s || n, now(), now()
FROM generate_series(0, %(count)s - 1) AS n
JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place FROM conversation) AS chosen
  ON place = n %% %(customers)s
"""
_KEEP = """
INSERT INTO inbound_event (workspace_id, id, channel_id, dedupe_key, payload, headers, state)
SELECT %(workspace)s, id, %(channel)s, dedupe_key, payload::jsonb, '{}', 'applied'
FROM unnest(%(ids)s::uuid[], %(keys)s::text[], %(payloads)s::text[]) AS event (id, dedupe_key, payload)
ON CONFLICT (workspace_id, channel_id, dedupe_key) DO NOTHING
"""
_WAITING = "SELECT count(*) AS waiting FROM inbound_event WHERE state = 'new'"
_OLDEST = "SELECT extract(epoch FROM now() - min(received_at)) FROM inbound_event WHERE state = 'new'"
_COUNTS = """
SELECT (SELECT count(*) FROM inbound_event) AS kept,
       (SELECT count(*) FROM inbound_event WHERE state = 'applied') AS applied,
       (SELECT count(*) FROM message WHERE direction = 'inbound') AS received,
       (SELECT count(*) FROM conversation) AS conversations,
       (SELECT count(*) FROM message WHERE direction = 'outbound' AND status = 'read') AS read,
       (SELECT count(*) FROM message_status_event WHERE message_id IS NOT NULL) AS statuses
"""


def run(here: Installation, *, packed: int = 1) -> Result:
    """Measure with so many statuses in a webhook.

    Raises `AssertionError` where an event was lost, doubled or not applied.
    """
    channel = connect_number(here.variables)
    here.copy_database(_FLOOR_DATABASE)
    with (
        here.serving("edge") as (url, pid),
        here.working("applier"),
        _signed_in(here, DATABASE, channel) as database,
        _signed_in(here, _FLOOR_DATABASE, channel) as floor_database,
    ):
        product = _Product(url, Number(channel, f"{url}/hooks/{channel.token}"), database, packed)
        floor = _Floor(channel, floor_database)
        product.meet_customers()
        measured = alternate(product.round, floor.round)
        remarks = (
            f"applied {max(product.applied_after):.1f} s after the last",
            f"the oldest {product.lag.worst:.1f} s behind while it lasted",
            f"generator {product.generator_share:.0%} of a core",
        )
        return Result("ingest" if packed == 1 else "packed", "events/s", measured, peak_mb(pid), remarks)


@dataclass(slots=True)
class _Product:
    """The edge, and what it was told so far."""

    url: str
    number: Number
    database: psycopg.Connection[DictRow]
    packed: int = 1
    rounds: int = 0
    applied_after: list[float] = field(default_factory=list)
    lag: "_Lag" = field(default_factory=lambda: _Lag())  # noqa: PLW0108  it stands below
    _loads: list[Load] = field(default_factory=list)

    @property
    def generator_share(self) -> float:
        """How much of one core the load generator took itself, over all rounds."""
        return sum(load.processor_seconds for load in self._loads) / sum(load.seconds for load in self._loads)

    def meet_customers(self) -> None:
        """A first message of each customer: people and conversations are there when it counts."""
        hellos = [self.number.text(f"hello-{n}", customer=n, words="Oi!") for n in range(CUSTOMERS)]
        self._check_answers(send(self.url, hellos, connections=CONNECTIONS), new=CUSTOMERS)
        self._wait_until_applied()
        self._check_counts()

    def round(self) -> Round:
        """All webhooks of one round, over all connections. What they say is applied before the next one."""
        requests = self._prepare()
        self.rounds += 1
        with self.lag.watched(self.database.info.dsn, self.database.info.password):
            load = send(self.url, requests, connections=CONNECTIONS)
        self._loads.append(load)
        new = SENT_BEFORE * len(_TICKS) + TEXTS
        self._check_answers(load, new=new)
        began = time.perf_counter()
        self._wait_until_applied()
        self.applied_after.append(time.perf_counter() - began)
        self._check_counts()
        return Round(new / load.seconds, load.latencies)

    def _prepare(self) -> list[bytes]:
        prefix = f"out-{self.rounds}-"
        self.database.execute(_SEND_BEFORE, {"prefix": prefix, "count": SENT_BEFORE, "customers": CUSTOMERS})
        chance = random.Random(self.rounds)  # noqa: S311  an order, not a secret
        told = [(f"{prefix}{n}", status) for n in range(SENT_BEFORE) for status in _TICKS]
        requests = [
            self.number.statuses(told[place : place + self.packed])
            for place in range(0, len(told), self.packed)
        ]
        requests += [
            self.number.text(
                f"in-{self.rounds}-{n}", customer=chance.randrange(CUSTOMERS), words=f"Mensagem {n}"
            )
            for n in range(TEXTS)
        ]
        chance.shuffle(requests)
        # A repeat comes some time after what it repeats.
        return requests + chance.sample(requests, REPEATS)

    def _check_answers(self, load: Load, *, new: int) -> None:
        assert set(load.statuses) == {200}, f"Refused: {set(load.statuses) - {200}}"
        told = sum(json.loads(body)["new"] for body in load.bodies)
        assert told == new, f"{told} events were called new, {new} were."

    def _wait_until_applied(self) -> None:
        until(lambda: self._read(_WAITING)["waiting"] == 0, seconds=_APPLY_SECONDS)

    def _check_counts(self) -> None:
        sent, texts = self.rounds * SENT_BEFORE, CUSTOMERS + self.rounds * TEXTS
        events = texts + sent * len(_TICKS)
        expected = {
            "kept": events,
            "applied": events,
            "received": texts,
            "conversations": CUSTOMERS,
            "read": sent,
            "statuses": sent * len(_TICKS),
        }
        found = self._read(_COUNTS)
        assert found == expected, f"There should be {expected}, and there is {found}."

    def _read(self, query: str) -> dict[str, Any]:
        row = self.database.execute(query.encode()).fetchone()
        assert row is not None
        return row


@dataclass(slots=True)
class _Lag:
    """How old the oldest event is that is kept and not yet applied, looked at ten times a second."""

    worst: float = 0.0

    @contextmanager
    def watched(self, dsn: str, password: str) -> Iterator[None]:
        over = threading.Event()

        def look() -> None:
            with psycopg.connect(dsn, password=password, autocommit=True) as connection:
                connection.execute(f"SET app.workspace_id = '{UUID(int=0)}'".encode())
                while not over.wait(0.1):
                    row = connection.execute(_OLDEST).fetchone()
                    self.worst = max(self.worst, float(row[0] or 0) if row else 0)

        thread = threading.Thread(target=look)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


@dataclass(slots=True)
class _Floor:
    """The same table, written by the book: many rows in a statement, prepared before the clock starts."""

    channel: "Connected"
    database: psycopg.Connection[DictRow]
    rounds: int = 0

    def round(self) -> float:
        """Rows a second."""
        self.rounds += 1
        count = SENT_BEFORE * len(_TICKS) + TEXTS
        batches = [self._batch(start) for start in range(0, count, FLOOR_BATCH)]
        began = time.perf_counter()
        for batch in batches:
            self.database.execute(_KEEP, batch)
        seconds = time.perf_counter() - began
        found = self.database.execute("SELECT count(*) AS kept FROM inbound_event").fetchone()
        assert found == {"kept": count * self.rounds}
        return count / seconds

    def _batch(self, start: int) -> dict[str, object]:
        number = Number(self.channel, "http://127.0.0.1/")
        texts = [
            number.text(f"floor-{self.rounds}-{n}", customer=n % CUSTOMERS, words=f"Mensagem {n}")
            for n in range(start, start + FLOOR_BATCH)
        ]
        return {
            "workspace": self.channel.workspace_id,
            "channel": self.channel.id,
            "ids": [new_id() for _ in texts],
            "keys": [f"floor-{self.rounds}-{n}" for n in range(start, start + FLOOR_BATCH)],
            "payloads": [text.partition(b"\r\n\r\n")[2].decode() for text in texts],
        }


@contextmanager
def _signed_in(
    here: Installation, database: str, channel: "Connected"
) -> Iterator[psycopg.Connection[DictRow]]:
    """As the engines are, in the channel's workspace for the whole connection."""
    password = keys_from_text(here.variables["PARLEY_SECRET_KEY"]).role_password(ENGINE_ROLE)
    url = with_login(here.server.tcp_url(database), ENGINE_ROLE, password)
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        connection.adapters.register_dumper(list, ArrayDumper)
        connection.execute(f"SET app.workspace_id = '{channel.workspace_id}'".encode())
        yield connection
