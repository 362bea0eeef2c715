"""A load generator of few means: each connection sends the next prepared request when its last was answered.

Its own use of the processor is told, because it shares the machine with what it measures.
"""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import uvloop

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_END = b"\r\n\r\n"


@dataclass(slots=True)
class Load:
    """What came of it. Latencies are in seconds, in the order of the answers."""

    seconds: float = 0.0
    processor_seconds: float = 0.0
    statuses: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)


def post_request(url: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A whole HTTP/1.1 request as it goes over the wire."""
    where = urlsplit(url)
    lines = [
        f"POST {where.path} HTTP/1.1",
        f"Host: {where.netloc}",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + _END + body


def send(url: str, requests: Sequence[bytes], *, connections: int) -> Load:
    """Send them all over so many connections, as fast as they are answered."""
    where = urlsplit(url)
    load = Load()
    rest = iter(requests)

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(_send_in_turn(where.hostname or "", where.port or 80, rest, load))

    began, processor_began = time.perf_counter(), time.process_time()
    uvloop.run(work())
    load.seconds = time.perf_counter() - began
    load.processor_seconds = time.process_time() - processor_began
    return load


async def _send_in_turn(host: str, port: int, rest: Iterator[bytes], load: Load) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    for request in rest:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(_END)
        length = _LENGTH.search(head)
        assert length is not None, head
        body = await reader.readexactly(int(length[1]))
        load.latencies.append(time.perf_counter() - began)
        load.statuses.append(int(head[9:12]))
        load.bodies.append(body)
    writer.close()
    await writer.wait_closed()
