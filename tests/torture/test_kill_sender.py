"""T01: kill -9 of the senders at random moments under a stream of queued messages."""

import random
import time
from uuid import UUID

import pytest

from tests.torture.invariants import in_flight, in_status, nothing_stuck, sent_once
from tests.torture.programs import until
from tests.torture.shop import connect_at_simulator, customers_write, queue
from tests.torture.world import LEASE_SECONDS, World

pytestmark = [pytest.mark.torture, pytest.mark.timeout(180)]

SENDERS = ("sender.1", "sender.2")
KILLS = 12
CUSTOMERS = 25
REPLIES_AT_ONCE = 26


def test_no_message_is_sent_twice_and_none_is_forgotten(world: World, chance: random.Random) -> None:
    world.start("simulator", "edge", *SENDERS)
    numbers = [connect_at_simulator(world, provider, per_second=40) for provider in ("waha", "cloud_api")]
    chats = {number.id: customers_write(world, number, count=CUSTOMERS) for number in numbers}
    # The answer comes late, so that there is something in flight whenever a sender dies.
    world.whatsapp.fault("waha", "latency", match="/api/sendText", times=0, seconds=0.15, after=True)
    world.whatsapp.fault("cloud", "latency", match="/messages", times=0, seconds=0.15, after=True)

    doubtful: set[UUID] = set()
    queued = 0
    for _ in range(KILLS):
        for name in SENDERS:
            world.wait_until_ready(name)
        for number in numbers:
            queued += len(queue(world, number, chats[number.id], count=REPLIES_AT_ONCE))
        until(lambda: in_status(world, "sending"), what="a sender takes up the work")
        time.sleep(chance.uniform(0, 0.8))
        victims = chance.choice([SENDERS[:1], SENDERS[1:], SENDERS])
        world.kill(*victims)
        time.sleep(0.1)  # what the dead one had sent to PostgreSQL may still be taken
        doubtful |= in_flight(world)
        for name in victims:
            world.begin(name)

    nothing_stuck(world, seconds=60)
    tally = sent_once(world, in_flight=doubtful)
    print(f"T01: {KILLS} kills, {len(doubtful)} in flight at them; {tally}")  # noqa: T201
    assert tally.messages == queued >= 500
    assert tally.failed == 0
    assert tally.accepted + tally.uncertain == queued


def test_a_sender_that_dies_between_accept_and_record_leaves_one_doubt(world: World) -> None:
    """The provider has the message, the answer never reached the database, and no status comes: doubt."""
    world.start("simulator", "edge", "sender.1")
    number = connect_at_simulator(world, "cloud_api")
    chats = customers_write(world, number, count=1)
    world.whatsapp.fault("cloud", "drop_webhook", times=0)
    world.whatsapp.fault("cloud", "hang", match="/messages")
    (message_id,) = queue(world, number, chats, count=1)
    world.whatsapp.until(lambda: len(world.whatsapp.ledger()) == 1)
    world.kill("sender.1")
    world.start("sender.1")
    until(lambda: message_id in in_status(world, "uncertain"), seconds=LEASE_SECONDS + 15)
    tally = sent_once(world, in_flight=[message_id], words_arrive=False)
    assert (tally.uncertain, tally.accepted) == (1, 0)


def test_a_database_that_breaks_off_loses_no_answer(world: World) -> None:
    """The provider answers after the sender's own turn was broken: the answer is kept and written later."""
    world.start("simulator", "edge", "sender.1")
    number = connect_at_simulator(world, "cloud_api")
    chats = customers_write(world, number, count=1)
    world.whatsapp.fault("cloud", "drop_webhook", times=0)
    world.whatsapp.fault("cloud", "latency", match="/messages", seconds=1.8, after=True)
    queue(world, number, chats, count=1)
    world.whatsapp.until(lambda: len(world.whatsapp.ledger()) == 1)
    # The sender's next look for work breaks off in the middle of its transaction.
    look = b"channel.throughput_mps"
    world.database_proxy.hold_answers(look, look)
    until(lambda: world.database_proxy.held_count)
    world.database_proxy.heal()
    nothing_stuck(world)
    tally = sent_once(world, in_flight=[], words_arrive=False)
    assert (tally.accepted, tally.ever_uncertain) == (1, 0)
