"""The connections of the outgoing client: only to guarded addresses, and told of when a request gets one."""

import ipaddress
import socket
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from parley.core.addresses import AddressRefused, may_connect
from parley.core.environment import Network

KEEP_ALIVE_SECONDS: Final = 5.0
"""Short, so that a POST rarely meets a connection that the other side has just closed."""


@dataclass(slots=True)
class Progress:
    """Whether a connection was handed to the request. From then on bytes may have been written."""

    on_write: Callable[[], None] | None = None
    connected: bool = False


CURRENT: ContextVar[Progress] = ContextVar("progress")
"""That of the request which this task makes."""


class GuardedConnector(aiohttp.TCPConnector):
    """Connects to addresses that passed the guard, and tells `CURRENT` of each connection that it gives out.

    aiohttp's own tracing tells the same and builds an object for every step of every request: a tenth of
    what a request costs.
    """

    def __init__(self, networks: tuple[Network, ...], *, limit: int) -> None:
        super().__init__(
            resolver=_GuardedResolver(networks), limit=limit, keepalive_timeout=KEEP_ALIVE_SECONDS
        )

    async def connect(self, *arguments: Any, **further: Any) -> aiohttp.connector.Connection:
        """As the inherited one."""
        connection = await super().connect(*arguments, **further)
        progress = CURRENT.get()
        progress.connected = True
        if progress.on_write is not None:
            progress.on_write()
        return connection


class _GuardedResolver(AbstractResolver):
    """Hands the connector only addresses that passed the guard: what was judged is what gets connected."""

    def __init__(self, networks: tuple[Network, ...]) -> None:
        self._networks = networks
        self._inner = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        passed = [
            entry for entry in found if may_connect(ipaddress.ip_address(entry["host"]), self._networks)
        ]
        if not passed:
            raise AddressRefused
        return passed

    async def close(self) -> None:
        await self._inner.close()
