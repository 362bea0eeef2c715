"""T37: a sender stands still past its lease, another takes over, and the first wakes up again."""

import random
import signal
import time
from uuid import UUID

import pytest

from tests.torture.invariants import in_flight, in_status, nothing_stuck, sent_once
from tests.torture.programs import until
from tests.torture.shop import connect_at_simulator, customers_write, queue
from tests.torture.world import LEASE_SECONDS, World

pytestmark = [pytest.mark.torture, pytest.mark.timeout(240)]

ROUNDS = 4
CUSTOMERS = 20
REPLIES = 40
_HOLDERS = "SELECT DISTINCT claimed_by FROM send_attempt"


@pytest.mark.parametrize("provider", ["cloud_api", "waha"])
def test_a_sender_that_wakes_up_sends_nothing_again(
    world: World, chance: random.Random, provider: str
) -> None:
    world.start("simulator", "edge", "applier", "sender.1", "sender.2")
    number = connect_at_simulator(world, provider, per_second=40)
    chats = customers_write(world, number, count=CUSTOMERS)
    world.whatsapp.fault("cloud", "latency", match="/messages", times=0, seconds=0.15, after=True)
    world.whatsapp.fault("waha", "latency", match="/api/sendText", times=0, seconds=0.15, after=True)

    doubtful: set[UUID] = set()
    queued = 0
    for _ in range(ROUNDS):
        queued += len(queue(world, number, chats, count=REPLIES))
        until(lambda: in_status(world, "sending"), what="a sender takes up the work")
        time.sleep(chance.uniform(0, 0.5))
        # Which of them holds the number is theirs to know: both stand still, one after the other.
        for name in ("sender.1", "sender.2"):
            world.programs[name].tell(signal.SIGSTOP)
            time.sleep(0.1)  # what it had sent to PostgreSQL may still be taken
            doubtful |= in_flight(world)
            time.sleep(LEASE_SECONDS + chance.uniform(0.2, 1.5))
            world.programs[name].tell(signal.SIGCONT)
    nothing_stuck(world, seconds=90)
    tally = sent_once(world, in_flight=doubtful)
    holders = len(world.rows(_HOLDERS))
    print(f"T37 {provider}: {len(doubtful)} in flight when it stood still; {holders} holders; {tally}")  # noqa: T201
    assert tally.messages == queued
    assert tally.accepted + tally.uncertain == queued
    assert holders == 2, "nobody took over"
