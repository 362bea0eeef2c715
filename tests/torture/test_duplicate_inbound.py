"""T04: the same webhook three times in a row, twenty times at once, and again much later."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from parley.engines.tests.posting import post
from tests.torture.invariants import nothing_stuck, received_once
from tests.torture.shop import connect
from tests.torture.webhooks import Webhook, text_webhook
from tests.torture.world import World

pytestmark = [pytest.mark.torture, pytest.mark.timeout(120)]

AT_ONCE = 20
_COUNTS = """
SELECT (SELECT count(*) FROM inbound_event) AS events, (SELECT count(*) FROM message) AS messages,
       (SELECT count(*) FROM conversation) AS conversations, (SELECT count(*) FROM contact) AS contacts,
       (SELECT count(*) FROM event WHERE type = 'message.received') AS announced,
       (SELECT coalesce(sum(unread_count), 0) FROM conversation) AS unread
"""


@pytest.mark.parametrize("provider", ["waha", "cloud_api"])
def test_one_message_however_often_it_comes(world: World, provider: str) -> None:
    world.start("edge")
    number = connect(world, provider)
    webhook = text_webhook(number, customer=1)
    statuses = [deliver(world, webhook) for _ in range(3)]

    crowd = text_webhook(number, customer=2)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses += pool.map(lambda _: deliver(world, crowd), range(AT_ONCE))

    received_once(world, [webhook.message_id, crowd.message_id])
    eight_days_pass(world)
    world.kill("edge")
    world.start("edge")
    statuses += [deliver(world, webhook), deliver(world, crowd)]

    assert set(statuses) == {200}
    nothing_stuck(world)
    received_once(world, [webhook.message_id, crowd.message_id])
    assert world.rows(_COUNTS) == [
        {"events": 2, "messages": 2, "conversations": 2, "contacts": 2, "announced": 2, "unread": 2}
    ]


def test_a_stranger_who_writes_many_times_at_once_is_one_contact(world: World) -> None:
    """Different messages of one new customer, at once, by two numbers of the same company."""
    world.start("edge")
    numbers = [connect(world, "cloud_api"), connect(world, "waha")]
    webhooks = [text_webhook(numbers[place % 2], customer=7, text=str(place)) for place in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert set(pool.map(lambda webhook: deliver(world, webhook), webhooks)) == {200}
    nothing_stuck(world)
    received_once(world, [webhook.message_id for webhook in webhooks])
    assert world.rows(_COUNTS) == [
        {
            "events": AT_ONCE, "messages": AT_ONCE, "conversations": 2, "contacts": 1, "announced": AT_ONCE,
            "unread": AT_ONCE,
        }
    ]  # fmt: skip


def deliver(world: World, webhook: Webhook) -> int:
    return post(f"{world.url}{webhook.path}", webhook.body, webhook.headers)[0]


def eight_days_pass(world: World) -> None:
    """Everything that came so far came eight days ago."""
    for table, column in (
        ("inbound_event", "received_at"),
        ("inbound_event", "created_at"),
        ("message", "at"),
    ):
        world.write(f"UPDATE {table} SET {column} = {column} - interval '8 days'")  # noqa: S608  names above
