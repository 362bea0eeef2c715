"""Templates of the simulated Cloud API: Meta's review, its rules, its webhooks and its pages."""

from typing import Any

import pytest

from parley.simulator.configuration import INSTANT
from parley.simulator.testing import Refusal, Simulator, running_simulator
from parley.simulator.tests.cloud_people import ACCOUNT, BODY, MARINA, send, template, text
from parley.simulator.tests.conftest import VERIFY_TOKEN, Receiver

NEW = {"name": "pedido", "language": "pt_BR", "category": "utility", "components": [BODY]}


def create(shop: Simulator, **facts: Any) -> Any:
    return shop.cloud("POST", f"/v25.0/{ACCOUNT}/message_templates", {**NEW, **facts})


def test_a_review_takes_its_time_and_is_told(receiver: Receiver) -> None:
    with running_simulator(is_deterministic=True, review_seconds=3600) as shop:
        shop.add_cloud_app(callback_url=receiver.url, verify_token=VERIFY_TOKEN)
        made = create(shop)
        assert (made["status"], made["category"]) == ("PENDING", "UTILITY")
        shop.advance(3600)
        assert shop.cloud("GET", f"/{made['id']}?fields=status") == {"status": "APPROVED", "id": made["id"]}
        (hook,) = shop.until(lambda: receiver.hooks)
        change = hook.json["entry"][0]["changes"][0]
        assert (change["field"], change["value"]["event"]) == ("message_template_status_update", "APPROVED")
        assert change["value"]["message_template_id"] == int(made["id"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Pedido Novo"},
        {"category": "NEWS"},
        {"components": []},
        {"components": [{"type": "BODY", "text": "{{1}} saiu"}]},
        {"components": [{"type": "BODY", "text": "Olá {{1}}{{2}} aí"}]},
        {"components": [{"type": "BODY", "text": "a" * 1025}]},
        {"components": [BODY, {"type": "FOOTER", "text": "a" * 61}]},
    ],
)
def test_what_meta_does_not_take(whatsapp: Simulator, wrong: dict[str, Any]) -> None:
    whatsapp.add_cloud_app()
    with pytest.raises(Refusal) as refusal:
        create(whatsapp, **wrong)
    assert refusal.value.body["error"]["code"] == 100  # type: ignore[index]


def test_pages_are_followed_by_cursor_and_address(whatsapp: Simulator) -> None:
    whatsapp.add_cloud_app()
    names = [f"numero_{number}" for number in range(5)]
    for name in names:
        create(whatsapp, name=name)
    with pytest.raises(Refusal):
        create(whatsapp, name=names[0])
    page = whatsapp.cloud("GET", f"/v25.0/{ACCOUNT}/message_templates?limit=2&fields=name")
    seen = list(page["data"])
    while "next" in page["paging"]:
        assert page["paging"]["next"].startswith(f"{whatsapp.url}/v25.0/")
        page = whatsapp.cloud("GET", page["paging"]["next"].removeprefix(whatsapp.url))
        seen += page["data"]
    assert [row["name"] for row in seen] == names
    back = whatsapp.cloud("GET", page["paging"]["previous"].removeprefix(whatsapp.url))
    assert [row["name"] for row in back["data"]] == names[2:4]


def test_deleting_takes_all_languages_or_one(whatsapp: Simulator) -> None:
    whatsapp.add_cloud_app()
    made = [create(whatsapp, language=language)["id"] for language in ("pt_BR", "en_US", "es")]
    path = f"/{ACCOUNT}/message_templates?name=pedido"
    whatsapp.cloud("DELETE", f"{path}&hsm_id={made[0]}")
    left = whatsapp.cloud("GET", f"/{ACCOUNT}/message_templates")["data"]
    assert [row["id"] for row in left] == made[1:]
    whatsapp.cloud("DELETE", path)
    assert whatsapp.cloud("GET", f"/{ACCOUNT}/message_templates")["data"] == []


def test_an_approved_template_is_edited_once_a_day() -> None:
    with running_simulator(is_deterministic=True) as shop:
        shop.add_cloud_app()
        made = create(shop)["id"]
        assert shop.cloud("POST", f"/{made}", {"components": [BODY]})["success"] is True
        with pytest.raises(Refusal):
            shop.cloud("POST", f"/{made}", {"components": [BODY]})
        shop.advance(86_400)
        shop.cloud("POST", f"/{made}", {"components": [BODY]})


def test_prices_follow_category_and_window(receiver: Receiver) -> None:
    with running_simulator(pace=INSTANT) as shop:
        shop.add_cloud_app(callback_url=receiver.url, verify_token=VERIFY_TOKEN)
        shop.add_template(name="oferta", category="MARKETING")
        shop.add_template(name="pedido")
        outside = send(shop, template("pedido"))["messages"][0]["id"]
        shop.say(MARINA, "Oi")
        inside = send(shop, template("pedido"))["messages"][0]["id"]
        offer = send(shop, template("oferta"))["messages"][0]["id"]
        words = send(shop, text())["messages"][0]["id"]
        shop.until(lambda: len(receiver.cloud("statuses")) == 12)
        prices = {s["id"]: s["pricing"] for s in receiver.cloud("statuses") if s["status"] == "delivered"}
    assert {key: (price["category"], price["billable"]) for key, price in prices.items()} == {
        outside: ("utility", True), inside: ("utility", False), offer: ("marketing", True),
        words: ("service", False),
    }  # fmt: skip
