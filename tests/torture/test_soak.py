"""T62: mixed load with a fault now and then, for two minutes or as long as PARLEY_SOAK_SECONDS says."""

import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from tests.torture.invariants import in_flight, nothing_stuck, received_once, sent_once
from tests.torture.programs import until
from tests.torture.traffic import Traffic, begin_traffic, slow_answers
from tests.torture.world import World, answers

SECONDS = float(os.environ.get("PARLEY_SOAK_SECONDS", "120"))
pytestmark = [pytest.mark.torture, pytest.mark.timeout(SECONDS + 300)]

PROCESSES = ("simulator", "root", "worker", "sender")
OURS = ("root", "applier", "worker", "sender")
ROUND_SECONDS = 3.0
CUSTOMERS = 40
WARM_ROUNDS = 8
GROWTH = 1.10
GROWTH_MB = 24
"""What a process may grow by after it is warm: a tenth, or what the allocator keeps in such a short time."""

_OPEN = "SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database()"
_JOBS = "SELECT count(*) AS count FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
_OLDEST = """
SELECT coalesce(extract(epoch FROM now() - min(received_at)), 0) AS age FROM inbound_event WHERE state = 'new'
"""


def test_it_stays_as_it_was(world: World, chance: random.Random) -> None:
    world.start(*PROCESSES)
    traffic = begin_traffic(world, chance, customers=CUSTOMERS)
    slow_answers(world)
    doubtful: set[UUID] = set()
    end = time.monotonic() + SECONDS
    rounds, faults, before, ages = 0, 0, dict[str, tuple[int, int]](), list[float]()
    while time.monotonic() < end:
        traffic.go_on(ROUND_SECONDS, pause=ROUND_SECONDS)
        rounds += 1
        ages.append(float(world.rows(_OLDEST)[0]["age"]))
        if rounds == WARM_ROUNDS:
            before = {name: weight(world, name) for name in OURS}
        if chance.random() < 0.3:
            faults += 1
            chance.choice(FAULTS)(world, traffic)
            doubtful |= in_flight(world)
    world.database_proxy.heal()
    world.whatsapp.clear_faults()
    traffic.finish()
    until(lambda: answers(f"{world.url}/readyz") == 200, seconds=30, what="ready again, unaided")
    nothing_stuck(world, seconds=90, jobs=True)
    received_once(world, traffic.provider.delivered)
    traffic.desk.answers_are_kept()
    tally = sent_once(world, in_flight=doubtful)
    after = {name: weight(world, name) for name in OURS}
    grown = {name: (before[name], after[name]) for name in OURS if is_heavier(before[name], after[name])}
    assert not grown, f"memory (MiB) and files before and after: {grown}"
    assert world.rows(_OPEN)[0]["count"] < 60
    assert world.rows(_JOBS)[0]["count"] < 20
    assert sorted(ages)[int(len(ages) * 0.99) - 1] < 30
    assert all(program.starts == 1 for program in world.programs.values())
    print(  # noqa: T201
        f"T62: {SECONDS:.0f} s, {faults} faults, {len(traffic.provider.delivered)} webhooks, oldest event "
        f"{max(ages):.1f} s; memory and files {before} then {after}; {tally}"
    )


def reset_database(world: World, _traffic: Traffic) -> None:
    world.database_proxy.reset()


def slow_database(world: World, _traffic: Traffic) -> None:
    world.database_proxy.delay(0.02)
    time.sleep(1.0)
    world.database_proxy.delay(0)


def refuse_some(world: World, _traffic: Traffic) -> None:
    world.whatsapp.fault("cloud", "throttle", match="/messages", times=2)


def lose_an_answer(world: World, _traffic: Traffic) -> None:
    world.whatsapp.fault("waha", "reset", match="/api/sendText", times=1, after=True)


FAULTS: tuple[Callable[[World, Traffic], None], ...] = (
    reset_database,
    slow_database,
    refuse_some,
    lose_an_answer,
)


def weight(world: World, name: str) -> tuple[int, int]:
    """Resident memory in MiB and open files of a process."""
    place = Path(f"/proc/{world.programs[name].pid}")
    (line,) = [line for line in (place / "status").read_text().splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) // 1024, len(list((place / "fd").iterdir()))


def is_heavier(before: tuple[int, int], after: tuple[int, int]) -> bool:
    memory = after[0] > max(before[0] * GROWTH, before[0] + GROWTH_MB)
    return memory or after[1] > before[1] + 20
