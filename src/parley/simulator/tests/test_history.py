"""Customers with a past: told in silence, quotable later, and taken up by the stories."""

from pathlib import Path
from typing import Any

import pytest

from parley.simulator.configuration import INSTANT
from parley.simulator.people.scenarios import STORIES, Say
from parley.simulator.testing import Refusal, running_simulator

DEWI = next(story for story in STORIES if isinstance(story.steps[0], Say))


def past(body: str, **more: Any) -> dict[str, Any]:
    letter = {"body": body, "at": 1_700_000_000, "from_shop": more.pop("from_shop", False)}
    return {"letter": letter, **more}


def test_a_past_stands_on_the_phone_and_nobody_is_told() -> None:
    with running_simulator() as whatsapp:
        whatsapp.add_session("shop", webhook_url="http://127.0.0.1:9/")
        told = len(whatsapp.deliveries())
        entries = [
            past("Temos sim", from_shop=True, reactions={"customer": "❤️"}),
            past("Quero", quotes=0, status="delivered"),
        ]
        ids = whatsapp.remember(DEWI.wa_id, channel="shop", name="Dewi", entries=entries)
        first, second = whatsapp.chat(DEWI.wa_id, channel="shop")
        assert [first.id, second.id] == ids
        assert (first.from_us, first.status, first.reactions) == (True, "read", {"customer": "❤️"})
        assert (second.quoted_id, second.at) == (first.id, 1_700_000_000)
        assert all(outcome.event == "session.status" for outcome in whatsapp.deliveries()[told:])
        assert whatsapp.ledger() == []


def test_another_past_takes_the_place_of_the_first() -> None:
    with running_simulator() as whatsapp:
        whatsapp.add_session("shop")
        whatsapp.remember(DEWI.wa_id, channel="shop", entries=[past("Oi"), past("Olá")])
        whatsapp.remember(DEWI.wa_id, channel="shop", entries=[past("Bom dia")])
        assert [message.body for message in whatsapp.chat(DEWI.wa_id)] == ["Bom dia"]


def test_a_past_that_quotes_the_future_is_refused() -> None:
    with running_simulator() as whatsapp:
        whatsapp.add_session("shop")
        with pytest.raises(Refusal) as refusal:
            whatsapp.remember(DEWI.wa_id, channel="shop", entries=[past("Oi", quotes=0)])
        assert refusal.value.status == 422


def test_a_story_goes_on_after_a_restart_instead_of_beginning_again(tmp_path: Path) -> None:
    store = tmp_path / "world.sqlite"
    begin = DEWI.steps[0]
    assert isinstance(begin, Say)
    with running_simulator(store_path=store, pace=INSTANT) as whatsapp:
        whatsapp.add_session("shop")
        whatsapp.remember(DEWI.wa_id, channel="shop", name=DEWI.name, entries=[past(begin.text)])
    with running_simulator(store_path=store, pace=INSTANT) as whatsapp:
        whatsapp.until(lambda: whatsapp.session_status("shop") == "WORKING")
        whatsapp.run_scripts(pace=300)
        whatsapp.until(lambda: len(whatsapp.chat(DEWI.wa_id)) > 1)
        whatsapp.run_scripts(running=False)
        assert [message.body for message in whatsapp.chat(DEWI.wa_id)].count(begin.text) == 1
