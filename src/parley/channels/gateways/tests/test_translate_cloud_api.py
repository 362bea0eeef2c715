"""The Cloud API's webhooks in neutral words, one case for each thing a customer, a phone or Meta can do."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import (
    Address,
    BadPayload,
    InboundMessage,
    MediaRef,
    NeutralEvent,
    RawEvent,
    ReactionChange,
)

GATEWAY = gateway_for("cloud_api")
AT = datetime(2026, 5, 12, 13, 42, 7, tzinfo=UTC)
SECONDS = str(int(AT.timestamp()))
METADATA = {"display_phone_number": "551930001000", "phone_number_id": "700100"}
CONTACT = {"profile": {"name": "Beatriz Lima"}, "wa_id": "5519987654321"}
BEATRIZ = Address(wa_id="5519987654321", name="Beatriz Lima")


def split(*changes: dict[str, Any], time: int = 1_778_000_000) -> list[RawEvent]:
    entry = [{"id": "9900", "time": time, "changes": list(changes)}]
    return GATEWAY.split(json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode())


def change(field: str = "messages", **value: Any) -> dict[str, Any]:
    around = {"messaging_product": "whatsapp", "metadata": METADATA}
    return {"field": field, "value": around | value}


def only(*changes: dict[str, Any]) -> NeutralEvent:
    (raw,) = split(*changes)
    assert raw.external_id == "700100"
    (found,) = GATEWAY.translate(raw.payload)
    return found


def incoming(kind: str, part: Any, **fields: Any) -> InboundMessage:
    one = {"from": "5519987654321", "id": "wamid.A1", "timestamp": SECONDS, "type": kind, kind: part} | fields
    found = only(change(contacts=[CONTACT], messages=[one]))
    assert isinstance(found, InboundMessage)
    return found


def test_text() -> None:
    assert incoming("text", {"body": "Oi! Vocês entregam em Valinhos?"}) == InboundMessage(
        provider_message_id="wamid.A1",
        at=AT,
        counterpart=BEATRIZ,
        type="text",
        body="Oi! Vocês entregam em Valinhos?",
    )


def test_type_left_out() -> None:
    one = {"from": "5519987654321", "id": "wamid.A1", "timestamp": SECONDS, "text": {"body": "Oi"}}
    found = only(change(messages=[one]))
    assert isinstance(found, InboundMessage)
    assert (found.type, found.body) == ("text", "Oi")


@pytest.mark.parametrize(
    ("kind", "further", "told"),
    [
        ("image", {"caption": "Assim?"}, "image"),
        ("video", {"caption": "Assim?"}, "video"),
        ("audio", {}, "audio"),
        ("audio", {"voice": True}, "voice"),
        ("document", {"filename": "planta.pdf", "caption": "Assim?"}, "document"),
        ("sticker", {"animated": True}, "sticker"),
    ],
)
def test_files(kind: str, further: dict[str, Any], told: str) -> None:
    part = {"id": "5501", "mime_type": "application/x", "sha256": "q83v", "file_size": "1200"} | further
    found = incoming(kind, part)
    assert (found.type, found.body) == (told, further.get("caption", ""))
    assert found.media == MediaRef(
        reference='{"id":"5501"}',
        mime_type="application/x",
        filename=further.get("filename"),
        sha256="q83v",
        byte_size=1200,
    )


def test_file_that_meta_could_not_fetch() -> None:
    errors = [
        {"code": 131052, "title": "Media download error", "error_data": {"details": "File is too large."}}
    ]
    found = incoming("video", {}, errors=errors)
    assert found.media is not None
    assert found.media.error == "File is too large."


def test_location() -> None:
    found = incoming("location", {"latitude": -22.9064, "longitude": -47.0616, "name": "Casa Lume"})
    assert found.location is not None
    assert (found.location.latitude, found.location.longitude, found.body) == (
        -22.9064,
        -47.0616,
        "Casa Lume",
    )


def test_context() -> None:
    quoted = incoming(
        "text", {"body": "Essa"}, context={"from": "551930001000", "id": "wamid.Q", "forwarded": True}
    )
    assert (quoted.quoted_id, quoted.forwarded) == ("wamid.Q", True)
    product = {"catalog_id": "1", "product_retailer_id": "MESA-8"}
    asked = incoming("text", {"body": "Tem?"}, context={"referred_product": product})
    assert asked.content == {"product": {"catalog": "1", "id": "MESA-8"}}
    referral = {"source_url": "https://fb.me/a", "source_type": "ad", "headline": "Mesas", "ctwa_clid": "C1"}
    clicked = incoming("text", {"body": "Quero saber mais"}, referral=referral)
    assert clicked.content["referral"] == {
        "url": "https://fb.me/a",
        "kind": "ad",
        "headline": "Mesas",
        "click_id": "C1",
    }


@pytest.mark.parametrize(
    ("kind", "part", "told", "body", "content"),
    [
        ("button", {"payload": "SIM", "text": "Sim!"}, "button", "Sim!", {"choice": {"id": "SIM"}}),
        (
            "interactive",
            {"type": "button_reply", "button_reply": {"id": "b", "title": "Hoje"}},
            "button",
            "Hoje",
            {"choice": {"id": "b"}},
        ),
        (
            "interactive",
            {"type": "list_reply", "list_reply": {"id": "r", "title": "Mesas", "description": "de madeira"}},
            "list",
            "Mesas",
            {"choice": {"id": "r", "description": "de madeira"}},
        ),
        (
            "interactive",
            {
                "nfm_reply": {
                    "name": "flow",
                    "body": "Sent",
                    "response_json": '{"cor":"nogueira","flow_token":"t"}',
                }
            },
            "interactive",
            "cor: nogueira",
            {"form": {"cor": "nogueira"}},
        ),
        (
            "interactive",
            {"nfm_reply": {"body": "Sent", "response_json": "{"}},
            "interactive",
            "Sent",
            {"form": {}},
        ),
        (
            "contacts",
            [{"name": {"formatted_name": "Rui Nogueira"}, "phones": [{"phone": "+55 19 91111-2222"}]}],
            "contacts",
            "Rui Nogueira",
            {"contacts": [{"name": "Rui Nogueira", "phones": ["+55 19 91111-2222"]}]},
        ),
        ("unsupported", {"type": "poll"}, "unsupported", "", {"what": "poll"}),
        ("interactive", None, "unsupported", "", {"what": "interactive"}),
        ("hologram", {"x": 1}, "unsupported", "", {"what": "hologram"}),
    ],
)
def test_choices_and_the_rest(kind: str, part: Any, told: str, body: str, content: dict[str, Any]) -> None:
    found = incoming(kind, part)
    assert (found.type, found.body, found.content) == (told, body, content)


def test_order() -> None:
    lines = [{"product_retailer_id": "MESA-8", "quantity": 1, "item_price": 2400, "currency": "BRL"}]
    found = incoming("order", {"catalog_id": "1", "text": "Para sexta", "product_items": lines})
    assert (found.type, found.body) == ("order", "Para sexta\n1 × MESA-8")
    assert found.content["order"]["lines"] == [
        {"id": "MESA-8", "quantity": 1.0, "price": 2400.0, "currency": "BRL"}
    ]


def test_reactions() -> None:
    for part, emoji in (({"emoji": "❤️"}, "❤️"), ({"emoji": ""}, ""), ({}, "")):
        reaction = {"message_id": "wamid.T"} | part
        one = {"from": "5519987654321", "id": "wamid.R", "timestamp": SECONDS, "type": "reaction"}
        found = only(change(contacts=[CONTACT], messages=[one | {"reaction": reaction}]))
        assert found == ReactionChange(target_id="wamid.T", at=AT, counterpart=BEATRIZ, emoji=emoji)


@pytest.mark.parametrize(
    ("message", "contact", "address"),
    [
        (
            {"from_user_id": "BR.1349120865530274"},
            {"profile": {"name": "Bia", "username": "@bia"}, "user_id": "BR.1349120865530274"},
            Address(bsuid="BR.1349120865530274", username="bia", name="Bia"),
        ),
        (
            {"from": "BR.1349120865530274"},
            {"profile": {"name": "Bia"}, "user_id": "BR.1349120865530274", "wa_id": "5519987654321"},
            Address(wa_id="5519987654321", bsuid="BR.1349120865530274", name="Bia"),
        ),
        (
            {"from": "5519987654321", "from_user_id": "BR.13"},
            {},
            Address(wa_id="5519987654321", bsuid="BR.13"),
        ),
    ],
)
def test_people_without_a_number(message: dict[str, Any], contact: dict[str, Any], address: Address) -> None:
    one = {"id": "wamid.A1", "timestamp": SECONDS, "type": "text", "text": {"body": "Oi"}} | message
    found = only(change(contacts=[contact], messages=[one]))
    assert isinstance(found, InboundMessage)
    assert found.counterpart == address


def test_echo_of_the_phone() -> None:
    echo = {
        "from": "551930001000",
        "to": "5519987654321",
        "id": "wamid.E",
        "timestamp": SECONDS,
        "type": "text",
    }
    found = only(change("smb_message_echoes", message_echoes=[echo | {"text": {"body": "Sim"}}]))
    assert isinstance(found, InboundMessage)
    assert (found.from_us, found.counterpart, found.body) == (True, Address(wa_id="5519987654321"), "Sim")


def test_batch_is_taken_apart_with_each_ones_contact() -> None:
    contacts = [{"wa_id": f"55199{n:08}", "profile": {"name": f"Cliente {n}"}} for n in range(300)]
    messages = [
        {
            "from": f"55199{n:08}",
            "id": f"wamid.{n}",
            "timestamp": SECONDS,
            "type": "text",
            "text": {"body": "Oi"},
        }
        for n in range(300)
    ]
    statuses = [{"id": "wamid.S", "status": told, "timestamp": SECONDS} for told in ("sent", "read")]
    other = {"phone_number_id": "700200"}
    events = split(
        change(contacts=contacts, messages=messages, statuses=statuses, errors=[{"code": 1}]),
        change(metadata=other, messages=[messages[0]]),
    )
    assert len(events) == 304
    assert events[-1].external_id == "700200"
    assert len({event.dedupe_key for event in events}) == 303
    found = [one for event in events[:300] for one in GATEWAY.translate(event.payload)]
    assert [one.counterpart.name for one in found if isinstance(one, InboundMessage)] == [
        f"Cliente {n}" for n in range(300)
    ]
    assert max(len(json.dumps(event.payload)) for event in events) < 700


def test_what_is_not_metas_is_refused() -> None:
    for body in ({}, {"object": "page", "entry": []}, {"object": "whatsapp_business_account", "entry": {}}):
        with pytest.raises(BadPayload):
            GATEWAY.split(json.dumps(body).encode())
