"""kill -9 of each process in turn under traffic: nothing lost, nothing doubled, nothing to do by hand."""

import random
import signal
import time
from uuid import UUID

import pytest

from parley.simulator.people.phones import Letter
from tests.torture.invariants import in_flight, nothing_stuck, received_once, sent_once
from tests.torture.programs import until
from tests.torture.shop import connect_at_simulator, wa_id_of
from tests.torture.traffic import begin_traffic, is_calm, slow_answers
from tests.torture.world import World, answers

pytestmark = [pytest.mark.torture, pytest.mark.timeout(240)]

PROCESSES = ("simulator", "root", "applier", "worker", "sender")
KILLS = 3
_PICTURES = "SELECT state, error FROM media_file"
_JOB_RUNS = "SELECT FROM procrastinate_jobs WHERE status = 'doing' AND task_name = 'messaging.fetch_media'"


@pytest.mark.parametrize("victim", [*PROCESSES, "postgres"])
def test_any_process_may_die(world: World, chance: random.Random, victim: str) -> None:
    world.start(*PROCESSES)
    traffic = begin_traffic(world, chance)
    slow_answers(world)
    doubtful: set[UUID] = set()
    for _ in range(KILLS):
        traffic.go_on(chance.uniform(0.5, 2.0))
        doubtful |= die_and_return(world, victim, chance)
    traffic.go_on(1.0)
    traffic.finish()

    until(lambda: answers(f"{world.url}/readyz") == 200, seconds=30, what="ready again, unaided")
    nothing_stuck(world, seconds=60, jobs=True)
    received_once(world, traffic.provider.delivered)
    pictures = [row["state"] for row in world.rows(_PICTURES)]
    assert set(pictures) == {"stored"}
    traffic.desk.answers_are_kept()
    # A simulator that dies forgets what it had to tell; a person looks at what stays in doubt.
    tally = sent_once(world, in_flight=doubtful, words_arrive=victim != "simulator")
    print(  # noqa: T201
        f"kill -9 {victim} {KILLS} times: {len(traffic.provider.delivered)} webhooks, "
        f"{len(traffic.desk.answered)} replies in {traffic.desk.clicks} clicks, {len(pictures)} pictures, "
        f"{len(doubtful)} in flight; {tally}"
    )
    assert tally.messages == len(traffic.queued) + len(traffic.desk.answered)
    assert tally.failed == 0
    until(lambda: is_calm(world), seconds=30, what="everybody has the database again")
    assert all(program.is_running for program in world.programs.values())
    assert all(world.programs[name].starts == 1 for name in PROCESSES if name != victim)


def test_a_picture_whose_worker_died_is_fetched_by_another(world: World) -> None:
    world.start(*PROCESSES)
    number = connect_at_simulator(world, "waha")
    world.whatsapp.fault("waha", "latency", match="GET /api/files", seconds=6)
    world.whatsapp.write(wa_id_of(1), Letter(channel=number.external_id, type="image", body="A mesa"))
    until(lambda: world.rows(_JOB_RUNS), what="a worker takes up the job")
    world.kill("worker")
    assert [row["state"] for row in world.rows(_PICTURES)] == ["pending"]
    world.start("worker")
    nothing_stuck(world, jobs=True)
    assert world.rows(_PICTURES) == [{"state": "stored", "error": ""}]


def die_and_return(world: World, victim: str, chance: random.Random) -> set[UUID]:
    """Kill, leave dead for a moment, start again. Answers the messages whose answer may have died with it."""
    away = chance.uniform(0.3, 1.5)
    if victim == "postgres":
        world.cluster.stop(chance.choice([signal.SIGQUIT, signal.SIGKILL]))
        time.sleep(away)
        world.cluster.revive()
        return in_flight(world)
    world.kill(victim)
    time.sleep(0.1)  # what was on its way to PostgreSQL may still be taken
    doubtful = in_flight(world) if victim in {"sender", "simulator"} else set()
    time.sleep(away)
    world.start(victim)
    if victim == "simulator":
        slow_answers(world)
    return doubtful
