"""T61: processes are told to stop under load, one after the other, ten times over."""

import random
import time
from uuid import UUID

import pytest

from tests.torture.invariants import nothing_stuck, received_once, sent_once
from tests.torture.programs import until
from tests.torture.traffic import begin_traffic, is_calm, slow_answers
from tests.torture.world import World, answers

pytestmark = [pytest.mark.torture, pytest.mark.timeout(400)]

PROCESSES = ("simulator", "root", "worker", "sender")
RESTARTED = ("root", "applier", "worker", "sender")
ROUNDS = 10
_UNDONE = """
SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id IS NULL
"""


def test_ten_rolling_restarts_cost_nothing(world: World, chance: random.Random) -> None:
    """Each is told to stop (SIGTERM), ends in time, and is started again while the others go on."""
    world.start(*PROCESSES)
    traffic = begin_traffic(world, chance)
    slow_answers(world)
    slowest = 0.0
    for place in range(ROUNDS):
        victim = RESTARTED[place % len(RESTARTED)]
        traffic.go_on(chance.uniform(0.5, 1.5), pause=0.4)
        began = time.monotonic()
        world.programs[victim].stop()
        slowest = max(slowest, time.monotonic() - began)
        assert "Traceback" not in world.programs[victim].printed
        world.start(victim)
    traffic.go_on(1.0, pause=0.4)
    traffic.finish()
    until(lambda: answers(f"{world.url}/readyz") == 200, seconds=30, what="ready again, unaided")
    nothing_stuck(world, seconds=60, jobs=True)
    received_once(world, traffic.provider.delivered)
    traffic.desk.answers_are_kept()
    # Whoever is told to stop waits for what has left: nothing is ever in doubt.
    tally = sent_once(world, in_flight=set[UUID]())
    assert tally.messages == len(traffic.queued) + len(traffic.desk.answered)
    assert (tally.failed, tally.ever_uncertain) == (0, 0)
    assert not world.rows(_UNDONE), "a job was left as being done by nobody"
    refused = {answer.status for answer in traffic.provider.answers} - {200, None}
    assert refused <= {503}, f"webhooks were answered {refused}"
    until(lambda: is_calm(world), seconds=30, what="everybody has the database again")
    webhooks = f"{len(traffic.provider.delivered)} webhooks in {len(traffic.provider.answers)} attempts"
    print(  # noqa: T201
        f"T61: {ROUNDS} restarts, the slowest end {slowest:.1f} s; {webhooks}, "
        f"{len(traffic.desk.answered)} replies in {traffic.desk.clicks} clicks; {tally}"
    )


def test_a_sender_that_is_told_to_stop_hands_over_at_once(world: World) -> None:
    """Its leases are free when it ends: the next sender does not wait for them to run out."""
    world.start(*PROCESSES)
    traffic = begin_traffic(world, random.Random(1))  # noqa: S311  chance, not secrecy
    traffic.go_on(1.0)
    world.programs["sender"].stop()
    held = "SELECT FROM channel_lease WHERE purpose = 'send' AND holder IS NOT NULL AND until > now()"
    assert not world.rows(held)
    world.start("sender")
    traffic.finish()
    nothing_stuck(world, seconds=60, jobs=True)
    sent_once(world, in_flight=set[UUID]())
