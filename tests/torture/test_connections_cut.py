"""T35: connections to the database are reset, slow, silent, or lost after a commit was sent."""

import random
import time
from uuid import UUID

import pytest

from parley.core.ids import new_id
from tests.torture.desk import Desk
from tests.torture.invariants import in_flight, nothing_stuck, received_once, sent_once
from tests.torture.programs import until
from tests.torture.shop import connect_at_simulator, customers_write
from tests.torture.traffic import begin_traffic, is_calm
from tests.torture.world import World, answers

pytestmark = [pytest.mark.torture, pytest.mark.timeout(300)]

PROCESSES = ("simulator", "root", "worker", "sender")
CUT_SECONDS = 40.0
CUSTOMERS = 60
EVERY_SECONDS = 2.0
LONGEST_REQUEST = 30.0
DELAY_SECONDS = 1.0
_IDLE = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%%'
  AND state_change < now() - interval '5 seconds'
"""


def test_every_connection_is_reset_every_two_seconds(world: World, chance: random.Random) -> None:
    world.start(*PROCESSES)
    traffic = begin_traffic(world, chance, customers=CUSTOMERS)
    doubtful: set[UUID] = set()
    end = time.monotonic() + CUT_SECONDS
    cuts = 0
    while time.monotonic() < end:
        traffic.go_on(EVERY_SECONDS * chance.uniform(0.8, 1.2), pause=0.5)
        world.database_proxy.reset()
        doubtful |= in_flight(world)
        cuts += 1
    traffic.finish()
    until(lambda: answers(f"{world.url}/readyz") == 200, seconds=30, what="ready again, unaided")
    nothing_stuck(world, seconds=60, jobs=True)
    received_once(world, traffic.provider.delivered)
    traffic.desk.answers_are_kept()
    tally = sent_once(world, in_flight=doubtful)
    assert tally.messages == len(traffic.queued) + len(traffic.desk.answered)
    until(lambda: not world.rows(_IDLE), seconds=10, what="no transaction is left open")
    until(lambda: is_calm(world), seconds=30, what="everybody has the database again")
    assert all(program.starts == 1 for program in world.programs.values())
    assert traffic.desk.slowest < LONGEST_REQUEST
    print(  # noqa: T201
        f"T35: {cuts} resets, {len(traffic.provider.delivered)} webhooks, {traffic.desk.clicks} clicks for "
        f"{len(traffic.desk.answered)} replies, the slowest {traffic.desk.slowest:.1f} s; {tally}"
    )


def test_an_answer_that_is_lost_after_the_commit_was_sent(world: World) -> None:
    """The person hears nothing, clicks again with the same client id, and there is one message."""
    world.start(*PROCESSES)
    number = connect_at_simulator(world, "waha")
    (chat,) = customers_write(world, number, count=1)
    browser = world.signed_in()
    address = f"/w/{world.company.slug}/conversations/{chat.id}/messages/"
    fields = {"body": "Uma vez só", "client_id": str(new_id())}
    world.database_proxy.hold_answers(b'INSERT INTO "message"', b"COMMIT")
    began = time.monotonic()
    first = browser.post(address, fields)
    took = time.monotonic() - began
    assert world.database_proxy.held_count == 1, "the commit was not caught"
    world.database_proxy.heal()
    assert first.status == 503
    assert took < LONGEST_REQUEST
    second = browser.post(address, fields)
    assert second.status == 200
    mine = "SELECT status FROM message WHERE client_id = %(id)s"
    assert len(world.rows(mine, id=fields["client_id"])) == 1
    nothing_stuck(world, jobs=True)
    assert sent_once(world).messages == 1


@pytest.mark.parametrize("trouble", ["slow", "silent"])
def test_a_page_ends_in_time_whatever_the_connection_does(world: World, trouble: str) -> None:
    """Two seconds for each word there and back, or no word at all: an answer within half a minute."""
    world.start(*PROCESSES)
    number = connect_at_simulator(world, "waha")
    chats = customers_write(world, number, count=2)
    desk = Desk(world, chats, world.signed_in())
    desk.begin(replies=3)
    until(lambda: len(desk.answered) >= 1, what="the desk works")
    if trouble == "slow":
        world.database_proxy.delay(DELAY_SECONDS)
    else:
        world.database_proxy.swallow()
    time.sleep(LONGEST_REQUEST + 5)
    assert answers(f"{world.url}/healthz") == 200
    if trouble == "silent":
        world.database_proxy.reset()
    world.database_proxy.heal()
    healed = time.monotonic()
    until(lambda: answers(f"{world.url}/readyz") == 200, seconds=30, what="ready again, unaided")
    until(lambda: len(desk.answered) >= 3, seconds=60, what="the desk goes on")
    desk.finish()
    desk.answers_are_kept()
    nothing_stuck(world, seconds=60, jobs=True)
    sent_once(world)
    assert desk.slowest < LONGEST_REQUEST, f"a click waited {desk.slowest:.0f} s"
    assert all(program.starts == 1 for program in world.programs.values())
    print(  # noqa: T201
        f"T35 {trouble}: the slowest click {desk.slowest:.1f} s, all well "
        f"{time.monotonic() - healed:.1f} s after"
    )


def test_work_is_found_although_every_notification_is_lost(world: World) -> None:
    """LISTEN connections are cut for good; queued replies leave by polling alone."""
    world.start(*PROCESSES)
    number = connect_at_simulator(world, "waha")
    chats = customers_write(world, number, count=3)
    world.write(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE query LIKE 'LISTEN%%' AND datname = current_database()"
    )
    desk = Desk(world, chats, world.signed_in())
    desk.begin(replies=4)
    until(lambda: len(desk.answered) >= 4, seconds=30)
    desk.finish()
    nothing_stuck(world, jobs=True)
    assert sent_once(world).accepted == 4
