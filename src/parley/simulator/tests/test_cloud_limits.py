"""Meta's limits, each refused by its code, and only where they are switched on."""

from collections.abc import Iterator
from typing import Any

import pytest

from parley.simulator.testing import Refusal, Simulator, running_simulator
from parley.simulator.tests.cloud_people import (
    ACCOUNT,
    APP,
    BODY,
    MARINA,
    NUMBER,
    body_of,
    send,
    template,
    text,
)
from parley.simulator.tests.conftest import VERIFY_TOKEN, Receiver

ANA, BRUNO = "5519991110001", "5519991110002"


@pytest.fixture
def shop() -> Iterator[Simulator]:
    """Time stands still, so that a limit is reached by counting, however slow the machine is."""
    with running_simulator(is_deterministic=True, clock_step=0.0) as simulator:
        simulator.add_cloud_app()
        simulator.say(MARINA, "Oi")
        yield simulator


def refused(shop: Simulator, body: dict[str, Any]) -> int:
    with pytest.raises(Refusal) as refusal:
        send(shop, body)
    return int(refusal.value.body["error"]["code"])  # type: ignore[index]


def test_nothing_but_the_window_is_enforced_unless_asked(shop: Simulator) -> None:
    for _ in range(100):
        send(shop, text())
    send(shop, template("never-made"))
    assert refused(shop, text(to=ANA)) == 131047
    shop.enforce(window=False)
    send(shop, text(to=ANA))


def test_a_number_sends_eighty_in_any_second(shop: Simulator) -> None:
    shop.enforce(throughput=True, window=False)
    people = [f"55199922{number:05}" for number in range(81)]
    for person in people[:80]:
        send(shop, text(to=person))
    assert refused(shop, text(to=people[80])) == 130429
    shop.advance(0.9)
    assert refused(shop, text(to=people[80])) == 130429
    shop.advance(0.1)
    send(shop, text(to=people[80]))
    shop.change_number(NUMBER, coexistence=True)
    for person in people[:19]:
        send(shop, text(to=person))
    assert refused(shop, text(to=people[20])) == 130429


def test_what_comes_in_counts_too(shop: Simulator) -> None:
    shop.enforce(throughput=True)
    for _ in range(80):
        shop.say(MARINA, "Oi")
    assert refused(shop, text()) == 130429


def test_one_person_gets_45_at_once_and_then_one_in_six_seconds(shop: Simulator) -> None:
    shop.enforce(pair=True)
    for _ in range(45):
        send(shop, text())
    assert refused(shop, text()) == 131056
    shop.advance(45 * 6 - 1)
    assert refused(shop, text()) == 131056
    shop.advance(1)
    send(shop, text())
    shop.advance(6)
    send(shop, text())


def test_the_tier_counts_people_outside_the_window_in_a_day(shop: Simulator) -> None:
    shop.change_account(ACCOUNT, messaging_limit="TIER_50", quiet=True)
    shop.enforce(tier=True)
    people = [f"55199933{number:05}" for number in range(51)]
    for person in people[:50]:
        send(shop, template("hello", to=person))
        send(shop, template("hello", to=person))
    assert shop.limits()["used"]["people_reached"] == {ACCOUNT: 50}
    assert refused(shop, template("hello", to=people[50])) == 131048
    send(shop, template("hello", to=MARINA))
    shop.advance(24 * 3600)
    send(shop, template("hello", to=people[50]))


def test_the_portfolio_shares_its_tier(shop: Simulator) -> None:
    other = {"phone_number_id": "109800000000002", "display_phone_number": "+55 19 3211-0002"}
    account = "102200000000002"
    shop.add_cloud_app(app_id="480000000000002", waba_id=account, access_token="other", numbers=[other])
    for one in (ACCOUNT, account):
        shop.change_account(one, messaging_limit="TIER_50", portfolio_id="7", quiet=True)
    shop.enforce(tier=True)
    for number in range(50):
        send(shop, template("hello", to=f"55199933{number:05}"))
    with pytest.raises(Refusal):
        shop.cloud("POST", f"/{other['phone_number_id']}/messages", template("hello", to=ANA), token="other")


@pytest.mark.parametrize(("status", "code"), [("PENDING", 132001), ("PAUSED", 132015), ("DISABLED", 132016)])
def test_only_approved_templates_go(shop: Simulator, status: str, code: int) -> None:
    shop.enforce(templates=True)
    made = shop.add_template(name="pedido", components=[BODY])
    send(shop, template("pedido", "Ana", "7"))
    shop.change_template(made["id"], status=status)
    assert refused(shop, template("pedido", "Ana", "7")) == code


def test_templates_want_their_parameters(shop: Simulator) -> None:
    shop.enforce(templates=True)
    header = {"type": "HEADER", "format": "IMAGE"}
    shop.add_template(name="pedido", components=[BODY])
    shop.add_template(name="foto", components=[header, BODY])
    assert refused(shop, template("pedido", "Ana")) == 132000
    assert refused(shop, template("foto", "Ana", "7")) == 132012
    assert refused(shop, template("outro")) == 132001


def test_marketing_is_stopped_and_capped(shop: Simulator) -> None:
    shop.add_template(name="oferta", category="MARKETING")
    shop.enforce(marketing_per_person=2)
    shop.prefer_marketing(MARINA, "stop")
    assert refused(shop, template("oferta")) == 131050
    shop.prefer_marketing(MARINA, "resume")
    for _ in range(2):
        send(shop, template("oferta"))
    assert refused(shop, template("oferta")) == 131049
    with pytest.raises(Refusal):
        shop.cloud("POST", f"/{NUMBER}/marketing_messages", template("hello"))
    send(shop, template("hello"))


def test_what_a_number_may_not_do(shop: Simulator) -> None:
    shop.change_number(NUMBER, allowed=[MARINA])
    assert refused(shop, template("hello", to=ANA)) == 131030
    send(shop, text())
    shop.change_number(NUMBER, allowed=None, spam=True)
    assert refused(shop, text()) == 131048
    shop.change_number(NUMBER, spam=False, registered=False)
    assert refused(shop, text()) == 133010
    shop.change_number(NUMBER, registered=True)
    shop.change_account(ACCOUNT, is_locked=True)
    assert refused(shop, text()) == 131031
    shop.change_app(APP, is_revoked=True)
    assert refused(shop, text()) == 190


def test_managing_too_much_is_refused_with_the_time_to_wait(shop: Simulator) -> None:
    shop.enforce(management_per_hour=2)
    for _ in range(2):
        shop.cloud("GET", f"/{ACCOUNT}/message_templates")
    with pytest.raises(Refusal) as refusal:
        shop.cloud("GET", f"/{ACCOUNT}/message_templates")
    assert refusal.value.body["error"]["code"] == 80007  # type: ignore[index]
    assert '"estimated_time_to_regain_access": 60' in refusal.value.headers["x-business-use-case-usage"]
    shop.advance(3600)
    shop.cloud("GET", f"/{ACCOUNT}/message_templates")


def test_registering_is_counted_and_asks_for_the_pin(shop: Simulator) -> None:
    order = {"messaging_product": "whatsapp", "pin": "123456"}
    shop.cloud("POST", f"/{NUMBER}/register", order)
    for wrong, code in [({**order, "pin": "000000"}, 133005), *[(order, 0)] * 8, (order, 133016)]:
        if code:
            with pytest.raises(Refusal) as refusal:
                shop.cloud("POST", f"/{NUMBER}/register", wrong)
            assert refusal.value.body["error"]["code"] == code  # type: ignore[index]
        else:
            shop.cloud("POST", f"/{NUMBER}/register", wrong)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"type": "button", "body": {"text": "a"}, "action": {"buttons": []}}, 131009),
        ({"type": "list", "body": {"text": "a"}, "action": {"button": "Ver", "sections": []}}, 131009),
        ({"type": "cta_url", "body": {"text": "a"}, "action": {"parameters": {}}}, 131008),
        ({"type": "unheard", "body": {"text": "a"}, "action": {}}, 131009),
        ({"type": "button", "body": {"text": "a" * 1025}, "action": {"buttons": []}}, 131009),
    ],
)
def test_interactive_messages_have_their_form(shop: Simulator, body: dict[str, Any], code: int) -> None:
    assert refused(shop, body_of("interactive", body)) == code


def test_a_late_number_fails_afterwards(whatsapp: Simulator, receiver: Receiver) -> None:
    whatsapp.add_cloud_app(callback_url=receiver.url, verify_token=VERIFY_TOKEN)
    whatsapp.change_number(NUMBER, late_refusals=True, spam=True)
    send(whatsapp, template("hello", to=BRUNO))
    (status,) = whatsapp.until(lambda: receiver.cloud("statuses"))
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131048)


def test_reset_forgets_what_was_counted(shop: Simulator) -> None:
    shop.enforce(pair=True)
    for _ in range(45):
        send(shop, text())
    assert refused(shop, text()) == 131056
    shop.reset()
    shop.add_cloud_app()
    shop.say(MARINA, "Oi")
    assert shop.limits()["limits"]["pair"] is False
    shop.enforce(pair=True)
    send(shop, text())
