"""Messages through WAHA: sent in every engine's shape, written by customers, read back, fetched."""

import base64
from typing import Any

import pytest

from parley.simulator.people.phones import Letter
from parley.simulator.testing import Refusal, Simulator
from parley.simulator.tests.conftest import WAHA_KEY, Receiver
from parley.simulator.waha.webhooks import sign

MARINA = "5519998761234"
CHAT = f"{MARINA}@c.us"
VECTOR = (
    "208f8a55dde9e05519e898b10b89bf0d0b3b0fdf11fdbf09b6b90476301b98d8"
    "097c462b2b17a6ce93b6b47a136cf2e78a33a63f6752c2c1631777076153fa89"
)


@pytest.fixture
def shop(whatsapp: Simulator, receiver: Receiver) -> Simulator:
    whatsapp.add_session("shop", webhook_url=receiver.url, hmac_key=WAHA_KEY)
    return whatsapp


def send(shop: Simulator, text: str, **more: object) -> Any:
    return shop.waha("POST", "/api/sendText", {"session": "shop", "chatId": CHAT, "text": text, **more})


def test_the_signature_is_that_of_the_published_example() -> None:
    assert sign("my-secret-key", b'{"event":"message","session":"default","engine":"WEBJS"}') == VECTOR


def test_every_webhook_is_signed_over_its_raw_bytes(shop: Simulator, receiver: Receiver) -> None:
    shop.say(MARINA, "Olá, ainda tem em carvalho? 😍")
    shop.until(lambda: receiver.waha("message"))
    for hook in list(receiver.hooks):
        assert hook.headers["x-webhook-hmac"] == sign(WAHA_KEY, hook.body)
        assert hook.headers["x-webhook-hmac-algorithm"] == "sha512"
        assert hook.headers["x-webhook-request-id"]
        assert int(hook.headers["x-webhook-timestamp"]) > 10**12
    envelope = next(hook.json for hook in receiver.hooks if hook.json["event"] == "message")
    assert envelope["id"].startswith("evt_")
    assert len(envelope["id"]) == 30
    assert envelope["session"] == "shop"
    assert envelope["environment"]["engine"] == "GOWS"
    assert envelope["payload"]["body"] == "Olá, ainda tem em carvalho? 😍"
    assert envelope["payload"]["_data"]["Info"]["PushName"] == "Marina Souza"


@pytest.mark.parametrize(
    ("engine", "found"),
    [
        ("GOWS", lambda answer: answer["id"].split("_")[2]),
        ("NOWEB", lambda answer: answer["key"]["id"]),
        ("WEBJS", lambda answer: answer["id"]["id"]),
        ("WPP", lambda answer: answer["id"]["_serialized"].split("_")[2]),
    ],
)
def test_each_engine_answers_in_its_own_shape(shop: Simulator, engine: str, found: Any) -> None:
    shop._simulator("POST", "sessions/shop", {"engine": engine})
    chosen = shop.waha("GET", "/api/shop/new-message-id")["id"]
    answer = send(shop, "Oi", id=chosen)
    assert found(answer) == chosen
    assert ("id" in answer) == (engine != "NOWEB")


def test_the_same_id_again_is_the_same_message(shop: Simulator) -> None:
    first = send(shop, "once", id="3EB0C0FFEE")
    again = send(shop, "once", id="3EB0C0FFEE")
    assert first == again
    (entry,) = shop.ledger()
    assert (entry.body, entry.attempts, entry.callback) == ("once", 2, "3EB0C0FFEE")
    assert len(shop.chat(MARINA)) == 1


def test_ticks_follow_a_message_until_it_is_read(shop: Simulator, receiver: Receiver) -> None:
    send(shop, "Oi Marina", id="3EB0AA")
    shop.until(lambda: receiver.waha("message.ack"))
    assert shop.read_all(MARINA) == 1
    shop.until(lambda: len(receiver.waha("message.ack")) == 3)
    acks = {payload["ackName"]: payload for payload in receiver.waha("message.ack")}
    assert set(acks) == {"SERVER", "DEVICE", "READ"}
    assert acks["READ"]["id"] == f"true_{CHAT}_3EB0AA"
    assert [payload["source"] for payload in receiver.waha("message.any")] == ["api"]


@pytest.mark.parametrize(
    ("type_", "mime_type"),
    [("image", "image/png"), ("voice", "audio/ogg; codecs=opus"), ("document", "application/pdf"),
     ("sticker", "image/webp")],
)  # fmt: skip
def test_files_of_customers_can_be_fetched_with_the_key(
    shop: Simulator, receiver: Receiver, type_: str, mime_type: str
) -> None:
    shop.write(MARINA, Letter(type=type_, body="veja"))
    (payload,) = shop.until(lambda: receiver.waha("message"))
    assert payload["hasMedia"] is True
    assert payload["media"]["mimetype"] == mime_type
    path = payload["media"]["url"].removeprefix(shop.url)
    assert len(shop.waha("GET", path)) > 300
    with pytest.raises(Refusal) as refusal:
        shop._call("GET", path, None, {})
    assert refusal.value.status == 401


def test_quotes_reactions_and_places_reach_the_product(shop: Simulator, receiver: Receiver) -> None:
    send(shop, "Temos quatro", id="3EB0BB")
    shop.write(MARINA, Letter(body="Linda!", quoted_id="3EB0BB"))
    shop.write(MARINA, Letter(type="reaction", target_id="3EB0BB", emoji="❤️"))
    shop.write(MARINA, Letter(type="location"))
    shop.until(lambda: len(receiver.waha("message")) == 2 and receiver.waha("message.reaction"))
    quote, place = sorted(receiver.waha("message"), key=lambda payload: payload["replyTo"] is None)
    assert quote["replyTo"]["id"] == "3EB0BB"
    assert quote["replyTo"]["body"] == "Temos quatro"
    assert float(place["location"]["latitude"]) < 0
    (reaction,) = receiver.waha("message.reaction")
    assert reaction["reaction"] == {"text": "❤️", "messageId": f"true_{CHAT}_3EB0BB"}


def test_the_shop_sends_files_places_and_reactions(shop: Simulator) -> None:
    data = base64.b64encode(b"%PDF-1.4 tiny").decode()
    file = {"mimetype": "application/pdf", "filename": "orcamento.pdf", "data": data}
    base = {"session": "shop", "chatId": CHAT}
    shop.waha("POST", "/api/sendFile", {**base, "file": file, "caption": "Orçamento"})
    shop.waha("POST", "/api/sendLocation", {**base, "latitude": -22.9, "longitude": -47.06, "title": "Loja"})
    written = shop.say(MARINA, "Obrigada")
    shop.waha("PUT", "/api/reaction", {**base, "messageId": f"false_{CHAT}_{written}", "reaction": "🙏"})
    document, place, thanks = shop.chat(MARINA)
    assert (document.type, document.body) == ("document", "Orçamento")
    assert place.location is not None
    assert thanks.reactions == {"shop": "🙏"}
    assert [entry.type for entry in shop.ledger()] == ["document", "location", "reaction"]


def test_history_can_be_read_back_with_filters(shop: Simulator) -> None:
    shop.say(MARINA, "um")
    send(shop, "dois", id="3EB0DD")
    history = shop.waha("GET", f"/api/shop/chats/{MARINA}%40c.us/messages?limit=10&filter.fromMe=true")
    assert [message["body"] for message in history] == ["dois"]
    everything = shop.waha("GET", "/api/shop/chats/all/messages?limit=1&sortOrder=asc")
    assert [message["body"] for message in everything] == ["um"]
    one = shop.waha("GET", f"/api/shop/chats/{MARINA}%40c.us/messages/true_{MARINA}%40c.us_3EB0DD")
    assert one["source"] == "api"
    assert shop.waha("GET", "/api/shop/chats?limit=5")[0]["name"] == "Marina Souza"


def test_numbers_and_hidden_ids_are_looked_up(shop: Simulator) -> None:
    shop.add_person("4915100000000", name="Nobody", registered=False)
    check = "/api/contacts/check-exists?session=shop&phone="
    assert shop.waha("GET", check + "551998761234") == {"numberExists": True, "chatId": CHAT}
    assert shop.waha("GET", check + "4915100000000") == {"numberExists": False}
    pair = shop.waha("GET", f"/api/shop/lids/pn/{MARINA}")
    assert pair["pn"] == CHAT
    assert shop.waha("GET", "/api/shop/lids/" + pair["lid"].replace("@", "%40")) == pair
    assert shop.waha("GET", "/api/shop/lids/1%40lid") == {"lid": "1@lid", "pn": None}


def test_a_session_with_hidden_ids_names_the_phone_beside_them(shop: Simulator, receiver: Receiver) -> None:
    shop._simulator("POST", "sessions/shop", {"addressing": "lid"})
    shop.say(MARINA, "Oi")
    (payload,) = shop.until(lambda: receiver.waha("message"))
    assert payload["from"].endswith("@lid")
    assert payload["_data"]["Info"]["SenderAlt"] == f"{MARINA}@s.whatsapp.net"


def test_edits_and_deletions_are_told(shop: Simulator, receiver: Receiver) -> None:
    written = shop.say(MARINA, "errado")
    change = {"channel": "shop", "message_id": written}
    shop._simulator("POST", f"people/{MARINA}/changes", {**change, "body": "certo"})
    shop._simulator("POST", f"people/{MARINA}/changes", change)
    (edited,) = shop.until(lambda: receiver.waha("message.edited"))
    (revoked,) = shop.until(lambda: receiver.waha("message.revoked"))
    assert (edited["editedMessageId"], edited["body"]) == (written, "certo")
    assert revoked["revokedMessageId"] == written


def test_webhooks_are_tried_again_on_5xx_only(shop: Simulator, receiver: Receiver) -> None:
    webhook = {"url": receiver.url, "events": ["message"], "retries": {"delaySeconds": 0.02, "attempts": 3}}
    shop.waha("PUT", "/api/sessions/shop", {"config": {"webhooks": [webhook]}})
    shop.until(lambda: shop.session_status("shop") == "WORKING")
    receiver.hooks.clear()
    receiver.statuses[:] = [503, 500, 404]
    shop.say(MARINA, "tente de novo")
    shop.until(lambda: len(receiver.hooks) == 3)
    assert len({hook.body for hook in receiver.hooks}) == 1


def test_what_the_shop_writes_on_its_phone_is_echoed(shop: Simulator, receiver: Receiver) -> None:
    shop.write(MARINA, Letter(body="Do celular", from_shop=True))
    (echo,) = shop.until(lambda: receiver.waha("message.any"))
    assert (echo["fromMe"], echo["source"], echo["body"]) == (True, "app", "Do celular")
    assert shop.ledger() == []
    assert receiver.waha("message") == []
