"""The engines as tests run them: a real edge on a loopback port, a real sender, both in threads."""

import asyncio
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import uvicorn

from parley.channels.gateways import gateway_for
from parley.channels.models import Channel, ChannelLease
from parley.core.crypto import encrypt
from parley.core.environment import Environment, environment
from parley.core.http import HttpClient, Timeouts
from parley.core.ids import new_id
from parley.core.transactions import workspace_transaction
from parley.engines.applier import run_applier
from parley.engines.database import open_pool
from parley.engines.edge import Edge
from parley.engines.sender.engine import SenderEngine

Result = TypeVar("Result")
SECRET = "the signature's own key"


@dataclass(frozen=True, slots=True)
class Connected:
    """A channel with its plain secrets."""

    workspace_id: uuid.UUID
    id: uuid.UUID
    token: str
    external_id: str


def connect_channel(
    workspace_id: uuid.UUID,
    provider: str,
    *,
    base_url: str = "http://127.0.0.1:9",
    external_id: str = "",
    secrets: str = '{"api_key": "simulator-key", "access_token": "none"}',
    webhook_secret: str = SECRET,
) -> Connected:
    """A working channel as the channels domain would have stored it."""
    channel_id, token = new_id(), uuid.uuid4().hex
    place = f"{workspace_id}:channel:{channel_id}"
    with workspace_transaction(workspace_id):
        Channel.objects.create(
            workspace_id=workspace_id,
            id=channel_id,
            name="Loja Centro",
            provider=provider,
            status="working",
            has_window=gateway_for(provider).has_window,
            base_url=base_url,
            external_id=external_id or token,
            credentials=encrypt(secrets.encode(), bound_to=f"{place}:credentials"),
            webhook_token=token,
            webhook_secret=encrypt(webhook_secret.encode(), bound_to=f"{place}:webhook_secret"),
            verify_token=encrypt(b"handshake", bound_to=f"{place}:verify_token"),
        )
        for purpose in ("send", "apply"):
            ChannelLease.objects.create(workspace_id=workspace_id, channel_id=channel_id, purpose=purpose)
    return Connected(workspace_id, channel_id, token, external_id or token)


@contextmanager
def running_edge(settings: Environment | None = None) -> Iterator[str]:
    """An edge and an applier of this process, until the block ends. Gives the edge's base URL."""
    chosen = settings or environment()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        config = uvicorn.Config(Edge(chosen), log_config=None, lifespan="on", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)

        async def work() -> None:
            applying = asyncio.create_task(run_applier(chosen))
            await server.serve(sockets=[listener])
            applying.cancel()
            await asyncio.gather(applying, return_exceptions=True)

        thread = threading.Thread(target=lambda: asyncio.run(work()))
        thread.start()
        until(lambda: server.started)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


@contextmanager
def running_sender(settings: Environment | None = None) -> Iterator[None]:
    """A sender of this process, until the block ends."""
    chosen = settings or environment()
    engines: list[tuple[asyncio.AbstractEventLoop, SenderEngine]] = []

    async def work() -> None:
        seconds = chosen.send_timeout_seconds
        timeouts = Timeouts(connect=seconds, read=seconds, total=seconds)
        async with open_pool(chosen) as pool, HttpClient(chosen.gateway_networks, timeouts=timeouts) as http:
            engine = SenderEngine(chosen, pool, http)
            engines.append((asyncio.get_running_loop(), engine))
            await engine.run()

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    until(lambda: bool(engines))
    try:
        yield
    finally:
        loop, engine = engines[0]
        loop.call_soon_threadsafe(engine.stop)
        thread.join(timeout=20)


def until(condition: Callable[[], Result], *, seconds: float = 10) -> Result:
    """Wait for a true answer and give it; a condition that never comes fails the test."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {seconds} s in vain.")
        time.sleep(0.02)


def in_workspace(workspace_id: uuid.UUID, read: Callable[[], Any]) -> Any:
    """Run a query inside the workspace, in a transaction of its own."""
    with workspace_transaction(workspace_id):
        return read()
