"""How Meta's webhooks come: several in one, twice, late, again and again until it gives up."""

import json
from collections.abc import Iterator

import pytest

from parley.simulator.configuration import DeliveryHabits
from parley.simulator.people.phones import Letter
from parley.simulator.testing import Simulator, running_simulator
from parley.simulator.tests.cloud_people import ACCOUNT, MARINA, NUMBER, send, text
from parley.simulator.tests.conftest import VERIFY_TOKEN, Receiver


@pytest.fixture
def shop(whatsapp: Simulator, receiver: Receiver) -> Simulator:
    whatsapp.add_cloud_app(callback_url=receiver.url, verify_token=VERIFY_TOKEN)
    return whatsapp


def test_changes_come_in_batches(shop: Simulator, receiver: Receiver) -> None:
    other = {"phone_number_id": "109800000000002", "display_phone_number": "+55 19 3211-0002"}
    shop.add_cloud_app(
        waba_id="102200000000002", numbers=[other], callback_url=receiver.url, verify_token=VERIFY_TOKEN
    )
    shop.deliver(DeliveryHabits(batch=5, batch_seconds=60))
    for words in ("um", "dois"):
        shop.say(MARINA, words, channel=NUMBER)
    shop.say(MARINA, "três", channel="109800000000002")
    shop.tell(NUMBER, "account_alerts")
    shop.say(MARINA, "quatro", channel=NUMBER)
    (hook,) = shop.until(lambda: receiver.hooks)
    entries = hook.json["entry"]
    assert [entry["id"] for entry in entries] == [ACCOUNT, "102200000000002"]
    fields = [change["field"] for change in entries[0]["changes"]]
    assert fields == ["messages", "account_alerts", "messages"]
    first = entries[0]["changes"][0]["value"]
    assert [message["text"]["body"] for message in first["messages"]] == ["um", "dois"]
    assert len(first["contacts"]) == 1


def test_some_come_twice_and_some_late(shop: Simulator, receiver: Receiver) -> None:
    shop.deliver(DeliveryHabits(duplicated=1))
    shop.say(MARINA, "duas vezes")
    shop.until(lambda: len(receiver.hooks) == 2)
    assert receiver.hooks[0].body == receiver.hooks[1].body
    shop.deliver(DeliveryHabits())
    shop.play([{"api": "cloud", "action": "reorder_webhook"}])
    shop.say(MARINA, "primeiro")
    shop.say(MARINA, "segundo")
    shop.until(lambda: len(receiver.hooks) == 4)
    assert {m["text"]["body"] for m in receiver.cloud("messages")} == {"duas vezes", "primeiro", "segundo"}


@pytest.fixture
def hasty(receiver: Receiver) -> Iterator[Simulator]:
    """Seven days of retries in a tenth of a second."""
    with running_simulator(retry_speed=7 * 86_400 / 0.1) as simulator:
        simulator.add_cloud_app(callback_url=receiver.url, verify_token=VERIFY_TOKEN)
        yield simulator


def test_it_gives_up_after_seven_days(hasty: Simulator, receiver: Receiver) -> None:
    receiver.statuses[:] = [500] * 1000
    hasty.say(MARINA, "Oi")
    last = hasty.until(lambda: [outcome for outcome in hasty.deliveries() if outcome.gave_up])
    assert last[0].attempt == len(receiver.hooks) == 22
    assert len({hook.body for hook in receiver.hooks}) == 1


def test_a_delivery_can_be_looked_at(shop: Simulator, receiver: Receiver) -> None:
    shop.say(MARINA, "Oi")
    (outcome,) = shop.until(shop.deliveries)
    delivery = shop._simulator("GET", f"deliveries/{outcome.id}")
    assert json.loads(delivery["body"]) == receiver.hooks[0].json
    assert shop._simulator("GET", "deliveries?event=statuses") == []


def test_blocked_people_are_not_heard(shop: Simulator, receiver: Receiver) -> None:
    shop.say(MARINA, "Oi")
    shop.until(lambda: receiver.hooks)
    order = {"messaging_product": "whatsapp", "block_users": [{"user": MARINA}]}
    shop.cloud("POST", f"/{NUMBER}/block_users", order)
    shop.say(MARINA, "Alô?")
    shop.tell(NUMBER, "account_alerts")
    shop.until(lambda: len(receiver.hooks) == 2)
    assert len(receiver.cloud("messages")) == 1


def test_somebody_with_a_username_is_named_by_user_id(shop: Simulator, receiver: Receiver) -> None:
    shop.say(MARINA, "Oi")
    known = shop.move_person(MARINA, username="marina.s", hides_number=True)
    shop.say(MARINA, "Sou eu")
    shop.until(lambda: len(receiver.cloud("messages")) == 2)
    hidden = receiver.hooks[-1].json["entry"][0]["changes"][0]["value"]
    assert "from" not in hidden["messages"][0]
    assert hidden["messages"][0]["from_user_id"] == known["user_id"]
    assert hidden["contacts"][0]["profile"]["username"] == "marina.s"
    body = {**text(), "to": None, "recipient": known["user_id"]}
    answer = send(shop, body)
    assert answer["contacts"] == [{"input": known["user_id"], "user_id": known["user_id"]}]


def test_history_is_told_in_chunks(shop: Simulator, receiver: Receiver) -> None:
    shop.change_number(NUMBER, coexistence=True)
    for number in range(150):
        shop.write(MARINA, Letter(body=f"{number}", offline=True))
    assert shop.tell_history(NUMBER) == 2
    shop.until(lambda: len(receiver.hooks) == 2)
    chunks = [hook.json["entry"][0]["changes"][0]["value"]["history"][0] for hook in receiver.hooks]
    assert {chunk["metadata"]["progress"] for chunk in chunks} == {50, 100}
    assert sorted(len(chunk["threads"][0]["messages"]) for chunk in chunks) == [50, 100]
