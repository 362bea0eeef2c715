"""How fast a number may speak: one bucket for the channel, one for each person it writes to."""

import time
from collections.abc import Callable
from uuid import UUID

_PAIR_BURST = 45
_PAIR_SECONDS = 6.0
"""Cloud API: one message to the same person every 6 seconds, up to 45 at once
(shared limits of the provider's documentation, checked July 2026)."""

_MOST_PAIRS = 50_000


class Bucket:
    """A token bucket: at most `burst` at once, refilled by one every `seconds`."""

    def __init__(self, burst: float, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst = burst
        self._seconds = seconds
        self._clock = clock
        self._tokens = burst
        self._at = clock()

    def available(self) -> int:
        """How many may go now."""
        self._refill()
        return int(self._tokens)

    def take(self, count: int = 1) -> None:
        self._refill()
        self._tokens -= count

    def wait_seconds(self) -> float:
        """Until one may go."""
        self._refill()
        return max(0.0, (1 - self._tokens) * self._seconds)

    def _refill(self) -> None:
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._at) / self._seconds)
        self._at = now


class Pace:
    """The pace of one channel. In memory: one sender owns a channel at a time."""

    def __init__(self, *, per_second: float, limits_pairs: bool) -> None:
        self._per_second = per_second
        # A burst of a tenth of a second keeps any sliding second within the limit plus a tenth.
        self._channel = Bucket(max(1.0, per_second / 10), 1 / per_second)
        self._pairs: dict[UUID, Bucket] | None = {} if limits_pairs else None

    def is_for(self, per_second: float, *, limits_pairs: bool) -> bool:
        """Whether this pace already keeps those limits."""
        return self._per_second == per_second and (self._pairs is not None) == limits_pairs

    def room(self) -> int:
        """How many messages may leave the channel now."""
        return self._channel.available()

    def wait_seconds(self) -> float:
        return self._channel.wait_seconds()

    def pair_wait_seconds(self, contact_id: UUID) -> float:
        """How long this person has to be spared; 0 when they may be written to now."""
        return 0.0 if self._pairs is None else self._pair(contact_id).wait_seconds()

    def sent(self, contact_id: UUID) -> None:
        self._channel.take()
        if self._pairs is not None:
            self._pair(contact_id).take()

    def _pair(self, contact_id: UUID) -> Bucket:
        assert self._pairs is not None  # noqa: S101  only called where pairs are limited
        if len(self._pairs) > _MOST_PAIRS:
            self._pairs.clear()
        return self._pairs.setdefault(contact_id, Bucket(_PAIR_BURST, _PAIR_SECONDS))
