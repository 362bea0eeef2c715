"""A provider of our own that delivers signed webhooks and tries again until they are taken, within bounds."""

import asyncio
import json
import random
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

import aiohttp

from parley.engines.tests.posting import cloud_text, signed_cloud, signed_waha
from tests.torture.shop import Number, wa_id_of

_RETRY_SECONDS = 1.0
_MOST_ATTEMPTS = 60
_ANSWER_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Webhook:
    """One delivery of one customer's text. `message_id` is what Parley stores as the provider's id."""

    message_id: str
    path: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """One attempt. `status` None: nothing came back. Times are of `time.monotonic`."""

    message_id: str
    began: float
    ended: float
    status: int | None


def text_webhook(number: Number, *, customer: int, text: str = "Oi!", message_id: str = "") -> Webhook:
    """A text of the n-th customer, signed with the channel's secret."""
    if number.provider == "waha":
        message_id = message_id or f"3A{uuid.uuid4().hex[:18].upper()}"
        body = waha_text(number.external_id, wa_id=wa_id_of(customer), id=message_id, text=text)
        headers = signed_waha(body, number.secret)
    else:
        message_id = message_id or f"wamid.{uuid.uuid4().hex}"
        body = cloud_text(number.external_id, wa_id=wa_id_of(customer), id=message_id, text=text)
        headers = signed_cloud(body, number.secret)
    return Webhook(message_id, f"/hooks/{number.token}", body, headers)


def waha_text(session: str, *, wa_id: str, id: str, text: str) -> bytes:  # noqa: A002
    """The event `message` as WAHA's GOWS engine sends it, with the parts that matter."""
    chat = f"{wa_id}@c.us"
    payload = {
        "id": f"false_{chat}_{id}", "timestamp": int(time.time()), "from": chat, "fromMe": False,
        "source": "app", "to": "551932110000@c.us", "body": text, "hasMedia": False,
    }  # fmt: skip
    envelope = {
        "id": f"evt_{uuid.uuid4().hex}", "timestamp": int(time.time() * 1000), "event": "message",
        "session": session, "me": {"id": "551932110000@c.us", "pushName": "Casa Lume"}, "payload": payload,
        "engine": "GOWS",
    }  # fmt: skip
    return json.dumps(envelope).encode()


@dataclass(slots=True)
class Provider:
    """Delivers webhooks from a thread. Each is tried every second until it is answered 200."""

    url: str
    answers: list[Answer] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    _thread: threading.Thread | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    def deliver(self, webhooks: Iterable[Webhook], *, per_second: float) -> None:
        """Begin to deliver them at this pace; `finish` waits for the end."""
        work = self._deliver_all(iter(webhooks), per_second)
        self._thread = threading.Thread(target=lambda: asyncio.run(work), name="provider", daemon=True)
        self._thread.start()

    def finish(self, *, seconds: float = 90) -> None:
        """Wait until every webhook was taken or given up."""
        assert self._thread is not None
        self._thread.join(seconds)
        assert not self._thread.is_alive(), f"Webhooks are still on their way after {seconds:.0f} s."
        assert not self.given_up, f"{len(self.given_up)} webhooks were never taken."

    def stop_writing(self) -> None:
        """Begin no further delivery; those on their way go on."""
        self._stop.set()

    async def _deliver_all(self, webhooks: Iterable[Webhook], per_second: float) -> None:
        began = time.monotonic()
        timeout = aiohttp.ClientTimeout(total=_ANSWER_SECONDS)
        connector = aiohttp.TCPConnector(limit=0)
        async with (
            aiohttp.ClientSession(self.url, timeout=timeout, connector=connector) as http,
            asyncio.TaskGroup() as group,
        ):
            for place, webhook in enumerate(webhooks):
                if self._stop.is_set():
                    break
                group.create_task(self._deliver(http, webhook))
                await asyncio.sleep(began + (place + 1) / per_second - time.monotonic())

    async def _deliver(self, http: aiohttp.ClientSession, webhook: Webhook) -> None:
        for _ in range(_MOST_ATTEMPTS):
            if await self._post(http, webhook) == 200:
                self.delivered.append(webhook.message_id)
                return
            await asyncio.sleep(_RETRY_SECONDS)
        self.given_up.append(webhook.message_id)

    async def _post(self, http: aiohttp.ClientSession, webhook: Webhook) -> int | None:
        began, status = time.monotonic(), None
        try:
            async with http.post(webhook.path, data=webhook.body, headers=webhook.headers) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            pass
        self.answers.append(Answer(webhook.message_id, began, time.monotonic(), status))
        return status


def texts(numbers: list[Number], *, count: int, customers: int, chance: random.Random) -> Iterable[Webhook]:
    """So many texts of so many customers over the numbers. Each customer keeps to one number."""
    for place in range(count):
        customer = chance.randrange(customers)
        number = numbers[customer % len(numbers)]
        yield text_webhook(number, customer=customer, text=f"Mensagem {place}")
