"""One open stream: what was said and not written yet, and whether its reader keeps up.

The hub writes to all streams of a workspace in one go, with no task for each. A reader who does not keep up
is not waited for: what it misses is a set of topics, and becomes "*" when there are too many of them.
"""

import asyncio
import time
from collections.abc import Coroutine, Iterable
from typing import Any

from msgspec import json

from parley.core.live import EVERYTHING
from parley.core.stream_token import StreamGrant
from parley.engines.asgi import Send

MOST_MISSED = 50
MOST_TOLD = 200
"""Topics in one event: some 10 kB."""
_LONGEST_BLOCKED = 30.0
"""Seconds. Up to 64 KB wait in the server for a reader who stands still; after that it has to come again."""


def hint_of(topics: Iterable[str], position: str) -> bytes:
    """The event as it goes over the wire. `position` is what `Last-Event-ID` brings back."""
    data = json.encode({"topics": sorted(topics)})
    return b"id: %s\nevent: changed\ndata: %s\n\n" % (position.encode(), data)


def bounded(topics: Iterable[str], *, most: int) -> list[str]:
    """In order, each once; too many of them are everything."""
    found = set(topics)
    return [EVERYTHING] if EVERYTHING in found or len(found) > most else sorted(found)


class Stream:
    """Bytes are written at once where the reader keeps up. `over` ends with the stream."""

    __slots__ = ("_missed", "_send", "_writing", "blocked_at", "grant", "over", "position", "wrote_at")

    def __init__(self, grant: StreamGrant, send: Send) -> None:
        self.grant = grant
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.position = ""
        self.wrote_at = time.monotonic()
        self.blocked_at = 0.0
        self._send = send
        self._missed: set[str] = set()
        self._writing: asyncio.Task[None] | None = None

    def write(self, data: bytes) -> bool:
        """Write it now. False, and nothing is written, while the reader has not taken what came before."""
        if self._writing is not None or self.over.done():
            return False
        self.wrote_at = time.monotonic()
        writing = self._send({"type": "http.response.body", "body": data, "more_body": True})
        try:
            waited_for = writing.send(None)  # type: ignore[attr-defined]
        except StopIteration:
            return True
        except OSError:
            self.end()
            return True
        self.blocked_at = self.wrote_at
        self._writing = asyncio.ensure_future(_rest_of(writing, waited_for))  # type: ignore[arg-type]
        self._writing.add_done_callback(self._unblocked)
        return True

    def hint(self, data: bytes, topics: Iterable[str], position: str) -> None:
        """Write the event, which says `topics`, or remember them until the reader keeps up."""
        self.position = position
        if not self.write(data):
            self._missed.update(topics)
            self._missed = set(bounded(self._missed, most=MOST_MISSED))

    def end(self) -> None:
        if not self.over.done():
            self.over.set_result(None)

    def close(self) -> None:
        """Nothing is written any more."""
        self.end()
        if self._writing is not None:
            self._writing.cancel()

    def is_stuck(self, now: float) -> bool:
        return self._writing is not None and now - self.blocked_at > _LONGEST_BLOCKED

    def _unblocked(self, writing: "asyncio.Task[None]") -> None:
        self._writing = None
        if writing.cancelled() or writing.exception() is not None:
            self.end()
        elif self._missed:
            missed, self._missed = self._missed, set()
            self.hint(hint_of(missed, self.position), missed, self.position)


async def _rest_of(started: Coroutine[Any, Any, None], waited_for: "asyncio.Future[Any] | None") -> None:
    """Finish a coroutine that was begun by hand: wait for what it waits for, in its place."""
    try:
        while True:
            if waited_for is None:
                await asyncio.sleep(0)
            else:
                waited_for._asyncio_future_blocking = False  # noqa: SLF001  handed out once, and to nobody
                await waited_for
            waited_for = started.send(None)
    except StopIteration:
        return
    finally:
        started.close()
