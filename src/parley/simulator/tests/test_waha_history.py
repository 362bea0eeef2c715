"""What can be read back when webhooks did not come: messages and files, in every engine."""

from typing import Any

import pytest

from parley.simulator.people.phones import Letter
from parley.simulator.testing import Refusal, Simulator
from parley.simulator.tests.conftest import WAHA_KEY, Receiver
from parley.simulator.tests.waha_contract import call

MARINA = "5519998761234"
CHAT = f"{MARINA}@c.us"


@pytest.fixture
def shop(whatsapp: Simulator, receiver: Receiver) -> Simulator:
    whatsapp.add_session("shop", webhook_url=receiver.url, hmac_key=WAHA_KEY)
    return whatsapp


def send(shop: Simulator, text: str) -> Any:
    return shop.waha("POST", "/api/sendText", {"session": "shop", "chatId": CHAT, "text": text})


def engine(shop: Simulator, name: str) -> None:
    shop._simulator("POST", "sessions/shop", {"engine": name})


def test_a_session_can_work_and_be_silent_and_the_history_tells_what_was_missed(
    shop: Simulator, receiver: Receiver
) -> None:
    shop.until(lambda: len(receiver.waha("session.status")) == 3)
    activity = shop.waha("GET", "/api/sessions/shop")["timestamps"]["activity"]
    shop.set_quirks("shop", silent=True)
    missed = shop.say(MARINA, "Alguém aí?")
    sent = send(shop, "Sim!")["id"]
    info = shop.waha("GET", "/api/sessions/shop")
    assert (info["status"], info["timestamps"]["activity"]) == ("WORKING", activity)
    query = f"limit=10&filter.timestamp.gte={activity // 1000}&sortOrder=asc&downloadMedia=false"
    found = shop.waha("GET", f"/api/shop/chats/all/messages?{query}")
    assert [message["id"] for message in found] == [f"false_{CHAT}_{missed}", sent]
    overview = shop.waha("GET", "/api/shop/chats/overview?limit=1")
    assert overview[0]["lastMessage"]["id"] == sent
    assert receiver.waha("message") == []
    shop.set_quirks("shop")
    shop.say(MARINA, "Oi de novo")
    shop.until(lambda: receiver.waha("message"))


def test_lost_webhooks_are_in_the_history_of_every_engine(shop: Simulator, receiver: Receiver) -> None:
    shop.fault("waha", "drop_webhook", match="message", times=0)
    written = shop.say(MARINA, "Perdida")
    for name in ("GOWS", "NOWEB", "WEBJS", "WPP"):
        engine(shop, name)
        (found,) = shop.waha("GET", f"/api/shop/chats/{MARINA}%40c.us/messages?limit=10")
        assert found["id"] == f"false_{CHAT}_{written}"
        path = "/api/shop/chats/all/messages?limit=10"
        if name in {"WEBJS", "WPP"}:
            with pytest.raises(Refusal) as refusal:
                shop.waha("GET", path)
            assert refusal.value.status == 501
        else:
            assert len(shop.waha("GET", path)) == 1
    assert receiver.waha("message") == []


def test_a_page_of_history_may_be_short_and_the_next_offset_is_a_whole_limit(shop: Simulator) -> None:
    ids = [shop.say(MARINA, f"{number}", at=1_700_000_000 + number) for number in range(4)]
    shop._simulator("POST", f"people/{MARINA}/changes", {"channel": "shop", "message_id": ids[1]})
    pages = [
        [
            message["body"]
            for message in shop.waha(
                "GET", f"/api/shop/chats/all/messages?limit=2&offset={offset}&sortOrder=asc"
            )
        ]
        for offset in (0, 2)
    ]
    assert pages == [["0"], ["2", "3"]]


def test_files_may_be_late_absent_or_broken(shop: Simulator, receiver: Receiver) -> None:
    told = {}
    for number, how in enumerate(("expired", "unloaded", "failed", "unsaid"), start=1):
        shop.set_quirks("shop", media=how)
        shop.write(MARINA, Letter(type="image"))

        def heard(number: int = number) -> Any:
            return receiver.waha("message")[number - 1 : number]

        (told[how],) = shop.until(heard)
    assert all(payload["hasMedia"] for payload in told.values())
    assert (told["unloaded"]["media"]["url"], told["unsaid"]["media"]) == (None, None)
    assert told["failed"]["media"]["error"]["code"] == 13
    shop.set_quirks("shop", media="expired")
    path = told["expired"]["media"]["url"].removeprefix(shop.url)
    with pytest.raises(Refusal) as refusal:
        shop.waha("GET", path)
    assert refusal.value.status == 404
    message = told["expired"]["id"].replace("@", "%40")
    again = shop.waha("GET", f"/api/shop/chats/{MARINA}%40c.us/messages/{message}?downloadMedia=true")
    assert len(shop.waha("GET", again["media"]["url"].removeprefix(shop.url))) > 300


def test_noweb_without_its_store_knows_nobody(whatsapp: Simulator) -> None:
    whatsapp.add_session("shop", engine="NOWEB")
    whatsapp.waha("PUT", "/api/sessions/shop", {"config": {}})
    whatsapp.until(lambda: whatsapp.session_status("shop") == "WORKING")
    contacts = call(whatsapp, "GET", "/api/contacts/all?session=shop")
    assert (contacts.status, contacts.body) == (200, b"")
    one = call(whatsapp, "GET", f"/api/contacts?session=shop&contactId={MARINA}%40c.us")
    history = call(whatsapp, "GET", f"/api/shop/chats/{MARINA}%40c.us/messages?limit=1")
    assert (one.status, history.status) == (404, 400)
