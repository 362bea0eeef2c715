"""A TCP proxy that misbehaves on demand: it cuts, resets, refuses, delays, swallows, and holds answers back.

It stands between Parley and PostgreSQL, or between Parley and a provider, and runs in a thread of the tests.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_CHUNK = 64 * 1024
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(slots=True, eq=False)
class _Pair:
    """One connection and its continuation. `armed` follows the markers of `hold_answers`."""

    ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    armed: bool = False
    held: bool = False


@dataclass(slots=True)
class Proxy:
    """Listens on a loopback port of its own. All methods may be called from any thread."""

    target: tuple[str, int]
    port: int = 0
    held_count: int = 0
    _delay: float = 0.0
    _markers: tuple[bytes, bytes] | None = None
    _pairs: set[_Pair] = field(default_factory=set)
    _server: asyncio.Server | None = None
    _flow: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def cut(self) -> None:
        """End every connection, politely (FIN)."""
        self._do(lambda: self._end_all(reset=False))

    def reset(self) -> None:
        """End every connection with an RST, as a crashed peer or a firewall does."""
        self._do(lambda: self._end_all(reset=True))

    def refuse(self) -> None:
        """Take no connection any more, and end those there are."""
        self._do(self._close)
        self.reset()

    def swallow(self) -> None:
        """A black hole: connections stand, and nothing goes through, either way."""
        self._do(self._flow.clear)

    def delay(self, seconds: float) -> None:
        """Let every piece wait, either way."""
        self._delay = seconds

    def hold_answers(self, first: bytes, then: bytes) -> None:
        """On a connection that asked for `first`: pass `then` on, and hold back all answers from there."""
        self._markers = (first, then)

    def heal(self) -> None:
        """Be a good proxy again. Connections whose answers were held back are reset."""
        self._delay, self._markers, self.held_count = 0.0, None, 0
        self._do(lambda: self._end_all(reset=True, only_held=True))
        self._do(self._flow.set)
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(5)

    def _do(self, act: Callable[[], None]) -> None:
        async def do() -> None:
            act()

        asyncio.run_coroutine_threadsafe(do(), self._loop).result(5)

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _end_all(self, *, reset: bool, only_held: bool = False) -> None:
        for pair in list(self._pairs):
            if only_held and not pair.held:
                continue
            for end in pair.ends:
                if reset:
                    end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
                end.transport.abort()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = _Pair((writer, far_writer))
        self._pairs.add(pair)
        try:
            await asyncio.gather(
                self._pass_on(reader, far_writer, pair, is_answer=False),
                self._pass_on(far_reader, writer, pair, is_answer=True),
            )
        finally:
            self._pairs.discard(pair)
            for end in pair.ends:
                end.transport.abort()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pair: _Pair, *, is_answer: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                await self._flow.wait()
                if self._delay:
                    await asyncio.sleep(self._delay)
                if is_answer and pair.held:
                    continue
                if not is_answer:
                    self._watch(data, pair)
                writer.write(data)
                await writer.drain()
        # One side has ended: so does the other, once what was under way has arrived.
        writer.close()

    def _watch(self, data: bytes, pair: _Pair) -> None:
        if self._markers is None:
            return
        first, then = self._markers
        pair.armed = pair.armed or first in data
        if pair.armed and then in data and not pair.held:
            pair.held = True
            self.held_count += 1


@contextlib.contextmanager
def running_proxy(target: tuple[str, int]) -> Iterator[Proxy]:
    """A proxy in a thread, gone when the block ends."""
    proxy = Proxy(target)
    loop = proxy._loop
    thread = threading.Thread(target=loop.run_forever, name="proxy", daemon=True)
    thread.start()
    proxy.heal()
    try:
        yield proxy
    finally:
        proxy.refuse()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
