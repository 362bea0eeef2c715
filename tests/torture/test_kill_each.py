"""kill -9 of each process in turn under traffic: nothing lost, nothing doubled, nothing to do by hand."""

import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

import pytest

from parley.simulator.people.phones import Letter
from parley.simulator.testing import Refusal
from tests.torture.desk import Desk
from tests.torture.invariants import in_flight, nothing_stuck, received_once, sent_once
from tests.torture.programs import until
from tests.torture.shop import Chat, Number, connect, connect_at_simulator, customers_write, queue, wa_id_of
from tests.torture.webhooks import Provider, texts
from tests.torture.world import World, answers

pytestmark = [pytest.mark.torture, pytest.mark.timeout(240)]

PROCESSES = ("simulator", "root", "applier", "worker", "sender")
KILLS = 3
CUSTOMERS = 8
HOOKS_PER_SECOND = 15
MOST_SECONDS = 120
_PICTURES = "SELECT state, error FROM media_file"
_JOB_RUNS = "SELECT FROM procrastinate_jobs WHERE status = 'doing' AND task_name = 'messaging.fetch_media'"


@dataclass(frozen=True, slots=True)
class Traffic:
    """Webhooks of a provider, replies from the queue and from a desk, all at once."""

    world: World
    provider: Provider
    desk: Desk
    replies: dict[Number, list[Chat]]
    queued: list[UUID] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)

    def go_on(self, seconds: float) -> None:
        """One customer sends a picture; replies are queued for so long. The rest works on its own."""
        place, number = len(self.pictures), next(iter(self.replies))
        letter = Letter(channel=number.external_id, type="image", body="A mesa")
        write = partial(empty_if_refused, lambda: self.world.whatsapp.write(wa_id_of(place), letter))
        self.pictures.append(until(write, what="the session is connected again"))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for number, chats in self.replies.items():
                self.queued.extend(queue(self.world, number, chats, count=3))
            time.sleep(0.2)

    def finish(self) -> None:
        self.provider.stop_writing()
        self.desk.finish()
        self.provider.finish()


def begin_traffic(world: World, chance: random.Random) -> Traffic:
    numbers = [connect_at_simulator(world, provider) for provider in ("waha", "cloud_api")]
    replies = {number: customers_write(world, number, count=CUSTOMERS) for number in numbers}
    provider = Provider(world.url)
    hooks = connect(world, "cloud_api")
    webhooks = texts([hooks], count=HOOKS_PER_SECOND * MOST_SECONDS, customers=500, chance=chance)
    provider.deliver(webhooks, per_second=HOOKS_PER_SECOND)
    desk = Desk(world, replies[numbers[0]], world.signed_in())
    desk.begin(replies=MOST_SECONDS)
    return Traffic(world, provider, desk, replies)


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


def is_calm(world: World) -> bool:
    """Nobody complains of the database any more."""
    before = {name: len(program.printed) for name, program in world.programs.items()}
    time.sleep(2.5)
    said = "".join(program.printed[before[name] :] for name, program in world.programs.items())
    return not any(complaint in said for complaint in ("database_away", "stopping worker", "interrupted"))


def empty_if_refused(ask: Callable[[], str]) -> str:
    """A session that has just started takes nothing for a moment."""
    try:
        return ask()
    except Refusal:
        return ""


def slow_answers(world: World) -> None:
    """So that something is in flight whenever anybody dies."""
    world.whatsapp.fault("waha", "latency", match="/api/sendText", times=0, seconds=0.2, after=True)
    world.whatsapp.fault("cloud", "latency", match="/messages", times=0, seconds=0.2, after=True)


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
