"""How real sessions depart from what is documented, switched on one by one."""

import base64
from collections import Counter
from typing import Any

import pytest

from parley.simulator.testing import Refusal, Simulator
from parley.simulator.tests.conftest import WAHA_KEY, Receiver
from parley.simulator.tests.waha_contract import call

MARINA = "5519998761234"
CHAT = f"{MARINA}@c.us"
NOBODY = "5511912345678"


@pytest.fixture
def shop(whatsapp: Simulator, receiver: Receiver) -> Simulator:
    whatsapp.add_session("shop", webhook_url=receiver.url, hmac_key=WAHA_KEY)
    return whatsapp


def send(shop: Simulator, text: str = "Oi", *, to: str = MARINA, **more: object) -> Any:
    return shop.waha(
        "POST", "/api/sendText", {"session": "shop", "chatId": f"{to}@c.us", "text": text, **more}
    )


def engine(shop: Simulator, name: str) -> None:
    shop._simulator("POST", "sessions/shop", {"engine": name})


@pytest.mark.parametrize("answers", ["engine", "documented", "empty"])
def test_a_send_is_answered_in_one_of_three_ways(shop: Simulator, answers: str) -> None:
    engine(shop, "NOWEB")
    shop.set_quirks("shop", answers=answers)
    answer = call(shop, "POST", "/api/sendText", {"session": "shop", "chatId": CHAT, "text": "Oi"})
    assert answer.status == 201
    found = {"engine": "key", "documented": "ackName", "empty": ""}[answers]
    assert found in answer.body if found else answer.body == b""
    assert len(shop.ledger()) == 1


def test_noweb_wraps_polls_and_answers_changes_with_the_protocols_message(shop: Simulator) -> None:
    engine(shop, "NOWEB")
    poll = {"name": "Madeira?", "options": ["Carvalho", "Ipê"]}
    base = {"session": "shop", "chatId": CHAT}
    asked = shop.waha("POST", "/api/sendPoll", {**base, "poll": poll})
    assert (asked["body"], asked["ackName"]) == (None, "PENDING")
    assert asked["_data"]["message"]["pollCreationMessageV3"]["options"][1] == {"optionName": "Ipê"}
    sent = send(shop)["key"]["id"]
    path = f"/api/shop/chats/{MARINA}%40c.us/messages/true_{MARINA}%40c.us_{sent}"
    edit = shop.waha("PUT", path, {"text": "Olá"})["message"]["protocolMessage"]
    assert (edit["type"], edit["key"]["id"]) == (14, sent)
    assert edit["editedMessage"] == {"extendedTextMessage": {"text": "Olá"}}
    assert shop.waha("DELETE", path)["message"]["protocolMessage"]["type"] == 0


def test_engines_remember_deleted_messages_or_not(shop: Simulator, receiver: Receiver) -> None:
    for name, remembers in (("WEBJS", True), ("GOWS", False)):
        engine(shop, name)
        written = shop.say(MARINA, "errado")
        shop._simulator("POST", f"people/{MARINA}/changes", {"channel": "shop", "message_id": written})

        def told(written: str = written) -> list[Any]:
            gone = receiver.waha("message.revoked")
            return [one for one in gone if one["revokedMessageId"] == written]

        (revoked,) = shop.until(told)
        assert (revoked["before"] is not None) == remembers
        assert revoked["after"]["_data"] is None


def test_ticks_by_code_by_name_and_under_the_hidden_id(shop: Simulator, receiver: Receiver) -> None:
    quirks: list[dict[str, object]] = [{"acks": "codes"}, {"acks": "names"}, {"lid_acks": True}]
    for seen, chosen in enumerate(quirks, start=1):
        shop.set_quirks("shop", **chosen)
        send(shop)

        def told(seen: int = seen) -> bool:
            return len(receiver.waha("message.ack")) == seen

        shop.until(told)
    by_code, by_name, hidden = receiver.waha("message.ack")
    assert ("ackName" in by_code, "ack" in by_code) == (False, True)
    assert ("ackName" in by_name, "ack" in by_name) == (True, False)
    assert hidden["id"].split("_")[1].endswith("@lid")


@pytest.mark.parametrize("name", ["GOWS", "NOWEB", "WEBJS", "WPP"])
def test_ticks_carry_what_the_engine_got(shop: Simulator, receiver: Receiver, name: str) -> None:
    engine(shop, name)
    send(shop, id="3EB0AA")
    (tick,) = shop.until(lambda: receiver.waha("message.ack"))
    data = tick["_data"]
    named = {"GOWS": data.get("MessageIDs"), "NOWEB": data.get("key")}.get(name) or data["id"]
    assert "3EB0AA" in (named if isinstance(named, list) else named["id"])
    assert tick["from"] == (CHAT if name == "NOWEB" else "551932110000@c.us")


@pytest.mark.parametrize(
    ("envelope", "absent"), [("without_engine", {"engine"}), ("old", {"id", "timestamp", "metadata"})]
)
def test_webhooks_may_say_less(shop: Simulator, receiver: Receiver, envelope: str, absent: set[str]) -> None:
    whole = set(shop.until(lambda: receiver.hooks and receiver.hooks[0].json))
    shop.set_quirks("shop", envelope=envelope)
    shop.say(MARINA, "Oi")
    shop.until(lambda: receiver.waha("message"))
    (less,) = [hook.json for hook in receiver.hooks if hook.json["event"] == "message"]
    assert whole - set(less) == absent


def test_webjs_keeps_ticks_to_itself_unless_asked(whatsapp: Simulator, receiver: Receiver) -> None:
    whatsapp.add_session("shop", webhook_url=receiver.url, engine="WEBJS")
    webhook = {"url": receiver.url, "events": ["message.any", "message.ack"]}
    whatsapp.waha("PUT", "/api/sessions/shop", {"config": {"webhooks": [webhook]}})
    whatsapp.until(lambda: whatsapp.session_status("shop") == "WORKING")
    send(whatsapp)
    whatsapp.until(lambda: whatsapp.chat(MARINA)[0].status == "sent" and receiver.waha("message.any"))
    assert receiver.waha("message.ack") == []


def test_a_read_tick_may_never_come(shop: Simulator, receiver: Receiver) -> None:
    shop.set_quirks("shop", unread=True)
    send(shop)
    shop.read_all(MARINA)
    shop.until(lambda: len(receiver.waha("message.ack")) == 2)
    assert {tick["ackName"] for tick in receiver.waha("message.ack")} == {"SERVER", "DEVICE"}


def test_reads_of_the_status_may_lie_and_starts_may_hang(shop: Simulator) -> None:
    shop.set_quirks("shop", shown_status="STARTING")
    assert shop.session_status("shop") == "STARTING"
    send(shop)
    shop.set_quirks("shop", stuck_starts=1)
    shop.waha("POST", "/api/sessions/shop/restart")
    assert shop.session_status("shop") == "STARTING"
    with pytest.raises(Refusal) as refusal:
        send(shop)
    assert refusal.value.body["status"] == "STARTING"  # type: ignore[index]
    shop.waha("POST", "/api/sessions/shop/restart")
    shop.until(lambda: shop.session_status("shop") == "WORKING")


def test_a_new_session_may_stay_stopped_in_spite_of_start(whatsapp: Simulator) -> None:
    whatsapp._simulator("PUT", "waha/quirks", {"ignores_start": True})
    assert whatsapp.waha("POST", "/api/sessions", {"name": "shop", "start": True})["status"] == "STOPPED"
    assert whatsapp.waha("POST", "/api/sessions/shop/start")["status"] == "STARTING"


def test_the_qr_code_has_its_times(whatsapp: Simulator) -> None:
    quirks = {"first_qr_seconds": 0.02, "next_qr_seconds": 0.01, "qr_rounds": 3}
    whatsapp._simulator("PUT", "waha/quirks", quirks)
    whatsapp.add_session("shop", scan=False)
    whatsapp.until(lambda: whatsapp.session_status("shop") == "FAILED")


def test_me_may_be_partly_or_wholly_absent(shop: Simulator) -> None:
    shop.set_quirks("shop", without_me=["lid", "jid"])
    assert set(shop.waha("GET", "/api/sessions/shop")["me"]) == {"id", "pushName"}
    shop.set_quirks("shop", without_me=["me"])
    assert shop.waha("GET", "/api/sessions/shop")["me"] is None


def test_a_timelock_stops_first_messages_only(shop: Simulator, receiver: Receiver) -> None:
    shop.say(MARINA, "Oi")
    shop.set_quirks("shop", timelock="told", ack_errors=True)
    lock = shop.waha("GET", "/api/sessions/shop")["me"]["reachoutTimelock"]
    assert (lock["isActive"], lock["timeEnforcementEnds"][-1]) == (True, "Z")
    send(shop)
    with pytest.raises(Refusal) as refusal:
        send(shop, to=NOBODY)
    assert refusal.value.status == 500
    assert "error 463" in str(refusal.value.body)
    engine(shop, "NOWEB")
    send(shop, to=NOBODY)

    def failed() -> list[Any]:
        return [tick for tick in receiver.waha("message.ack") if tick["ack"] == -1]

    (tick,) = shop.until(failed)
    assert tick["error"]["code"] == "463"
    shop.set_quirks("shop", timelock="untold")
    assert shop.waha("GET", "/api/sessions/shop")["me"]["reachoutTimelock"] is None


def test_first_messages_are_counted_and_capped(shop: Simulator) -> None:
    shop.set_quirks("shop", capping=2)
    send(shop, to=NOBODY)
    send(shop, to=NOBODY)
    send(shop, to="5511912345679")
    capping = shop.waha("GET", "/api/sessions/shop/me")["messageCapping"]
    assert (capping["usedQuota"], capping["totalQuota"], capping["cappingStatus"]) == (2, 2, "CAPPED")
    with pytest.raises(Refusal):
        send(shop, to="5511912345670")


@pytest.mark.parametrize("name", ["GOWS", "NOWEB", "WEBJS", "WPP"])
def test_only_browsers_can_be_photographed(shop: Simulator, name: str) -> None:
    engine(shop, name)
    answer = call(shop, "GET", "/api/screenshot?session=shop")
    assert answer.status == (200 if name in {"WEBJS", "WPP"} else 501)
    if answer.status == 200:
        assert base64.b64decode(answer.body["data"]).startswith(b"\x89PNG")


def test_retries_follow_their_policy_and_end(shop: Simulator, receiver: Receiver) -> None:
    from parley.simulator.configuration import Configuration
    from parley.simulator.courier import Courier
    from parley.simulator.waha.webhooks import Webhooks
    from parley.simulator.world import World

    world = World(Configuration())
    waits = Webhooks(world, Courier.__new__(Courier)).waits
    assert waits({}) == [2.0] * 15
    assert waits({"policy": "linear", "delaySeconds": 3, "attempts": 3}) == [3, 6, 9]
    doubling = waits({"policy": "exponential", "delaySeconds": 2, "attempts": 4})
    assert [round(wait / 2**number) for number, wait in enumerate(doubling)] == [2, 2, 2, 2]
    assert waits({"attempts": 0}) == []
    retries = {"policy": "constant", "delaySeconds": 0.02, "attempts": 2}
    webhook = {"url": receiver.url, "events": ["message"], "retries": retries}
    shop.waha("PUT", "/api/sessions/shop", {"config": {"webhooks": [webhook]}})
    shop.until(lambda: shop.session_status("shop") == "WORKING")
    receiver.hooks.clear()
    receiver.statuses[:] = [500] * 3
    shop.say(MARINA, "nunca")
    shop.until(lambda: len(receiver.hooks) == 3)
    shop.say(MARINA, "sim")
    shop.until(lambda: len(receiver.waha("message")) == 4)
    assert Counter(payload["body"] for payload in receiver.waha("message")) == {"nunca": 3, "sim": 1}
