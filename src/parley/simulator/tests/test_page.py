"""The page and its doors: served strictly, closed to other origins, alive with scripts."""

import urllib.request

import pytest

from parley.simulator.configuration import INSTANT
from parley.simulator.people.scenarios import STORIES
from parley.simulator.testing import Refusal, Simulator, running_simulator


def test_the_page_is_served_with_a_strict_policy(whatsapp: Simulator) -> None:
    with urllib.request.urlopen(whatsapp.url) as answer:  # noqa: S310
        html = answer.read().decode()
        policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "style=" not in html
    assert "<script>" not in html
    for path in ("simulator/static/main.js", "simulator/static/simulator.css"):
        with urllib.request.urlopen(f"{whatsapp.url}/{path}") as answer:  # noqa: S310
            assert answer.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"host": "evil.example"},
        {"origin": "null"},
    ],
)
def test_other_origins_may_not_press_buttons(whatsapp: Simulator, headers: dict[str, str]) -> None:
    with pytest.raises(Refusal) as refusal:
        whatsapp._call("POST", "/simulator/reset", {}, headers)
    assert refusal.value.status == 403


def test_a_foreign_host_name_may_not_even_read(whatsapp: Simulator) -> None:
    with pytest.raises(Refusal) as refusal:
        whatsapp._call("GET", "/simulator/state", None, {"host": "rebound.example:80"})
    assert refusal.value.status == 403


def test_its_own_origin_may(whatsapp: Simulator) -> None:
    assert whatsapp._call("POST", "/simulator/reset", {}, {"origin": whatsapp.url}) == {"reset": True}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"people/{STORIES[0].wa_id}/messages", {"body": "Oi"}, 422),
        (f"people/{STORIES[0].wa_id}/messages", {"channel": "nowhere"}, 404),
        (f"people/{STORIES[0].wa_id}/messages", {"type": "hologram"}, 422),
        ("faults", {"api": "waha", "action": "explode"}, 422),
        ("sessions/none/scan", {}, 404),
        ("people", {"wa_id": "x"}, 422),
    ],
)
def test_mistakes_are_answered_with_a_reason(
    whatsapp: Simulator, path: str, body: object, status: int
) -> None:
    with pytest.raises(Refusal) as refusal:
        whatsapp._simulator("POST", path, body)
    assert refusal.value.status == status
    assert refusal.value.body["error"]  # type: ignore[index]


def test_scripted_customers_write_and_answer_when_the_shop_answers() -> None:
    with running_simulator(pace=INSTANT, seed=3) as whatsapp:
        whatsapp.add_session("shop")
        whatsapp.run_scripts(pace=300)
        waiting = whatsapp.until(lambda: _somebody_who_wrote(whatsapp))
        before = len(whatsapp.chat(waiting))
        body = {"session": "shop", "chatId": f"{waiting}@c.us", "text": "Temos sim!"}
        whatsapp.waha("POST", "/api/sendText", body)
        whatsapp.until(lambda: len(whatsapp.chat(waiting)) > before + 1)
        whatsapp.run_scripts(running=False)


def _somebody_who_wrote(whatsapp: Simulator) -> str:
    people = whatsapp.state()["people"]
    return next((str(person["wa_id"]) for person in people if person["chats"]), "")
