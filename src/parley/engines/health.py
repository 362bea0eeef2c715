"""`/healthz` says the process is alive, `/readyz` whether it can do its work, `/metrics` how much it does."""

import asyncio
import ipaddress
import shutil
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from parley.core.environment import Environment
from parley.core.sql import statement
from parley.engines.asgi import Receive, Scope, Send, answer, refuse
from parley.engines.database import DATABASE_AWAY, Pool, platform_transaction

PATHS = ("/healthz", "/readyz", "/metrics")
_FORWARDED = frozenset({b"x-forwarded-for", b"x-real-ip", b"forwarded", b"via", b"x-forwarded-host"})
_FRESH_SECONDS = 1.0
"""How old an answer may be: asking often must not cost the webhooks their connections."""

_LEAST_FREE_BYTES = 64 * 1024 * 1024
_OLDEST_EVENT_SECONDS = 60

inbound_waiting = Gauge("parley_inbound_waiting", "Events kept and not yet applied")
inbound_age = Gauge("parley_inbound_oldest_seconds", "Age of the oldest event not yet applied")
inbound_parked = Gauge("parley_inbound_parked", "Events that could not be applied")
outbound_waiting = Gauge("parley_outbound_waiting", "Messages queued")
outbound_age = Gauge("parley_outbound_oldest_seconds", "Age of the oldest queued message that is due")
uncertain = Gauge("parley_messages_uncertain", "Messages of which nobody knows whether they left")
uncertain_age = Gauge(
    "parley_messages_uncertain_oldest_seconds", "For how long the oldest of them has been so"
)
jobs_waiting = Gauge("parley_jobs_waiting", "Jobs not yet done")
jobs_failed = Gauge("parley_jobs_failed", "Jobs that gave up")
reactions_failed = Gauge("parley_reactions_failed", "Events that a reader of the log gave up")


class Health:
    """Answers the three paths. `/metrics` is for callers on this machine only, and not through its proxy."""

    def __init__(self, environment: Environment, pool: Pool) -> None:
        self._environment = environment
        self._pool = pool
        self._asking = asyncio.Lock()
        self._asked_at = float("-inf")
        self._known: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        if scope["path"] == "/healthz":
            await answer(send, 200, {"status": "alive"})
        elif scope["path"] == "/readyz":
            await self._ready(send)
        elif not _is_local(scope):
            await refuse(send, 404, "not_found", "Nothing here.")
        else:
            await self._metrics(send)

    async def _ready(self, send: Send) -> None:
        checks: dict[str, str] = {"disk": self._disk()}
        try:
            queues = await self._queues()
        except DATABASE_AWAY:
            checks["database"] = "away"
        else:
            checks["database"] = "ok"
            late = queues["inbound_age"] > _OLDEST_EVENT_SECONDS
            checks["inbound"] = f"behind by {queues['inbound_age']:.0f} s" if late else "ok"
        is_ready = checks["database"] == "ok"
        is_well = all(value == "ok" for value in checks.values())
        status = "ready" if is_well else "degraded" if is_ready else "unavailable"
        await answer(send, 200 if is_ready else 503, {"status": status, "checks": checks})

    async def _metrics(self, send: Send) -> None:
        try:
            queues = await self._queues()
        except DATABASE_AWAY:
            queues = {}
        for gauge, name in (
            (inbound_waiting, "inbound_waiting"),
            (inbound_age, "inbound_age"),
            (inbound_parked, "inbound_parked"),
            (outbound_waiting, "outbound_waiting"),
            (outbound_age, "outbound_age"),
            (uncertain, "uncertain"),
            (uncertain_age, "uncertain_age"),
            (jobs_waiting, "jobs_waiting"),
            (jobs_failed, "jobs_failed"),
            (reactions_failed, "reactions_failed"),
        ):
            if name in queues:
                gauge.set(queues[name])
        await answer(send, 200, generate_latest(), content_type=CONTENT_TYPE_LATEST)

    async def _queues(self) -> dict[str, float]:
        async with self._asking:
            if time.monotonic() - self._asked_at > _FRESH_SECONDS:
                self._known = await self._ask()
                self._asked_at = time.monotonic()
            return self._known

    async def _ask(self) -> dict[str, float]:
        async with platform_transaction(self._pool) as connection:
            cursor = await connection.execute(statement("parley.engines", "health", "queues"))
            row = await cursor.fetchone()
        return {name: float(value or 0) for name, value in (row or {}).items()}

    def _disk(self) -> str:
        url = urlsplit(self._environment.media_url)
        if url.scheme != "file":
            return "ok"
        folder = Path(unquote(url.path))
        while not folder.exists():
            folder = folder.parent
        free = shutil.disk_usage(folder).free
        return "ok" if free >= _LEAST_FREE_BYTES else f"{free // (1024 * 1024)} MiB left for media"


def _is_local(scope: Scope) -> bool:
    """Asked from this machine itself, and not passed on by a proxy that stands on it."""
    client = scope.get("client")
    if client is None or any(name in _FORWARDED for name, _ in scope["headers"]):
        return False
    try:
        return ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return False
