"""The fastest client that this machine has: one request over and over, no parsing beyond the length."""

import asyncio
import re
import time
from typing import cast
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_END = b"\r\n\r\n"


async def send_all(url: str, request: bytes, *, count: int, connections: int) -> float:
    """Send it so many times over so many connections. Returns the seconds it took."""
    where = urlsplit(url)
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    rest = [count, count]
    began = time.perf_counter()
    for _ in range(connections):
        await loop.create_connection(
            lambda: _Asking(request, rest, done), where.hostname or "", where.port or 80
        )
    await done
    return time.perf_counter() - began


class _Asking(asyncio.Protocol):
    def __init__(self, request: bytes, rest: list[int], done: "asyncio.Future[None]") -> None:
        self._request, self._rest, self._done = request, rest, done
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own has no such base
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(_END)
        if head < 0:
            return
        length = _LENGTH.search(self._buffer)
        if length is None or len(self._buffer) < head + len(_END) + int(length[1]):
            return
        self._buffer = b""
        self._rest[1] -= 1
        if self._rest[1] == 0 and not self._done.done():
            self._done.set_result(None)
        self._ask()

    def _ask(self) -> None:
        if self._rest[0] > 0:
            self._rest[0] -= 1
            self._transport.write(self._request)
        elif self._rest[1] <= 0:
            self._transport.close()
