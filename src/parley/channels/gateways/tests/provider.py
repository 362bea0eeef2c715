"""A provider made of a real socket: it answers what a test scripted, and remembers what it was asked."""

import asyncio
import ipaddress
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from aiohttp import web

from parley.channels.gateways.neutral import Credentials, OutboundMessage
from parley.core.http import HttpClient, Timeouts

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
MESSAGE_ID = UUID("0190f3a0-5c1e-7d2b-9c4a-1f2e3d4c5b6a")
Result = TypeVar("Result")


@dataclass(slots=True)
class Answer:
    """`fault` is "reset" or "hang": the request is read, and then nothing good comes back."""

    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass(slots=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Provider:
    """Answers are given in order; the last one stays."""

    answers: list[Answer]
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append(Asked(request.method, request.path_qs, headers, await request.read()))
        scripted = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if scripted.fault == "hang":
            await asyncio.sleep(2)
        if scripted.fault and request.transport is not None:
            request.transport.abort()
        body = scripted.body
        if isinstance(body, str | bytes):
            content = body.encode() if isinstance(body, str) else body
        else:
            written = "" if body is None else json.dumps(body)
            content = written.replace("{base}", self.url).encode()
        return web.Response(status=scripted.status, body=content, headers=scripted.headers)


@asynccontextmanager
async def serving(*answers: Answer) -> AsyncIterator[Provider]:
    provider = Provider(list(answers))
    application = web.Application(client_max_size=50_000_000)
    application.router.add_route("*", "/{path:.*}", provider.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    provider.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield provider
    finally:
        await runner.cleanup()


def against(
    work: Callable[[HttpClient, Credentials], Awaitable[Result]], *answers: Answer
) -> tuple[Result | Exception, list[Asked]]:
    """What a call gives or raises against these answers, and what the provider was asked."""

    async def run() -> tuple[Result | Exception, list[Asked]]:
        timeouts = Timeouts(connect=5, read=0.4, total=5)
        async with serving(*answers) as provider, HttpClient(LOOPBACK, timeouts=timeouts) as http:
            try:
                return await work(http, credentials(provider.url)), provider.asked
            except Exception as error:  # noqa: BLE001 - the test looks at it
                return error, provider.asked

    return asyncio.run(run())


def credentials(base_url: str) -> Credentials:
    secrets = {"api_key": "chave", "access_token": "EAAtoken", "webhook_secret": "segredo"}
    return Credentials(base_url=base_url, external_id="loja 1", secrets=secrets)


def message(**fields: Any) -> OutboundMessage:
    return OutboundMessage(message_id=MESSAGE_ID, **fields)
