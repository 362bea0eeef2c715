"""Time in the simulated world: the real one, or a virtual one that moves only when somebody calls.

What shall happen later is left with the clock as a plain function. Under virtual time it happens in the order
of its time, and of its leaving where times are equal, so that the same calls always give the same story.
"""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from typing import Protocol

Act = Callable[[], object]


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since 1970."""

    def after(self, seconds: float, act: Act) -> None:
        """Do it so much later. Must be called inside the event loop."""

    def advance(self, seconds: float) -> None:
        """Let time pass and do what was due meanwhile. Real time passes by itself: nothing happens."""

    def stop(self) -> None:
        """Nothing is done any more."""


class RealClock:
    def __init__(self) -> None:
        self._is_stopped = False

    def now(self) -> float:
        return time.time()

    def after(self, seconds: float, act: Act) -> None:
        loop = asyncio.get_running_loop()
        if seconds <= 0:
            loop.call_soon(self._do, act)
        else:
            loop.call_later(seconds, self._do, act)

    def advance(self, seconds: float) -> None:
        """Nothing: it passes by itself."""

    def stop(self) -> None:
        self._is_stopped = True

    def _do(self, act: Act) -> None:
        if not self._is_stopped:
            act()


class VirtualClock:
    """Stands still between calls."""

    def __init__(self, start: float) -> None:
        self._now = start
        self._due: list[tuple[float, int, Act]] = []
        self._order = itertools.count()

    def now(self) -> float:
        return self._now

    def after(self, seconds: float, act: Act) -> None:
        heapq.heappush(self._due, (self._now + max(0.0, seconds), next(self._order), act))

    def advance(self, seconds: float) -> None:
        end = self._now + seconds
        while self._due and self._due[0][0] <= end:
            self._now, _, act = heapq.heappop(self._due)
            act()
        self._now = end

    def stop(self) -> None:
        self._due.clear()
