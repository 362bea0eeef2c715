"""The same seed and the same calls give the same story, to the byte."""

import pytest

from parley.simulator.configuration import INSTANT, DeliveryHabits, Pace
from parley.simulator.testing import Refusal, running_simulator
from parley.simulator.tests.cloud_people import MARINA, send, template, text
from parley.simulator.tests.conftest import VERIFY_TOKEN, WAHA_KEY, Receiver


def story(receiver: Receiver, *, seed: int) -> tuple[list[bytes], list[object]]:
    """What came by webhook, and the ledger, of one and the same day."""
    receiver.hooks.clear()
    pace = Pace(sent=0.5, delivered=1.5, read=3, spread=0.5)
    with running_simulator(seed=seed, is_deterministic=True, pace=pace) as whatsapp:
        whatsapp.add_cloud_app(callback_url=receiver.url, verify_token=VERIFY_TOKEN)
        whatsapp.deliver(DeliveryHabits(duplicated=0.3, reordered=0.3))
        for number in range(6):
            whatsapp.say(MARINA, f"{number}")
            send(whatsapp, text(f"{number}", biz_opaque_callback_data=f"{number}"))
        send(whatsapp, template("hello"))
        whatsapp.advance(60)
        whatsapp.until(lambda: len({entry.id for entry in whatsapp.deliveries()}) == 27)
        whatsapp.until(lambda: len(receiver.hooks) == len(whatsapp.deliveries()))
        return [hook.body for hook in receiver.hooks], list(whatsapp.ledger())


def test_a_seed_repeats_itself(receiver: Receiver) -> None:
    first, again, other = (story(receiver, seed=seed) for seed in (7, 7, 8))
    assert first == again
    assert first != other
    assert len(first[0]) > 27, "some came twice"


def test_time_stands_still_between_calls(receiver: Receiver) -> None:
    with running_simulator(is_deterministic=True, clock_start=1_000_000, clock_step=10) as whatsapp:
        whatsapp.add_cloud_app()
        before = whatsapp._simulator("GET", "clock")
        assert whatsapp._simulator("GET", "clock") == before == {"now": 1_000_010, "virtual": True}
        whatsapp.say(MARINA, "Oi")
        send(whatsapp, text())
        assert [message.at for message in whatsapp.chat(MARINA)] == [1_000_020, 1_000_030]
        assert whatsapp.advance(100) == 1_000_140


def test_time_that_is_real_is_not_pushed() -> None:
    with running_simulator() as whatsapp, pytest.raises(Refusal, match="passes by itself"):
        whatsapp.advance(60)
    with running_simulator(is_deterministic=True) as whatsapp, pytest.raises(Refusal):
        whatsapp.advance(-60)


def test_waha_is_as_deterministic(receiver: Receiver) -> None:
    found = []
    for _ in range(2):
        receiver.hooks.clear()
        with running_simulator(seed=3, is_deterministic=True, pace=INSTANT) as whatsapp:
            whatsapp.add_session("shop", webhook_url=receiver.url, hmac_key=WAHA_KEY, scan=False)
            whatsapp.scan("shop")
            receiver.hooks.clear()
            for number in range(3):
                body = {"session": "shop", "chatId": f"{MARINA}@c.us", "text": f"{number}"}
                whatsapp.waha("POST", "/api/sendText", body)
            whatsapp.until(lambda: len(receiver.waha("message.ack")) == 9)
            found.append([(payload["id"], payload["ack"]) for payload in receiver.waha("message.ack")])
    assert found[0] == found[1]
