"""Never more than allowed in any sliding second, and hardly less; the same for one person."""

from bisect import bisect_left
from dataclasses import dataclass
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from parley.engines.sender.pacing import PAIR_BURST, PAIR_SECONDS, Pace, Pairs

PERSON = uuid4()


@dataclass
class Clock:
    """Time as a test passes it."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def run(pace: Pace, clock: Clock, seconds: float, lateness: list[float]) -> list[float]:
    """Send as fast as the pace lets, each a little late; when each left."""
    left: list[float] = []
    end = clock.now + seconds
    while clock.now < end:
        turns = [pace.take() for _ in range(pace.room(50))]
        if not turns:
            clock.now += pace.wait_seconds()
        for turn in turns:
            clock.now += pace.wait_of(turn) + lateness[len(left) % len(lateness)]
            pace.begin(turn)
            left.append(clock.now)
    return left


def most_in(times: list[float], seconds: float) -> int:
    return max(place - bisect_left(times, at - seconds) for place, at in enumerate(times, 1))


@settings(max_examples=40, deadline=None)
@given(
    per_second=st.sampled_from([1, 3, 20, 80, 250, 1_000]),
    lateness=st.lists(st.floats(0, 0.0005), min_size=1, max_size=20),
)
def test_no_sliding_second_has_more_and_the_rate_is_reached(per_second: int, lateness: list[float]) -> None:
    clock = Clock()
    times = run(Pace(per_second, clock=clock), clock, 12, lateness)
    assert most_in(times, 1.0) <= per_second
    whole = [at for at in times if at >= 102]
    assert len(whole) >= 0.98 * per_second * (clock.now - 102) - per_second * 0.15 - 1


@given(lateness=st.lists(st.floats(0, 0.3), min_size=1, max_size=20))
def test_a_process_that_is_late_itself_does_not_catch_up(lateness: list[float]) -> None:
    clock = Clock()
    assert most_in(run(Pace(10, clock=clock), clock, 20, lateness), 1.0) <= 10


def test_a_place_that_was_not_used_is_free_again() -> None:
    clock = Clock()
    pace = Pace(5, clock=clock)
    turns = [pace.take() for _ in range(pace.room(50))]
    assert len(turns) == 5
    pace.give_back(turns[0])
    assert pace.room(50) == 1


def test_an_answer_that_took_long_says_that_the_request_may_have_been_read_late() -> None:
    clock = Clock()
    pace = Pace(1, clock=clock)
    quick = pace.take()
    pace.begin(quick)
    pace.answered(quick)
    clock.now += 1.01
    slow = pace.take()
    pace.begin(slow)
    clock.now += 0.4
    pace.answered(slow)
    clock.now += 0.6 + 0.14 - 0.1  # one may be claimed a tenth of a second ahead
    assert pace.room(50) == 0
    clock.now += 0.03
    assert pace.room(50) == 1


def test_an_upload_before_the_message_does_not_count() -> None:
    """Only the last request of a message is the message."""
    clock = Clock()
    pace = Pace(1, clock=clock)
    turn = pace.take()
    pace.begin(turn)
    clock.now += 5
    pace.begin(turn)
    assert pace.room(50) == 0
    clock.now += 1.1
    assert pace.room(50) == 1


def test_who_takes_over_is_quiet_for_as_long_as_the_last_one_may_still_count() -> None:
    clock = Clock()
    pace = Pace(80, quiet_until=clock.now + 1, clock=clock)
    assert pace.room(50) == 0
    clock.now += 1
    assert pace.room(50) == 10


def test_bulk_has_a_pace_of_its_own() -> None:
    clock = Clock()
    pace = Pace(20, bulk_per_second=1, clock=clock)
    assert pace.bulk_room(50) == 1
    pace.begin(pace.take(is_bulk=True))
    assert pace.bulk_room(50) == 0
    assert pace.room(50) > 0


def test_one_person_gets_a_burst_and_then_as_long_a_pause() -> None:
    clock = Clock()
    pairs = Pairs(clock=clock)
    for _ in range(PAIR_BURST):
        assert pairs.wait_seconds(PERSON) == 0
        pairs.sent(PERSON)
        clock.now += 0.1
    wait = pairs.wait_seconds(PERSON)
    assert PAIR_BURST * (PAIR_SECONDS - 0.2) < wait < PAIR_BURST * (PAIR_SECONDS + 0.2)
    clock.now += wait
    assert pairs.wait_seconds(PERSON) == 0
    assert pairs.wait_seconds(uuid4()) == 0


def test_what_somebody_else_sent_to_a_person_counts() -> None:
    clock = Clock()
    pairs, seen = Pairs(clock=clock), Pairs(knows_all=False, clock=clock)
    assert seen.asks_history
    for _ in range(20):
        pairs.sent(PERSON)
    clock.now += 30
    seen.remember(PERSON, [30.0] * 20)
    assert abs(seen.wait_seconds(PERSON) - pairs.wait_seconds(PERSON)) < 0.001
    clock.now += 1_000
    assert not seen.asks_history


@given(gaps=st.lists(st.floats(0, 40), min_size=1, max_size=200))
def test_a_person_is_never_written_to_more_often_than_allowed(gaps: list[float]) -> None:
    """In any 6 seconds up to 45; over any longer time one in 6 seconds, but for one burst."""
    clock = Clock()
    pairs, times = Pairs(clock=clock), []
    for gap in gaps:
        clock.now += gap
        clock.now += pairs.wait_seconds(PERSON)
        pairs.sent(PERSON)
        times.append(clock.now)
    for first, at in enumerate(times):
        for last in range(first, len(times)):
            span = times[last] - at
            assert last - first + 1 <= PAIR_BURST + span / PAIR_SECONDS + 1
            if span < PAIR_SECONDS:
                assert last - first + 1 <= PAIR_BURST + 1
