"""WAHA's webhooks in neutral words, one case for each thing a customer or a phone can do."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import (
    Address,
    InboundMessage,
    Kept,
    NeutralEvent,
    RawEvent,
)

GATEWAY = gateway_for("waha")
CHAT = "5519987654321@c.us"
BEATRIZ = Address(wa_id="5519987654321", name="Beatriz Lima")
AT = datetime(2026, 5, 12, 13, 42, 7, tzinfo=UTC)
SECONDS = int(AT.timestamp())


def hook(event: str, payload: dict[str, Any], **around: Any) -> RawEvent:
    envelope = {
        "id": "evt_01kzz", "timestamp": SECONDS * 1000, "event": event, "session": "casa-lume",
        "metadata": {"workspace": "1"}, "me": {"id": "551930001000@c.us", "pushName": "Casa Lume"},
        "payload": payload, "environment": {"version": "2026.7.1", "engine": "NOWEB"},
    }  # fmt: skip
    (event_found,) = GATEWAY.split(json.dumps(envelope | around).encode())
    return event_found


def only(event: str, payload: dict[str, Any], **around: Any) -> NeutralEvent:
    raw = hook(event, payload, **around)
    assert raw.external_id == "casa-lume"
    (found,) = GATEWAY.translate(raw.payload)
    return found


def incoming(**fields: Any) -> InboundMessage:
    base: dict[str, Any] = {
        "id": f"false_{CHAT}_3AB0C1D2E3F405162738", "timestamp": SECONDS, "from": CHAT, "fromMe": False,
        "to": "551930001000@c.us", "body": "", "hasMedia": False, "_data": {"pushName": "Beatriz Lima"},
    }  # fmt: skip
    found = only("message", base | fields)
    assert isinstance(found, InboundMessage)
    return found


def proto(**message: Any) -> dict[str, Any]:
    return {"pushName": "Beatriz Lima", "message": message}


def test_text() -> None:
    found = incoming(body="Oi! A mesa de jantar ainda está à venda?")
    assert found == InboundMessage(
        provider_message_id="3AB0C1D2E3F405162738",
        at=AT,
        counterpart=BEATRIZ,
        type="text",
        body="Oi! A mesa de jantar ainda está à venda?",
    )


@pytest.mark.parametrize(
    ("media", "data", "kind"),
    [
        ({"mimetype": "image/jpeg"}, {}, "image"),
        ({"mimetype": "video/mp4"}, {}, "video"),
        ({"mimetype": "audio/ogg; codecs=opus"}, {}, "voice"),
        ({"mimetype": "audio/mpeg"}, {}, "audio"),
        ({"mimetype": "audio/mp4"}, {"type": "ptt"}, "voice"),
        ({"mimetype": "audio/ogg; codecs=opus"}, proto(audioMessage={"ptt": False}), "audio"),
        ({"mimetype": "audio/mp4"}, proto(audioMessage={"ptt": True}), "voice"),
        ({"mimetype": "application/pdf", "filename": "orçamento.pdf"}, {}, "document"),
        ({"mimetype": "image/png"}, {"Message": {"documentMessage": {"fileName": "planta.png"}}}, "document"),
        ({"mimetype": "image/webp"}, {}, "sticker"),
        ({"mimetype": "image/webp", "filename": "foto.webp"}, {}, "image"),
        ({}, proto(viewOnceMessageV2={"message": {"imageMessage": {"mimetype": "image/jpeg"}}}), "image"),
        (None, {}, "document"),
    ],
)
def test_files(media: dict[str, Any] | None, data: dict[str, Any], kind: str) -> None:
    url = {"url": "http://localhost:3000/api/files/casa-lume/x.bin"} if media is not None else {}
    found = incoming(hasMedia=True, media=None if media is None else media | url, body="Veja", _data=data)
    assert found.type == kind
    assert found.body == "Veja"
    assert found.media is not None
    assert found.media.mime_type == ((media or {}).get("mimetype") or found.media.mime_type)
    where = json.loads(found.media.reference)
    assert where["message"] == f"false_{CHAT}_3AB0C1D2E3F405162738"
    assert where.get("url") == url.get("url")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            {"message": "Request failed with status code 404", "name": "AxiosError", "stack": "…"},
            "status code 404",
        ),
        ({"code": 13, "details": "13 INTERNAL: failed to download media"}, "failed to download"),
        ({"errno": -111, "code": "ECONNREFUSED"}, "ECONNREFUSED"),
        ("too large", "too large"),
        ({}, "did not reach"),
    ],
)
def test_file_that_the_gateway_lost(error: object, told: str) -> None:
    found = incoming(hasMedia=True, media={"url": None, "mimetype": "image/jpeg", "error": error})
    assert found.media is not None
    assert told in (found.media.error or "")


def test_location() -> None:
    place = {"latitude": "-22.9064", "longitude": "-47.0616", "name": "Casa Lume", "address": "Campinas"}
    found = incoming(location=place)
    assert found.type == "location"
    assert found.location is not None
    assert (found.location.latitude, found.location.longitude) == (-22.9064, -47.0616)
    assert (found.location.name, found.location.address, found.body) == ("Casa Lume", "Campinas", "Casa Lume")


def test_quote_and_forward() -> None:
    quote = {
        "id": f"true_{CHAT}_3EB00011223344556677",
        "participant": "551930001000@c.us",
        "body": "R$ 1.200",
    }
    data = proto(extendedTextMessage={"text": "Fechado", "contextInfo": {"isForwarded": True}})
    found = incoming(body="Fechado", replyTo=quote, _data=data)
    assert found.quoted_id == "3EB00011223344556677"
    assert found.forwarded
    assert incoming(body="Fechado", replyTo={"id": "3EB0AA"}).quoted_id == "3EB0AA"
    for name in ("stanzaId", "stanzaID"):
        told = proto(extendedTextMessage={"text": "Fechado", "contextInfo": {name: "3EB0AA"}})
        assert incoming(body="Fechado", replyTo=None, _data=told).quoted_id == "3EB0AA"


def test_contacts() -> None:
    card = (
        "BEGIN:VCARD\nVERSION:3.0\nFN:Rui Nogueira\nitem1.TEL;waid=5519911112222:+55 19 91111-2222\nEND:VCARD"
    )
    found = incoming(vCards=[card])
    assert (found.type, found.body) == ("contacts", "Rui Nogueira")
    assert found.content == {"contacts": [{"name": "Rui Nogueira", "phones": ["+55 19 91111-2222"]}]}
    assert incoming(_data=proto(contactMessage={"vcard": card})).content == found.content


@pytest.mark.parametrize(
    ("body", "message", "kind", "choice"),
    [
        ("Sim", {"buttonsResponseMessage": {"selectedButtonId": "b1"}}, "button", "b1"),
        (
            "",
            {"templateButtonReplyMessage": {"selectedId": "b2", "selectedDisplayText": "Quero"}},
            "button",
            "b2",
        ),
        (
            "",
            {"listResponseMessage": {"title": "Mesas", "singleSelectReply": {"selectedRowId": "r3"}}},
            "list",
            "r3",
        ),
    ],
)
def test_choices(body: str, message: dict[str, Any], kind: str, choice: str) -> None:
    found = incoming(body=body, _data=proto(**message))
    assert found.type == kind
    assert found.body in {"Sim", "Quero", "Mesas"}
    assert found.content == {"choice": {"id": choice}}


def test_poll() -> None:
    poll = {"name": "Qual cor?", "options": [{"optionName": "Nogueira"}, {"optionName": "Carvalho"}]}
    found = incoming(_data=proto(messageContextInfo={}, pollCreationMessageV3=poll))
    assert (found.type, found.body) == ("poll", "Qual cor?")
    told = {"name": "Qual cor?", "options": ["Nogueira", "Carvalho"], "multiple": True}
    assert found.content == {"poll": told}
    single = incoming(_data=proto(pollCreationMessageV3=poll | {"selectableOptionsCount": 1}))
    assert single.content == {"poll": told | {"multiple": False}}
    browser = {"type": "poll_creation", "pollName": "Qual cor?", "pollOptions": [{"name": "Nogueira"}]}
    assert incoming(_data=browser).content["poll"]["options"] == ["Nogueira"]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (proto(groupInviteMessage={"groupName": "Clientes"}), "group invitation"),
        (proto(orderMessage={"orderId": "1"}), "order"),
        (proto(viewOnceMessageV2={"message": {}}) | {"isViewOnce": True}, "seen once"),
        ({"key": {"isViewOnce": True}}, "seen once"),
        (proto(holographMessage={"depth": 3}), "does not know (holographMessage)"),
        ({}, "a message without content"),
    ],
)
def test_what_has_no_place_says_what_it_was(data: dict[str, Any], what: str) -> None:
    found = incoming(body=None, _data=data)
    assert (found.type, found.body) == ("unsupported", "")
    assert what in found.content["what"]


def test_hidden_number_with_hints() -> None:
    hidden = {"id": "false_88001122334455@lid_3AC0", "from": "88001122334455@lid"}
    both = Address(wa_id="5519987654321", lid="88001122334455", name="Bia")
    noweb = {"pushName": "Bia", "key": {"remoteJidAlt": "5519987654321@s.whatsapp.net"}}
    gows = {"Info": {"PushName": "Bia", "SenderAlt": "5519987654321:7@s.whatsapp.net"}}
    assert incoming(body="Oi", _data=noweb, **hidden).counterpart == both
    assert incoming(body="Oi", _data=gows, **hidden).counterpart == both
    assert incoming(body="Oi", _data={}, **hidden).counterpart == Address(lid="88001122334455")


def test_echo_of_ours_and_of_the_phone() -> None:
    ours = {
        "id": f"true_{CHAT}_3EB0AB12CD34EF56AB78CD", "from": CHAT, "to": None, "fromMe": True,
        "source": "app", "timestamp": str(SECONDS), "body": "Está sim!", "_data": {"pushName": "Casa Lume"},
    }  # fmt: skip
    found = only("message.any", ours)
    assert isinstance(found, InboundMessage)
    assert found.from_us
    assert found.counterpart == Address(wa_id="5519987654321")
    assert found.client_ref == found.provider_message_id == "3EB0AB12CD34EF56AB78CD"
    typed = only("message.any", ours | {"id": f"true_{CHAT}_3A5566778899AABBCCDD"})
    assert isinstance(typed, InboundMessage)
    assert typed.client_ref is None
    hidden = ours | {
        "id": "true_99@lid_3A55",
        "_data": {"Info": {"RecipientAlt": "5519987654321@s.whatsapp.net"}},
    }
    behind = only("message.any", hidden)
    assert isinstance(behind, InboundMessage)
    assert behind.counterpart == Address(wa_id="5519987654321", lid="99")


@pytest.mark.parametrize(
    ("event", "payload", "reason"),
    [
        ("message", {"id": "false_1203@g.us_3A", "body": "Oi"}, "who wrote"),
        ("message", {"id": "false_status@broadcast_3A_5519987654321@c.us", "body": "Oi"}, "story"),
        ("message", {"id": "false_77@newsletter_3A", "body": "Oi"}, "channel's post"),
        ("message.any", {"id": "true_1650@broadcast_3A", "body": "Oi"}, "broadcast list"),
        ("message.any", {"id": "true_551930001000@c.us_3A", "body": "comprar cola"}, "note"),
        ("message", {"id": f"false_{CHAT}_3A", "_data": proto(protocolMessage={"type": 0})}, "protocol"),
        ("message", {"id": f"false_{CHAT}_3A", "_data": {"type": "e2e_notification"}}, "protocol"),
        ("message", {"id": f"false_{CHAT}_3A", "_data": proto(reactionMessage={"text": "👍"})}, "own"),
        ("message", {"body": "Oi"}, "without an id"),
        ("message", {"id": "false_who_3A", "body": "Oi"}, "nobody"),
        ("message", {"id": f"false_{CHAT}_3A", "_data": {"messageStubType": 40}}, "notice of the phone"),
        ("message", {"id": f"false_{CHAT}_3A", "_data": proto(secretEncryptedMessage={"a": 1})}, "decrypt"),
        ("message.edited", {"editedMessageId": "3B", "body": "Olá"}, "no message"),
        ("message.revoked", {"revokedMessageId": "3B", "after": {}, "before": None}, "which chat"),
        ("message.revoked", {"after": {}, "before": None}, "no message"),
        ("message.waiting", {"id": f"false_{CHAT}_3A"}, "follows"),
        ("message.ack.group", {"id": "true_1203@g.us_3A_1@lid", "ack": 3}, "group"),
        ("message.ack", {"id": "true_1203@g.us_3A_1@lid", "ack": 3}, "group"),
        ("message.ack", {"id": f"false_{CHAT}_3A", "ack": 3, "fromMe": False}, "customer's message"),
        ("message.ack", {"id": f"true_{CHAT}_3A", "ack": 9}, "no known state"),
        ("message.reaction", {"id": f"false_{CHAT}_3A", "reaction": {"text": "👍"}}, "no message"),
        ("session.status", {"status": "DREAMING"}, "does not know"),
        ("presence.update", {"id": CHAT, "presences": []}, "typing"),
        ("call.received", {"id": "A", "from": "1203@g.us"}, "group"),
        ("call.received", {"id": "A", "from": CHAT, "isGroup": True}, "group"),
        ("call.accepted", {"id": "A", "from": "551930001000@c.us"}, "own phone"),
        ("call.received", {"id": "A", "from": None}, "nobody"),
        ("call.received", {"from": CHAT}, "without an id"),
        ("label.upsert", {"id": "1"}, "labels"),
        ("label.chat.added", {"labelId": "6", "chatId": CHAT}, "labels"),
        ("chat.archive", {"id": CHAT, "archived": True}, "list of chats"),
        ("engine.event", {"event": "messages.upsert"}, "engine's own"),
        ("state.change", {"state": "CONNECTED"}, "engine's own state"),
        ("event.response", {"id": f"false_{CHAT}_3A"}, "calendar"),
        ("event.response.failed", {"id": f"false_{CHAT}_3A"}, "decrypt"),
        ("group.v2.update", {"group": {"id": CHAT}}, "does not name"),
        ("tea.time", {}, "does not know: tea.time"),
    ],
)
def test_kept_with_a_reason(event: str, payload: dict[str, Any], reason: str) -> None:
    found = only(event, payload)
    assert isinstance(found, Kept)
    assert reason in found.reason
