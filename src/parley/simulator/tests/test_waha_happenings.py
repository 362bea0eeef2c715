"""What happens around messages: calls, votes, groups, labels, archived chats; each told as WAHA tells it."""

from typing import Any

import pytest

from parley.simulator.people.phones import Letter
from parley.simulator.testing import Refusal, Simulator
from parley.simulator.tests.conftest import WAHA_KEY, Receiver

MARINA = "5519998761234"
CHAT = f"{MARINA}@c.us"
SHOP = "551932110000"
EVERYTHING = [
    "message", "message.any", "message.ack", "message.ack.group", "message.reaction", "message.waiting",
    "poll.vote", "call.received", "call.rejected", "chat.archive", "label.upsert", "label.deleted",
    "label.chat.added", "label.chat.deleted", "group.v2.join", "group.v2.leave", "group.v2.update",
    "group.v2.participants", "engine.event",
]  # fmt: skip


@pytest.fixture(params=["GOWS", "NOWEB", "WEBJS"])
def shop(request: pytest.FixtureRequest, whatsapp: Simulator, receiver: Receiver) -> Simulator:
    whatsapp.add_session("shop", webhook_url=receiver.url, hmac_key=WAHA_KEY, engine=request.param)
    listen(whatsapp, receiver, EVERYTHING)
    return whatsapp


def listen(whatsapp: Simulator, receiver: Receiver, events: list[str], **config: Any) -> None:
    webhook = {"url": receiver.url, "events": events, "hmac": {"key": WAHA_KEY}}
    told = {"noweb": {"store": {"enabled": True}}, "webjs": {"tagsEventsOn": True}, "webhooks": [webhook]}
    whatsapp.waha("PUT", "/api/sessions/shop", {"config": {**told, **config}})
    whatsapp.until(lambda: whatsapp.session_status("shop") == "WORKING")


def door(shop: Simulator, path: str, **order: object) -> Any:
    return shop._simulator("POST", f"waha/sessions/shop/{path}", order)


def test_a_call_rings_and_is_rejected(shop: Simulator, receiver: Receiver) -> None:
    call = door(shop, "calls", wa_id=MARINA, is_video=True)
    shop.waha("POST", "/api/shop/calls/reject", {"from": CHAT, "id": call["id"]})
    shop.until(lambda: receiver.waha("call.received") and receiver.waha("call.rejected"))
    (rung,) = receiver.waha("call.received")
    (rejected,) = receiver.waha("call.rejected")
    assert (rung["from"], rung["isVideo"], rung["id"]) == (CHAT, True, rejected["id"])


def test_customers_vote_and_take_it_back(shop: Simulator, receiver: Receiver) -> None:
    poll = {"name": "Madeira?", "options": ["Carvalho", "Ipê"], "multipleAnswers": False}
    order = {"session": "shop", "chatId": CHAT, "id": "3EB0POLL", "poll": poll}
    shop.waha("POST", "/api/sendPoll", order)
    door(shop, "votes", wa_id=MARINA, poll_id="3EB0POLL", options=["Ipê"])
    shop.until(lambda: len(receiver.waha("poll.vote")) == 1)
    door(shop, "votes", wa_id=MARINA, poll_id="3EB0POLL")
    shop.until(lambda: len(receiver.waha("poll.vote")) == 2)
    chosen, none = receiver.waha("poll.vote")
    assert (chosen["vote"]["selectedOptions"], none["vote"]["selectedOptions"]) == (["Ipê"], [])
    assert (chosen["poll"]["id"], chosen["poll"]["fromMe"]) == (f"true_{CHAT}_3EB0POLL", True)
    assert chosen["vote"]["from"] == CHAT
    assert shop.chat(MARINA)[0].votes == {MARINA: []}


def test_the_shop_votes_in_a_customers_poll(shop: Simulator, receiver: Receiver) -> None:
    poll = {"name": "Quando?", "options": ["Hoje", "Amanhã"]}
    written = shop.write(MARINA, Letter(type="poll", body="Quando?", content={"poll": poll}))
    (asked,) = shop.until(lambda: receiver.waha("message"))
    shown = str(asked["_data"])
    assert "Amanhã" in shown
    vote = {"session": "shop", "chatId": CHAT, "pollMessageId": f"false_{CHAT}_{written}", "votes": ["Hoje"]}
    shop.waha("POST", "/api/sendPollVote", vote)
    assert shop.chat(MARINA)[0].votes == {"shop": ["Hoje"]}


def test_a_group_speaks_and_hears(shop: Simulator, receiver: Receiver) -> None:
    members = [MARINA, "5511912345678"]
    group = door(shop, "groups", subject="Obra", members=members, description="Sala")["id"]
    (joined,) = shop.until(lambda: receiver.waha("group.v2.join"))
    assert (joined["group"]["subject"], len(joined["group"]["participants"])) == ("Obra", 3)
    written = shop.write(MARINA, Letter(body="Chegou a mesa?", group_id=group))
    (heard,) = shop.until(lambda: receiver.waha("message"))
    assert heard["id"] == f"false_{group}_{written}_{CHAT}"
    assert (heard["from"], heard["participant"]) == (group, CHAT)
    shop.waha("POST", "/api/sendText", {"session": "shop", "chatId": group, "text": "Sim", "id": "3EB0GG"})
    shop.until(lambda: len(receiver.waha("message.ack.group")) == 2)
    ticks = receiver.waha("message.ack.group")
    assert {tick["participant"] for tick in ticks} == {f"{wa_id}@c.us" for wa_id in members}
    assert {tick["id"] for tick in ticks} == {f"true_{group}_3EB0GG_{SHOP}@c.us"}
    shop.write(MARINA, Letter(type="reaction", target_id="3EB0GG", emoji="❤️"))
    (reaction,) = shop.until(lambda: receiver.waha("message.reaction"))
    assert (reaction["participant"], reaction["from"]) == (CHAT, group)
    assert shop.chat(MARINA) == []


def test_members_come_and_go_and_so_does_the_shop(shop: Simulator, receiver: Receiver) -> None:
    group = door(shop, "groups", subject="Obra", members=[MARINA])["id"]
    door(shop, f"groups/{group}", change="join", members=["5511912345678"])
    door(shop, f"groups/{group}", subject="Obra 2")
    door(shop, f"groups/{group}", change="leave", members=["me"])
    shop.until(lambda: receiver.waha("group.v2.leave") and receiver.waha("group.v2.update"))
    (change,) = shop.until(lambda: receiver.waha("group.v2.participants"))
    assert (change["type"], change["participants"][0]["id"]) == ("join", "5511912345678@c.us")
    (update,) = receiver.waha("group.v2.update")
    assert update["group"] == {"id": group, "subject": "Obra 2"}
    known = shop.waha("GET", "/api/shop/groups")
    assert known in ({}, [])
    people = shop.state()["people"]
    assert SHOP not in {person["wa_id"] for person in people}
    assert group not in {person["wa_id"] for person in people}


def test_groups_can_be_ignored(shop: Simulator, receiver: Receiver) -> None:
    listen(shop, receiver, EVERYTHING, ignore={"groups": True})
    group = door(shop, "groups", subject="Obra", members=[MARINA])["id"]
    shop.write(MARINA, Letter(body="não", group_id=group))
    shop.say(MARINA, "sim")
    (heard,) = shop.until(lambda: receiver.waha("message"))
    assert heard["body"] == "sim"


def test_labels_and_archived_chats_are_told(shop: Simulator, receiver: Receiver) -> None:
    label = shop.waha("POST", "/api/shop/labels", {"name": "Lead", "color": 14})
    assert label["colorHex"] == "#00a0f2"
    path = f"/api/shop/labels/chats/{MARINA}%40c.us"
    shop.waha("PUT", path, {"labels": [{"id": label["id"]}]})
    shop.waha("PUT", path, {"labels": []})
    shop.waha("DELETE", f"/api/shop/labels/{label['id']}")
    shop.waha("POST", f"/api/shop/chats/{MARINA}%40c.us/archive")
    events = ("label.upsert", "label.deleted", "label.chat.added", "label.chat.deleted", "chat.archive")
    shop.until(lambda: all(receiver.waha(event) for event in events))
    (added,) = receiver.waha("label.chat.added")
    assert added == {"labelId": label["id"], "chatId": CHAT, "label": None}
    assert receiver.waha("chat.archive")[0]["archived"] is True


def test_a_message_waits_for_its_content(shop: Simulator, receiver: Receiver) -> None:
    waiting = door(shop, "waiting", wa_id=MARINA, body="agora sim", seconds=0.01)["id"]
    (message,) = shop.until(lambda: receiver.waha("message"))
    (before,) = receiver.waha("message.waiting")
    assert before["id"] == message["id"] == f"false_{CHAT}_{waiting}"
    assert (before["body"], message["body"]) == (None, "agora sim")


def test_the_engines_own_events_come_only_when_named(shop: Simulator, receiver: Receiver) -> None:
    shop.say(MARINA, "um")
    shop.until(lambda: receiver.waha("engine.event"))
    receiver.hooks.clear()
    listen(shop, receiver, ["*"])
    shop.say(MARINA, "dois")
    shop.until(lambda: receiver.waha("message.any"))
    assert receiver.waha("engine.event") == []


def test_a_blocked_person_reaches_nobody(shop: Simulator, receiver: Receiver) -> None:
    shop.waha("POST", "/api/contacts/block", {"session": "shop", "contactId": CHAT})
    shop.say(MARINA, "alô?")
    shop.waha("POST", "/api/contacts/unblock", {"session": "shop", "contactId": CHAT})
    shop.say(MARINA, "oi")
    (heard,) = shop.until(lambda: receiver.waha("message"))
    assert heard["body"] == "oi"
    history = shop.waha("GET", f"/api/shop/chats/{MARINA}%40c.us/messages?limit=9")
    assert [message["body"] for message in history] == ["oi"]


def test_an_event_on_demand_can_be_given_its_words(shop: Simulator, receiver: Receiver) -> None:
    payload = {"body": "como quiser", "timestamp": 1_700_000_000}
    door(shop, "webhooks/message", wa_id=MARINA, payload=payload)
    (heard,) = shop.until(lambda: receiver.waha("message"))
    assert (heard["body"], heard["timestamp"]) == ("como quiser", 1_700_000_000)
    with pytest.raises(Refusal) as refusal:
        door(shop, "webhooks/message.sung")
    assert refusal.value.status == 404


def test_groups_labels_and_quirks_survive_a_restart(tmp_path: Any) -> None:
    from parley.simulator.testing import running_simulator

    store = tmp_path / "world.sqlite"
    with running_simulator(store_path=store) as whatsapp:
        whatsapp.add_session("shop")
        whatsapp.set_quirks("shop", lid_acks=True)
        group = door(whatsapp, "groups", subject="Obra", members=[MARINA])["id"]
        whatsapp.waha("POST", "/api/shop/labels", {"name": "Lead"})
    with running_simulator(store_path=store) as whatsapp:
        whatsapp.until(lambda: whatsapp.session_status("shop") == "WORKING")
        assert whatsapp.waha("GET", f"/api/shop/groups/{group.replace('@', '%40')}")["Name"] == "Obra"
        assert whatsapp.waha("GET", "/api/shop/labels")[0]["name"] == "Lead"
        assert whatsapp._simulator("GET", "waha/sessions/shop/quirks")["lid_acks"] is True
        whatsapp.reset()
        whatsapp.add_session("shop")
        assert whatsapp.waha("GET", "/api/shop/labels") == []
