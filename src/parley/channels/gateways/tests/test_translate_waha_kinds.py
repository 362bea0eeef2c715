"""The rarer kinds of WAHA's messages, which only the engine's hints tell."""

import json
from typing import Any

import pytest

from parley.channels.gateways.neutral import Address
from parley.channels.gateways.tests.test_translate_waha import AT, SECONDS, incoming, proto

AD: dict[str, Any] = {
    "title": "Casa Lume", "body": "Mesas sob medida", "sourceType": "ad", "sourceId": "120210",
    "sourceUrl": "https://fb.me/7kTh", "ctwaClid": "ARAk", "thumbnail": "…",
}  # fmt: skip


def test_advertisement() -> None:
    told = {
        "url": "https://fb.me/7kTh", "kind": "ad", "id": "120210", "headline": "Casa Lume",
        "body": "Mesas sob medida", "click_id": "ARAk",
    }  # fmt: skip
    text = {"text": "Quero", "contextInfo": {"externalAdReply": AD}}
    picture = {"mimetype": "image/jpeg", "contextInfo": {"externalAdReply": AD}}
    for data in (
        proto(extendedTextMessage=text),
        {"Message": {"extendedTextMessage": text}},
        {"Message": {"ephemeralMessage": {"message": {"imageMessage": picture}}}},
        {"type": "chat", "ctwaContext": AD},
    ):
        assert incoming(body="Quero", _data=data).content == {"referral": told}, data
    old = {
        "type": "chat",
        "ctwaContext": {"sourceUrl": "https://fb.me/a", "description": "Mesas", "title": ""},
    }
    assert incoming(body="Quero", _data=old).content["referral"] == {
        "kind": "ad", "url": "https://fb.me/a", "body": "Mesas",
    }  # fmt: skip
    opaque = proto(extendedTextMessage={"contextInfo": {"entryPointConversionSource": "ctwa_ad"}})
    assert incoming(body="Quero", _data=opaque).content == {"referral": {"kind": "ad"}}


def test_a_link_in_its_best_clothes_is_no_advertisement() -> None:
    link = {"title": "Casa Lume", "body": "Móveis", "sourceUrl": "https://casalume.example"}
    shown = proto(extendedTextMessage={"text": "veja", "contextInfo": {"externalAdReply": link}})
    assert incoming(body="veja", _data=shown).content == {}


def test_order() -> None:
    order = {
        "orderId": "77", "itemCount": 3, "orderTitle": "Casa Lume", "message": "para sábado",
        "totalAmount1000": 1250000, "totalCurrencyCode": "BRL",
    }  # fmt: skip
    found = incoming(_data=proto(orderMessage=order))
    assert (found.type, found.body) == ("order", "Casa Lume\npara sábado")
    assert found.content["order"] == {
        "lines": [], "note": "para sábado", "id": "77", "title": "Casa Lume", "items": 3, "total": 1250.0,
        "currency": "BRL",
    }  # fmt: skip
    assert incoming(_data={"type": "order", "orderTitle": "Casa Lume"}).type == "order"


def test_product() -> None:
    product = {
        "productId": "99", "retailerId": "MESA-1", "title": "Mesa de jantar", "description": "Nogueira",
        "priceAmount1000": "1200000", "currencyCode": "BRL",
    }  # fmt: skip
    owner = {"businessOwnerJid": "551930001000@s.whatsapp.net"}
    found = incoming(body=None, _data=proto(productMessage={"product": product} | owner))
    assert (found.type, found.body) == ("text", "Mesa de jantar\nNogueira")
    told = found.content["product"]
    assert (told["id"], told["catalog"], told["price"]) == ("MESA-1", "551930001000", 1200.0)
    browser = {"type": "product", "title": "Mesa", "productId": "99"} | owner
    media = {"url": "http://x/a.jpg", "mimetype": "image/jpeg"}
    pictured = incoming(hasMedia=True, media=media, _data=browser)
    assert pictured.type == "image"
    assert pictured.content["product"]["id"] == "99"


@pytest.mark.parametrize(
    ("data", "choice"),
    [
        ({"type": "buttons_response", "selectedButtonId": "b1"}, {"id": "b1"}),
        ({"type": "template_button_reply", "selectedId": "b2"}, {"id": "b2"}),
        (
            {"type": "list_response", "listResponse": {"singleSelectReply": {"selectedRowId": "r3"}}},
            {"id": "r3"},
        ),
        ({"Message": {"buttonsResponseMessage": {"selectedButtonID": "b4"}}}, {"id": "b4"}),
        (
            {
                "Message": {
                    "listResponseMessage": {
                        "description": "2 m",
                        "singleSelectReply": {"selectedRowID": "r5"},
                    }
                }
            },
            {"id": "r5", "description": "2 m"},
        ),
        (
            proto(interactiveResponseMessage={"nativeFlowResponseMessage": {"paramsJson": '{"id":"q6"}'}}),
            {"id": "q6"},
        ),
    ],
)  # fmt: skip
def test_choices_of_each_engine(data: dict[str, Any], choice: dict[str, str]) -> None:
    found = incoming(body="Sim", _data=data)
    assert found.body == "Sim"
    assert found.content == {"choice": choice}


def test_form() -> None:
    answers = {"flow_token": "t", "nome": "Bia", "dia": 3}
    flow = {"nativeFlowResponseMessage": {"name": "flow", "paramsJson": json.dumps(answers)}}
    found = incoming(body=None, _data=proto(interactiveResponseMessage=flow))
    assert (found.type, found.body) == ("interactive", "nome: Bia\ndia: 3")
    assert found.content == {"form": {"nome": "Bia", "dia": 3}}


def test_calendar_event() -> None:
    event = {
        "name": "Visita",
        "description": "medir a sala",
        "startTime": SECONDS,
        "location": {"name": "Ateliê"},
    }
    found = incoming(body="Visita", _data=proto(eventMessage=event))
    assert (found.type, found.content["what"]) == ("unsupported", "calendar event")
    assert found.content["event"] == {
        "name": "Visita", "description": "medir a sala", "place": "Ateliê", "at": AT.isoformat(),
    }  # fmt: skip
    assert found.body.startswith("Visita\nmedir a sala")


def test_what_is_special_about_a_file() -> None:
    url = {"url": "http://x/a.bin"}
    for data, mime, traits in (
        (proto(ptvMessage={"seconds": 3}), "video/mp4", {"note": True}),
        ({"type": "ptv"}, "video/mp4", {"note": True}),
        (proto(videoMessage={"gifPlayback": True}), "video/mp4", {"animated": True}),
        (proto(lottieStickerMessage={"message": {"stickerMessage": {"isAnimated": True}}}), "image/webp",
         {"animated": True}),
        (proto(viewOnceMessageV2={"message": {"imageMessage": {"viewOnce": True}}}), "image/jpeg",
         {"view_once": True}),
        ({"type": "image", "isViewOnce": True}, "image/jpeg", {"view_once": True}),
        (proto(ephemeralMessage={"message": {"imageMessage": {"caption": "x"}}}), "image/jpeg", {}),
    ):  # fmt: skip
        found = incoming(hasMedia=True, media=url | {"mimetype": mime}, _data=data)
        assert found.content == traits, data
        assert found.type == mime.partition("/")[0] or found.type == "sticker"


def test_live_location() -> None:
    live = {"degreesLatitude": -22.9, "degreesLongitude": -47.06, "caption": "indo"}
    found = incoming(_data=proto(liveLocationMessage=live))
    assert (found.type, found.body, found.content) == ("location", "indo", {"live": True})
    told = incoming(location={"latitude": -22.9, "longitude": -47.06, "live": True})
    assert told.content == {"live": True}
    assert incoming(location={"latitude": "x", "longitude": 1}).type == "unsupported"


@pytest.mark.parametrize(
    "data",
    [
        proto(ephemeralMessage={"message": {"extendedTextMessage": {"text": "Oi"}}}),
        proto(conversation="Oi"),
        {"Message": {"deviceSentMessage": {"message": {"conversation": "Oi"}}}},
        proto(senderKeyDistributionMessage={"groupId": "1"}, conversation="Oi"),
        proto(buttonsMessage={"contentText": "Oi"}),
        proto(listMessage={"description": "Oi"}),
        proto(templateMessage={"hydratedTemplate": {"hydratedContentText": "Oi"}}),
        proto(interactiveMessage={"body": {"text": "Oi"}}),
    ],
)
def test_text_that_waha_left_in_the_hints(data: dict[str, Any]) -> None:
    found = incoming(body=None, _data=data)
    assert (found.type, found.body) == ("text", "Oi")


def test_cards_of_each_engine() -> None:
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Nogueira;Rui;;;\r\nTEL:+55 19\r\n  91111-2222\r\nEND:VCARD"
    found = incoming(_data={"Message": {"contactsArrayMessage": {"contacts": [{"vcard": card}]}}})
    assert found.content == {"contacts": [{"name": "Nogueira Rui", "phones": ["+55 19 91111-2222"]}]}
    browser = incoming(body=card, _data={"type": "vcard", "body": card})
    assert browser.type == "contacts"


def test_time_where_only_the_engine_tells_it() -> None:
    for data in (
        {"messageTimestamp": str(SECONDS)},
        {"messageTimestamp": {"low": SECONDS, "high": 0, "unsigned": True}},
        {"t": SECONDS},
        {"Info": {"Timestamp": "2026-05-12T10:42:07-03:00"}},
    ):
        found = incoming(body="Oi", timestamp=None, _data=data)
        assert found.at == AT, data
    assert incoming(body="Oi", timestamp=None, _data={"Info": {"Timestamp": "0001-01-01T00:00:00Z"}}).at == AT


def test_the_number_told_beside_a_hidden_id() -> None:
    told = {"id": "false_8800@lid_3A", "from": "5519987654321@c.us", "body": "Oi", "_data": {}}
    assert incoming(**told).counterpart == Address(wa_id="5519987654321", lid="8800")
    ours = told | {"from": "551930001000@c.us"}
    assert incoming(**ours).counterpart == Address(lid="8800")
