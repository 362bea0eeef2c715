"""How many messages may be on their way at once: of one channel, and of the whole process."""

import math
import time
from dataclasses import dataclass

LEAST = 32
FIRST = 256
MOST = 512
_WORTH_SECONDS = 0.25
_LOOK_SECONDS = 0.25


class Flight:
    """Of one channel: what its provider takes in a quarter of a second, or in thrice the time of its quickest
    answer.

    More would only wait at the provider, and be in doubt if this process died. `FIRST` before anything is
    heard of it: more than its pace lets go, where it has one.
    """

    def __init__(self) -> None:
        self.most = FIRST
        self._landed = 0
        self._quickest = math.inf
        self._since = time.monotonic()

    def landed(self, seconds: float) -> None:
        """One has come to its end, after so long."""
        self._landed += 1
        self._quickest = min(self._quickest, seconds)
        now = time.monotonic()
        elapsed = now - self._since
        if elapsed < _LOOK_SECONDS:
            return
        wanted = self._landed / elapsed * max(_WORTH_SECONDS, 3 * self._quickest)
        # Not all at once: a pause of the database or of ours says nothing about the provider.
        self.most = max(LEAST, min(MOST, round(max(wanted, self.most * 0.7))))
        self._landed, self._quickest, self._since = 0, math.inf, now


@dataclass(slots=True)
class Sky:
    """All channels of a process: each may have half of what the others leave, and a few in any case."""

    most: int = 1_024
    taken: int = 0

    def room(self) -> int:
        """What one channel may add now. A crowd in one never keeps another on the ground."""
        return max(8, (self.most - self.taken) // 2)
