"""How fast a number may speak: so many in any second, and to one person so many in a while.

The counting is ours, the judging the provider's, whose clock and queue we do not see. So a place is free
again a little more than a second after its request was written: by as much as this process was late of late,
and as its answer took longer than the quickest one, for the request may have been read so much later.
"""

import math
import time
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

Clock = Callable[[], float]

AHEAD_SECONDS = 0.1
"""How long before its time a message may be claimed: no place stays empty while the database works."""

_MARGIN = 0.006
_SLOW_ANSWER = 0.02
_WAITED_NEXT_DOOR = 0.15
"""Seconds: the most that a slow answer says about when its request was read; the rest is work done there. Who
at times answers within the former does no work: what takes longer there was waiting to be read. The first
answers do not tell yet who is who."""

_FIRST_ANSWERS = 50

_LATEST = 0.15
_FORGET_SECONDS = 2.0
_TICK = 0.1
_TICKS = 8
"""An eighth of a second's worth leaves in any tenth of one: a crowd is spread, and the rate is reached."""

PAIR_BURST = 45
PAIR_SECONDS = 6.0
_PAIR_MARGIN = 0.05
"""Cloud API: one message to the same person every 6 seconds, or up to 45 within 6 and then nothing for as
long as that many would have taken (section 3 of the protocol's notes, checked July 2026)."""

PAIR_MEMORY_SECONDS = (PAIR_BURST + 1) * (PAIR_SECONDS + _PAIR_MARGIN)


class Window:
    """At most `count` begin within any `seconds`. A place is taken, used, and free again after that time."""

    def __init__(self, count: int, seconds: float, *, free_at: float = 0.0) -> None:
        self._seconds = seconds
        self._free = [free_at] * count

    def room(self, until: float) -> int:
        """How many places are free by then."""
        return bisect_right(self._free, until)

    def next_free(self) -> float:
        """When the next place is free; never, while all are taken and none is used yet."""
        return self._free[0] if self._free else math.inf

    def take(self) -> float:
        """Take a place: from when on it may be used."""
        return self._free.pop(0)

    def used(self, at: float, margin: float) -> float:
        """The place that was taken was used then. When it is free again."""
        free_at = at + self._seconds * (1 + margin)
        insort(self._free, free_at)
        return free_at

    def used_later(self, free_at: float, at: float, margin: float) -> float:
        """The place that is said to be free then was used later than was said, unless it is taken again."""
        place = bisect_left(self._free, free_at)
        if place == len(self._free) or self._free[place] != free_at:
            return free_at
        self._free.pop(place)
        return self.used(at, margin)

    def give_back(self) -> None:
        """It was not used."""
        self._free.insert(0, 0.0)


@dataclass(slots=True)
class Turn:
    """A message's place, not before `at`, in each of the windows that it counts in."""

    at: float
    windows: list[Window]
    is_awaited: bool = False
    used_at: float | None = None
    margin: float = 0.0
    free_at: list[float] = field(default_factory=list)


class Pace:
    """The pace of one channel. In memory: one sender owns a channel at a time.

    `per_second` 0 is no limit; `bulk_per_second` is one more for what goes to many. `quiet_until`: somebody
    else may have spoken up to a second before.
    """

    def __init__(
        self, per_second: float, *, bulk_per_second: float = 0.0, pairs: "Pairs | None" = None,
        quiet_until: float = 0.0, clock: Clock = time.monotonic,
    ) -> None:  # fmt: skip
        self.limits = (per_second, bulk_per_second)
        self.pairs = pairs
        self._clock = clock
        self._late, self._late_at = 0.0, 0.0
        self._quickest, self._answers = math.inf, 0
        self._windows: list[Window] = []
        if per_second > 0:
            count = max(1, int(per_second))
            self._windows.append(Window(count, count / per_second, free_at=quiet_until))
            if count >= _TICKS:
                self._windows.append(Window(math.ceil(per_second / _TICKS), _TICK, free_at=quiet_until))
        self._bulk = None
        if bulk_per_second > 0:
            count = max(1, int(bulk_per_second))
            self._bulk = Window(count, count / bulk_per_second, free_at=quiet_until)

    def room(self, most: int) -> int:
        """How many of `most` may be claimed now."""
        until = self._clock() + AHEAD_SECONDS
        return min([most, *(window.room(until) for window in self._windows)])

    def wait_seconds(self) -> float:
        """Until one may be claimed, at most a second: what is on its way frees places, too."""
        until = max((window.next_free() for window in self._windows), default=0.0)
        return min(max(0.001, until - AHEAD_SECONDS - self._clock()), 1.0)

    def bulk_room(self, most: int) -> int:
        """How many of those may be bulk."""
        return most if self._bulk is None else min(most, self._bulk.room(self._clock() + AHEAD_SECONDS))

    def take(self, *, is_bulk: bool = False) -> Turn:
        """A place for one message. Either `begin` or `give_back` follows."""
        windows = [*self._windows, self._bulk] if is_bulk and self._bulk is not None else self._windows
        return Turn(max([0.0, *(window.take() for window in windows)]), windows)

    def wait_of(self, turn: Turn) -> float:
        """Seconds until this message's time."""
        wait = max(0.0, turn.at - self._clock())
        turn.is_awaited = turn.is_awaited or wait > 0
        return wait

    def begin(self, turn: Turn) -> None:
        """The message leaves at this moment. Said again, it leaves now and did not before."""
        now = self._clock()
        if not turn.windows:
            turn.used_at = now
            return
        self._was_late(now, now - turn.at if turn.is_awaited else 0.0)
        self._use(turn, now, _MARGIN + self._late)

    def answered(self, turn: Turn) -> None:
        """Its answer is here."""
        if turn.used_at is None or not turn.windows:
            return
        took = self._clock() - turn.used_at
        self._quickest = min(took, self._quickest)
        self._answers += 1
        if self._quickest < _SLOW_ANSWER or self._answers < _FIRST_ANSWERS:
            longer = min(took, _WAITED_NEXT_DOOR + self._late)
            if longer == took:
                # It was read before it was answered: a second after that is enough, however late we were.
                self._use(turn, turn.used_at, _MARGIN + took)
                return
        else:
            longer = min(took - self._quickest, _SLOW_ANSWER + self._late)
        self._use(turn, turn.used_at, turn.margin + longer)

    def _use(self, turn: Turn, at: float, margin: float) -> None:
        if turn.used_at is None:
            turn.free_at = [window.used(at, margin) for window in turn.windows]
        else:
            places = zip(turn.windows, turn.free_at, strict=True)
            turn.free_at = [window.used_later(free_at, at, margin) for window, free_at in places]
        turn.used_at, turn.margin = at, margin

    def _was_late(self, now: float, late: float) -> None:
        """The worst of the last seconds, fading."""
        faded = self._late * math.exp((self._late_at - now) / _FORGET_SECONDS)
        self._late, self._late_at = min(_LATEST, max(faded, late)), now

    def give_back(self, turn: Turn) -> None:
        """The message did not leave."""
        for window in turn.windows:
            window.give_back()


@dataclass(slots=True)
class _Pair:
    burst_began: float
    burst: int
    settled: float
    """When the burst is paid for: as many times six seconds after it began as it had messages."""


class Pairs:
    """Who was written to of late. `Pairs.wait_seconds` is 0 where a message may leave now."""

    def __init__(self, *, knows_all: bool = True, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._knows_all_at = clock() + (0.0 if knows_all else PAIR_MEMORY_SECONDS)
        self._pairs: dict[UUID, _Pair] = {}
        self._tidy_at = 10_000

    @property
    def asks_history(self) -> bool:
        """Whether somebody else may have written to a person so lately that it matters."""
        return self._clock() < self._knows_all_at

    def __contains__(self, contact_id: UUID) -> bool:
        return contact_id in self._pairs

    def wait_seconds(self, contact_id: UUID) -> float:
        """How long this person has to be spared."""
        now, pair = self._clock(), self._pairs.get(contact_id)
        if pair is None or now >= pair.settled:
            return 0.0
        in_burst = now - pair.burst_began < PAIR_SECONDS and pair.burst < PAIR_BURST
        return 0.0 if in_burst else pair.settled - now

    def sent(self, contact_id: UUID, *, ago: float = 0.0, again: bool = False) -> None:
        """A message to this person leaves, or left so many seconds ago. `again`: the last one, only now."""
        at = self._clock() - ago
        pair = self._pairs.get(contact_id)
        if again and pair is not None:
            pair.settled = max(pair.settled, at + pair.burst * (PAIR_SECONDS + _PAIR_MARGIN))
        elif pair is None or at >= pair.settled:
            self._pairs[contact_id] = _Pair(at, 1, at + PAIR_SECONDS + _PAIR_MARGIN)
        else:
            pair.burst += 1
            pair.settled += PAIR_SECONDS + _PAIR_MARGIN
        if len(self._pairs) > self._tidy_at:
            self._tidy()

    def remember(self, contact_id: UUID, ages: Iterable[float]) -> None:
        """What was sent before this process knew the person: seconds ago, in any order."""
        for ago in sorted(ages, reverse=True):
            self.sent(contact_id, ago=ago)

    def _tidy(self) -> None:
        now = self._clock()
        self._pairs = {contact: pair for contact, pair in self._pairs.items() if pair.settled > now}
        self._tidy_at = max(10_000, 2 * len(self._pairs))
