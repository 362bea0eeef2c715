"""Carries webhooks to the product and fetches files that the product offers by address."""

import asyncio
import logging
from collections import OrderedDict, deque

import aiohttp
from msgspec import Struct

from parley.simulator.background import Background
from parley.simulator.faults import Fault, Faults
from parley.simulator.records import Delivery
from parley.simulator.world import World

log = logging.getLogger("parley.simulator")

PARALLEL_POSTS = 64
KEPT_OUTCOMES = 500
KEPT_DELIVERIES = 2_000
HELD_AT_MOST = 2.0
FETCH_LIMIT = 100 * 1024 * 1024


class Outcome(Struct, frozen=True, kw_only=True):
    """One attempt to deliver a webhook. `status` None: no answer came. `gave_up`: no other will follow."""

    at: float
    api: str
    event: str
    url: str
    attempt: int
    status: int | None
    error: str = ""
    id: str = ""
    channel: str = ""
    gave_up: bool = False


class Undeliverable(Exception):
    """The file behind an address could not be fetched; the text says why."""


class Courier:
    """Posts each webhook until it is taken or the attempts run out. No order is promised, as in life.

    Cloud API deliveries survive a restart of the simulator (Meta tries for days), WAHA's do not (nor do they
    with WAHA). Under virtual time all go in one line, so that they arrive in the order of their making.
    """

    def __init__(self, world: World, faults: Faults, background: Background) -> None:
        self.world = world
        self.faults = faults
        self.background = background
        self.outcomes: deque[Outcome] = deque(maxlen=KEPT_OUTCOMES)
        self.deliveries: OrderedDict[str, Delivery] = OrderedDict()
        """The latest by id, for whoever wants to see what was in them."""
        self.waiting = 0
        """How many are on their way, between attempts, or held back."""
        self._held: list[Delivery] = []
        self._slots = asyncio.Semaphore(1 if world.configuration.is_deterministic else PARALLEL_POSTS)
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        timeout = aiohttp.ClientTimeout(total=self.world.configuration.webhook_timeout)
        connector = aiohttp.TCPConnector(limit=PARALLEL_POSTS)
        self._http = aiohttp.ClientSession(
            timeout=timeout, connector=connector, cookie_jar=aiohttp.DummyCookieJar()
        )
        for delivery in self.world.journal.load("delivery", Delivery):
            self._dispatch(delivery)

    async def stop(self) -> None:
        if self._http is not None:
            await self._http.close()

    def send(self, delivery: Delivery) -> None:
        """Take a webhook on. Faults and habits may lose it, make copies, or hold it back behind others."""
        self._remember(delivery)
        fault = self.faults.take_for_webhook(
            delivery.api, f"{delivery.event} {delivery.url}", delivery.channel
        )
        if fault is not None and fault.action == "drop_webhook":
            return
        if delivery.api == "cloud":
            self.world.journal.put("delivery", delivery.id, delivery)
        held, self._held = self._held, []
        if self._is_to_wait(delivery, fault):
            self._hold(delivery)
        else:
            self._dispatch(delivery, copies=self._copies(delivery, fault))
        for earlier in held:
            self.waiting -= 1
            self._dispatch(earlier)

    def _remember(self, delivery: Delivery) -> None:
        self.deliveries[delivery.id] = delivery
        if len(self.deliveries) > KEPT_DELIVERIES:
            self.deliveries.popitem(last=False)

    def _copies(self, delivery: Delivery, fault: Fault | None) -> int:
        if fault is not None and fault.action == "duplicate_webhook":
            return 1 + int(fault.params.get("copies", 1))
        return 2 if self._happens(delivery, self.world.delivery_habits.duplicated) else 1

    def _is_to_wait(self, delivery: Delivery, fault: Fault | None) -> bool:
        if fault is not None and fault.action == "reorder_webhook":
            return True
        return self._happens(delivery, self.world.delivery_habits.reordered)

    def _happens(self, delivery: Delivery, share: float) -> bool:
        return delivery.api == "cloud" and share > 0 and self.world.identities.luck.random() < share

    def _hold(self, delivery: Delivery) -> None:
        """Until the next one has gone, and not for ever."""
        self._held.append(delivery)
        self.waiting += 1
        self.world.clock.after(HELD_AT_MOST, lambda: self._release(delivery))

    def _release(self, delivery: Delivery) -> None:
        if delivery in self._held:
            self._held.remove(delivery)
            self.waiting -= 1
            self._dispatch(delivery)

    def _dispatch(self, delivery: Delivery, *, copies: int = 1) -> None:
        for _ in range(copies):
            self.waiting += 1
            self.background.spawn(self._carry(delivery))

    async def _carry(self, delivery: Delivery) -> None:
        try:
            await self._try_until_taken(delivery)
        finally:
            self.waiting -= 1

    async def _try_until_taken(self, delivery: Delivery) -> None:
        for attempt, wait in enumerate((0.0, *delivery.waits), start=1):
            if wait:
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
            await self.world.journal.kept()
            try:
                status = await self._status_of(delivery)
            except (aiohttp.ClientError, TimeoutError, OSError) as failure:
                error = str(failure) or type(failure).__name__
        is_taken = status is not None and (status == 200 if delivery.api == "cloud" else status < 500)
        self.outcomes.append(
            Outcome(
                at=self.world.now(),
                api=delivery.api,
                event=delivery.event,
                url=delivery.url,
                attempt=attempt,
                status=status,
                error=error,
                id=delivery.id,
                channel=delivery.channel,
                gave_up=not is_taken and attempt > len(delivery.waits),
            )
        )
        self.world.hint("deliveries")
        return is_taken

    async def _status_of(self, delivery: Delivery) -> int:
        async with self._session.post(
            delivery.url, data=delivery.body.encode(), headers=delivery.headers, allow_redirects=False
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
