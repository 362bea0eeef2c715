"""Carries webhooks to the product and fetches files that the product offers by address."""

import asyncio
import logging
from collections import deque

import aiohttp
from msgspec import Struct

from parley.simulator.background import Background
from parley.simulator.faults import Faults
from parley.simulator.records import Delivery
from parley.simulator.world import World

log = logging.getLogger("parley.simulator")

PARALLEL_POSTS = 64
FETCH_LIMIT = 100 * 1024 * 1024


class Outcome(Struct, frozen=True, kw_only=True):
    """One attempt to deliver a webhook. `status` None: no answer came."""

    at: float
    api: str
    event: str
    url: str
    attempt: int
    status: int | None
    error: str = ""


class Undeliverable(Exception):
    """The file behind an address could not be fetched; the text says why."""


class Courier:
    """Posts each webhook until it is taken or the attempts run out. No order is promised, as in life.

    Cloud API deliveries survive a restart of the simulator (Meta tries for days), WAHA's do not (nor do they
    with WAHA).
    """

    def __init__(self, world: World, faults: Faults, background: Background) -> None:
        self.world = world
        self.faults = faults
        self.background = background
        self.outcomes: deque[Outcome] = deque(maxlen=500)
        self._slots = asyncio.Semaphore(PARALLEL_POSTS)
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        timeout = aiohttp.ClientTimeout(total=self.world.configuration.webhook_timeout)
        self._http = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())
        for delivery in self.world.journal.load("delivery", Delivery):
            self.background.spawn(self._carry(delivery))

    async def stop(self) -> None:
        if self._http is not None:
            await self._http.close()

    def send(self, delivery: Delivery) -> None:
        """Take a webhook on. Faults may lose it or make copies."""
        fault = self.faults.take_for_webhook(delivery.api, f"{delivery.event} {delivery.url}")
        if fault is not None and fault.action == "drop_webhook":
            return
        copies = int(fault.params.get("copies", 1)) if fault is not None else 0
        if delivery.api == "cloud":
            self.world.journal.put("delivery", delivery.id, delivery)
        for _ in range(1 + copies):
            self.background.spawn(self._carry(delivery))

    async def _carry(self, delivery: Delivery) -> None:
        for attempt, wait in enumerate((0.0, *delivery.waits), start=1):
            await asyncio.sleep(wait)
            if await self._post_once(delivery, attempt):
                break
        else:
            log.warning("gave up delivering %s to %s", delivery.event, delivery.url)
        if delivery.api == "cloud":
            self.world.journal.remove("delivery", delivery.id)

    async def _post_once(self, delivery: Delivery, attempt: int) -> bool:
        """Whether the matter is closed. WAHA tries again on network errors and 5xx only; Meta wants a 200."""
        status, error = None, ""
        async with self._slots:
            try:
                status = await self._status_of(delivery)
            except (aiohttp.ClientError, TimeoutError, OSError) as failure:
                error = str(failure) or type(failure).__name__
        self.outcomes.append(
            Outcome(
                at=self.world.now(),
                api=delivery.api,
                event=delivery.event,
                url=delivery.url,
                attempt=attempt,
                status=status,
                error=error,
            )
        )
        self.world.hint("deliveries")
        if status is None:
            return False
        return status == 200 if delivery.api == "cloud" else status < 500

    async def _status_of(self, delivery: Delivery) -> int:
        body = delivery.body.encode()
        async with self._session.post(
            delivery.url, data=body, headers=delivery.headers, allow_redirects=False
        ) as answer:
            return answer.status

    async def fetch(self, url: str) -> tuple[bytes, str]:
        """The bytes and type behind an address, at most 100 MB. Raises `Undeliverable`."""
        try:
            async with self._session.get(url) as answer:
                if answer.status != 200:
                    raise Undeliverable(f"The address answered {answer.status}.")
                data = await answer.content.read(FETCH_LIMIT + 1)
                while len(data) <= FETCH_LIMIT and (more := await answer.content.read(FETCH_LIMIT)):
                    data += more
        except (aiohttp.ClientError, TimeoutError, ValueError) as failure:
            raise Undeliverable(f"The address could not be read: {failure}") from failure
        if len(data) > FETCH_LIMIT:
            raise Undeliverable("The file is larger than 100 MB.")
        return data, answer.content_type

    async def handshake(self, url: str, query: dict[str, str]) -> tuple[int | None, str]:
        """GET with these parameters: the status and the body, or None and the reason."""
        try:
            async with self._session.get(url, params=query, allow_redirects=False) as answer:
                return answer.status, (await answer.content.read(4096)).decode(errors="replace")
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as failure:
            return None, str(failure) or type(failure).__name__

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            raise RuntimeError("The courier was not started.")
        return self._http
