"""The floor of live updates: open sockets and nothing else. `python -m benchmarks.raw_streams <port>`.

Who sends a line with a number has so many events written to everybody else, in one write for each reader:
as few as there can be.
"""

import argparse
import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvloop

from benchmarks.installation import until
from benchmarks.results import ROOT
from parley.operations.installation import free_port

EVENT = b'id: 00000000-%d\nevent: changed\ndata: {"topics":["conversation:%d"]}\n\n'
_AT_ONCE = 100


@contextmanager
def raw_server() -> Iterator[int]:
    """This module in a process of its own, until the block ends; its port."""
    port = free_port(0)
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.raw_streams", str(port)], cwd=ROOT)
    try:
        until(lambda: _answers(port), seconds=20)
        yield port
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


class Streams:
    """Whoever connected and said `stream`."""

    def __init__(self) -> None:
        self._open: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (line := await reader.readline()) == b"stream\n":
            self._open.add(writer)
            await reader.read()
            self._open.discard(writer)
        while line.strip().isdigit():
            await self._tell(int(line))
            line = await reader.readline()
        writer.close()

    async def _tell(self, events: int) -> None:
        data = b"".join(EVENT % (number, number) for number in range(events))
        for place, writer in enumerate(list(self._open), 1):
            writer.write(data)
            if place % _AT_ONCE == 0:
                await asyncio.sleep(0)


async def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    server = await asyncio.start_server(Streams().serve, "127.0.0.1", parser.parse_args().port, backlog=1024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
