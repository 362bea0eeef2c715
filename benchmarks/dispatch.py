"""Dispatch: queued messages out through a number, each accepted once and its provider's id stored.

The floor is a raw client against the same gateway, and then the bare claim and record of as many rows, in
batches of 100 by one connection. `DISPATCH_RECIPIENTS` sets how many people each round writes to (10,000;
the goal is told for 100,000). Beside the rate: a cap, read from the gateway's own clock, and a `kill -9`.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
import uvloop
from psycopg.rows import DictRow, dict_row

from benchmarks.dispatch_rows import CLAIM, CONTENT, PEOPLE, QUEUE, RECORD, TYPE
from benchmarks.installation import DATABASE, Installation, running, until
from benchmarks.load import post_request
from benchmarks.memory import peak_mb
from benchmarks.raw_client import send_all
from benchmarks.results import Result
from benchmarks.rounds import ROUNDS, Round, alternate
from benchmarks.running_gateway import RunningGateway, running_gateway
from benchmarks.webhooks import connect_number

if TYPE_CHECKING:
    from parley.engines.tests.running import Connected

RECIPIENTS = int(os.environ.get("DISPATCH_RECIPIENTS", "10000"))
CAP = 400
"""Messages a second of the capped variant, for five seconds."""

FLOOR_BATCH = 100
_CAPPED = 5 * CAP
_QUIET_SECONDS = 1.5
_CONNECTIONS = 64
_LONGEST_SECONDS = 600.0
_FLOOR_DATABASE = "parley_floor"

_WAKE = "SELECT pg_notify('parley_outbound', %(workspace)s::text || ':' || %(channel)s::text)"
_OPEN = "SELECT EXISTS (SELECT FROM message WHERE status IN ('queued', 'sending')) AS open"
_STATES = """
SELECT status, count(*) AS count, count(DISTINCT provider_message_id) AS ids
FROM message GROUP BY status
"""
_STRANGE = """
SELECT count(*) AS strange FROM message
WHERE status = 'accepted' AND provider_message_id IS DISTINCT FROM 'wamid.' || client_ref
"""
_TOOK = """
SELECT extract(epoch FROM finished_at - started_at)::float AS seconds
FROM send_attempt WHERE outcome = 'accepted' ORDER BY started_at DESC LIMIT %(count)s
"""


def run(here: Installation) -> Result:
    """Measure. Raises `AssertionError` where a message was lost, doubled, or sent above the cap."""
    channel = connect_number(here.variables)
    with ExitStack() as stack:
        gateway = stack.enter_context(running_gateway())
        with _superuser(here, DATABASE) as database:
            database.execute("UPDATE channel SET base_url = %(url)s", {"url": f"{gateway.url}/v24.0"})
            place = {"workspace": channel.workspace_id, "channel": channel.id}
            database.execute(PEOPLE, {**place, "count": (ROUNDS + 1) * RECIPIENTS + _CAPPED + 1})
        here.settle()
        here.copy_database(_FLOOR_DATABASE)
        database = stack.enter_context(_superuser(here, DATABASE))
        floor = _Floor(channel, stack.enter_context(_superuser(here, _FLOOR_DATABASE)), gateway)
        product = _Product(here, channel, database, gateway)
        with product.sending():
            measured = alternate(product.round, floor.round)
            memory = peak_mb(product.pid)
            capped = product.capped()
        doubt = product.killed()
        remarks = (*floor.remarks, capped, doubt, f"load {os.getloadavg()[0]:.1f}")
        return Result("dispatch", "messages/s", measured, memory, remarks)


@dataclass(slots=True)
class _Product:
    """The sender, and what it was given."""

    here: Installation
    channel: "Connected"
    database: psycopg.Connection[DictRow]
    gateway: RunningGateway
    pid: int = 0
    written_to: int = 0
    """Nobody is written to twice: the sender would spare a person who just was."""

    @contextmanager
    def sending(self) -> Iterator[int]:
        """A sender's process until the block ends."""
        variables = {
            **self.here.variables, "PARLEY_GATEWAY_NETWORKS": "127.0.0.0/8", "PARLEY_LEASE_SECONDS": "3",
        }  # fmt: skip
        with running(["sender"], variables) as process:
            self.pid = process.pid
            yield process.pid

    def round(self) -> Round:
        """Everybody once, pacing off."""
        self._pace(0)
        self._queue(RECIPIENTS)
        began = time.perf_counter()
        self._send_all()
        seconds = time.perf_counter() - began
        self._check_each_once(RECIPIENTS)
        rows = self.database.execute(_TOOK, {"count": RECIPIENTS}).fetchall()
        self._forget()
        return Round(RECIPIENTS / seconds, [row["seconds"] for row in rows])

    def capped(self) -> str:
        """Five seconds' worth at the cap: never above it in any second of the gateway's clock."""
        self._pace(CAP)
        # One message to learn the new pace by, and a second's quiet: what was sent under another one counts.
        self._queue(1)
        self._send_all()
        time.sleep(_QUIET_SECONDS)
        self._forget()
        self._queue(_CAPPED)
        self._send_all()
        self._check_each_once(_CAPPED)
        times = sorted(at for at, _ in self.gateway.ledger())
        most = _most_in_a_second(times)
        # Whole seconds' worths: each leaves in less than a second, and the next one begins when it is over.
        reached = (len(times) - CAP) / (times[-CAP] - times[0])
        self._forget()
        assert most <= CAP, f"{most} in a sliding second, where {CAP} are allowed."
        return f"cap {CAP}: at most {most} in a second, {reached / CAP:.1%} of it reached"

    def killed(self) -> str:
        """`kill -9` in the middle of it, then another sender: each once, or in doubt."""
        self._pace(0)
        count = RECIPIENTS
        self._queue(count)
        self.gateway.delay(0.02)
        with self.sending():
            self._wake()
            until(lambda: self.gateway.count() > count // 3, seconds=_LONGEST_SECONDS)
            os.kill(self.pid, 9)
        with self.sending():
            self._send_all()
        states = {row["status"]: row["count"] for row in self.database.execute(_STATES).fetchall()}
        accepted = Counter(ref for _, ref in self.gateway.ledger())
        assert max(accepted.values()) == 1, "A message was sent twice."
        assert sum(states.values()) == count, states
        assert set(states) <= {"accepted", "uncertain"}, states
        assert len(accepted) >= states["accepted"], "A message is called accepted and is not in the ledger."
        self.gateway.delay(0)
        self._forget()
        return f"killed: {states.get('uncertain', 0)} of {count} in doubt, none twice"

    def _queue(self, count: int) -> None:
        self.gateway.reset()
        content = json.dumps(CONTENT)
        whom = {"count": count, "skip": self.written_to}
        self.database.execute(QUEUE, {**whom, "type": TYPE, "content": content})
        self.written_to += count
        self.database.execute("ANALYZE message")

    def _send_all(self) -> None:
        self._wake()
        until(lambda: not self._one(_OPEN)["open"], seconds=_LONGEST_SECONDS)

    def _wake(self) -> None:
        place = {"workspace": self.channel.workspace_id, "channel": self.channel.id}
        self.database.execute(_WAKE, place)

    def _check_each_once(self, count: int) -> None:
        states = self.database.execute(_STATES).fetchall()
        assert states == [{"status": "accepted", "count": count, "ids": count}], states
        assert self._one(_STRANGE)["strange"] == 0, "A message has another one's id."
        accepted = Counter(ref for _, ref in self.gateway.ledger())
        assert len(accepted) == count, "The ledger differs."
        assert max(accepted.values()) == 1, "A message was sent twice."

    def _forget(self) -> None:
        """Every round finds the same."""
        self.database.execute("TRUNCATE message, send_attempt, event, message_status_event CASCADE")

    def _pace(self, per_second: int) -> None:
        self.database.execute(
            "UPDATE channel SET config = jsonb_build_object('pace', %(pace)s::int)", {"pace": per_second}
        )

    def _one(self, query: str) -> dict[str, Any]:
        row = self.database.execute(query.encode()).fetchone()
        assert row is not None
        return row


@dataclass(slots=True)
class _Floor:
    """The same requests by a raw client, then the same rows by bare statements: one core after another."""

    channel: "Connected"
    database: psycopg.Connection[DictRow]
    gateway: RunningGateway
    client: list[float] = field(default_factory=list)
    tables: list[float] = field(default_factory=list)

    @property
    def remarks(self) -> Sequence[str]:
        return (f"raw client {max(self.client):,.0f}/s", f"bare claim and record {max(self.tables):,.0f}/s")

    def round(self) -> float:
        """Messages a second of both, one after the other."""
        url = f"{self.gateway.url}/v24.0/{self.channel.external_id}/messages"
        body = json.dumps({
            "messaging_product": "whatsapp", "recipient_type": "individual", "to": "+5511990000001",
            "biz_opaque_callback_data": "0" * 36, "type": TYPE, **CONTENT,
        }).encode()  # fmt: skip
        request = post_request(url, body, {"Authorization": "Bearer none"})
        seconds = uvloop.run(send_all(self.gateway.url, request, count=RECIPIENTS, connections=_CONNECTIONS))
        self.client.append(RECIPIENTS / seconds)
        self.database.execute(QUEUE, {"count": RECIPIENTS, "skip": 0, "type": TYPE, "content": "{}"})
        self.database.execute("ANALYZE message")
        began = time.perf_counter()
        self._claim_and_record()
        tables = time.perf_counter() - began
        self.tables.append(RECIPIENTS / tables)
        self.database.execute("TRUNCATE message, send_attempt CASCADE")
        return RECIPIENTS / (seconds + tables)

    def _claim_and_record(self) -> None:
        place = {"workspace": self.channel.workspace_id, "channel": self.channel.id, "batch": FLOOR_BATCH}
        while rows := self.database.execute(CLAIM, place).fetchall():
            self.database.execute(RECORD, {**place, "ids": [str(row["message_id"]) for row in rows]})


def _most_in_a_second(times: Sequence[float]) -> int:
    most = first = 0
    for last, at in enumerate(times):
        while at - times[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most


@contextmanager
def _superuser(here: Installation, database: str) -> Iterator[psycopg.Connection[DictRow]]:
    """Past row-level security: the benchmark lays out and counts."""
    url = here.server.superuser_url(database)
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        yield connection
