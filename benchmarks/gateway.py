"""A gateway of few means: answers like the Cloud API and keeps a ledger, at a cost that hides nothing.

Raw asyncio, no framework, so that what is measured is the sender. `python -m benchmarks.gateway <port>`.
"""

import argparse
import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from typing import cast

import uvloop

_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_REFERENCE = re.compile(rb'"biz_opaque_callback_data": ?"([^"]*)"')
_TO = re.compile(rb'"to": ?"\+?(\d+)"')
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
_ANSWER = (
    b'{"messaging_product":"whatsapp","contacts":[{"input":"+%s","wa_id":"%s"}],'
    b'"messages":[{"id":"wamid.%s","message_status":"accepted"}]}'
)


@dataclass(slots=True)
class Ledger:
    """What was accepted: when (this process's clock, seconds), and our own id in it."""

    entries: list[tuple[float, str]] = field(default_factory=list)
    delay: float = 0.0


class Answering(asyncio.Protocol):
    """One connection. Requests come one after another and whole answers go back."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own has no such base

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (head := self._buffer.find(_END)) >= 0:
            length = _LENGTH.search(self._buffer, 0, head)
            end = head + len(_END) + (int(length[1]) if length else 0)
            if len(self._buffer) < end:
                return
            request, self._buffer = self._buffer[:end], self._buffer[end:]
            self._answer(request)

    def _answer(self, request: bytes) -> None:
        if request.startswith(b"POST"):
            reference, to = _REFERENCE.search(request), _TO.search(request)
            ref = reference[1] if reference else b"?"
            self._ledger.entries.append((time.monotonic(), ref.decode()))
            number = to[1] if to else b"0"
            body = _ANSWER % (number, number, ref)
        else:
            body = self._about(request.split(b" ", 2)[1].decode())
        if self._ledger.delay and request.startswith(b"POST"):
            asyncio.get_running_loop().call_later(self._ledger.delay, self._write, body)
        else:
            self._write(body)

    def _write(self, body: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(_OK % (len(body), body))

    def _about(self, path: str) -> bytes:
        ledger = self._ledger
        if path.startswith("/delay/"):
            ledger.delay = float(path.removeprefix("/delay/"))
        elif path == "/ledger":
            return json.dumps(ledger.entries).encode()
        elif path == "/reset":
            ledger.entries.clear()
        return json.dumps(len(ledger.entries)).encode()


def main() -> None:
    """Serve on a loopback port until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    port = parser.parse_args().port

    async def serve() -> None:
        ledger = Ledger()
        server = await asyncio.get_running_loop().create_server(
            lambda: Answering(ledger), "127.0.0.1", port, backlog=2_048
        )
        await server.serve_forever()

    uvloop.run(serve())


if __name__ == "__main__":
    main()
