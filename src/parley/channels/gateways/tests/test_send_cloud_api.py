"""Everything composed that the Cloud API takes, in the shapes of Meta's own examples."""

from typing import Any

import pytest

from parley.channels.gateways import gateway_for
from parley.channels.gateways.cloud_api.outbound import payload_for
from parley.channels.gateways.neutral import (
    Accepted,
    Address,
    Credentials,
    GatewayError,
    Location,
    OutboundMedia,
    OutboundMessage,
)
from parley.channels.gateways.tests.provider import MESSAGE_ID, Answer, against, message
from parley.core.http import HttpClient

TO = Address(wa_id="5519987654321")
SAID = {"messaging_product": "whatsapp", "messages": [{"id": "wamid.S1"}]}
PNG = OutboundMedia(data=b"\x89PNG mesa", mime_type="image/png", filename="mesa.png")
PDF = OutboundMedia(data=b"%PDF", mime_type="application/pdf", filename="planta.pdf")
PLACE = Location(latitude=-22.9, longitude=-47.06, name="Casa Lume")
TEXT = [{"text": "Bia"}]
CHOICES = [{"id": "a", "title": "Hoje"}, {"id": "b", "title": "Amanhã", "description": "às 10h"}]
SECTIONS = [{"title": "Mesas", "choices": CHOICES, "products": ["MESA-8", "MESA-10"]}]


def composed(kind: str, content: object = None, **fields: Any) -> OutboundMessage:
    around: dict[str, Any] = {"client_ref": str(MESSAGE_ID), "to": TO, "body": "Quando?"}
    return message(**(around | {"type": kind, "content": {kind: content}} | fields))


def part(kind: str, content: object, *, media_id: str | None = None, **fields: Any) -> Any:
    return payload_for(composed(kind, content, **fields), media_id=media_id)[kind]


INTERACTIVE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "buttons": (
        {"buttons": CHOICES, "header": "Entrega", "footer": "Casa Lume"},
        {
            "type": "button",
            "header": {"type": "text", "text": "Entrega"},
            "footer": {"text": "Casa Lume"},
            "action": {
                "buttons": [
                    {"type": "reply", "reply": {"id": "a", "title": "Hoje"}},
                    {"type": "reply", "reply": {"id": "b", "title": "Amanhã"}},
                ]
            },
        },
    ),
    "list": (
        {"button": "Escolher", "sections": SECTIONS},
        {"type": "list", "action": {"button": "Escolher", "sections": [{"title": "Mesas", "rows": CHOICES}]}},
    ),
    "link": (
        {"button": "Ver", "url": "https://casalume.example"},
        {
            "type": "cta_url",
            "action": {
                "name": "cta_url",
                "parameters": {"display_text": "Ver", "url": "https://casalume.example"},
            },
        },
    ),
    "flow": (
        {"button": "Abrir", "flow_id": "77", "flow_token": "t", "flow_screen": "A", "flow_data": {"x": 1}},
        {
            "type": "flow",
            "action": {
                "name": "flow",
                "parameters": {
                    "flow_message_version": "3",
                    "flow_id": "77",
                    "flow_cta": "Abrir",
                    "flow_token": "t",
                    "flow_action": "navigate",
                    "flow_action_payload": {"screen": "A", "data": {"x": 1}},
                },
            },
        },
    ),
    "product": (
        {"catalog_id": "1", "product_id": "MESA-8"},
        {"type": "product", "action": {"catalog_id": "1", "product_retailer_id": "MESA-8"}},
    ),
    "products": (
        {"catalog_id": "1", "sections": SECTIONS, "header": "Mesas"},
        {
            "type": "product_list",
            "header": {"type": "text", "text": "Mesas"},
            "action": {
                "catalog_id": "1",
                "sections": [
                    {
                        "title": "Mesas",
                        "product_items": [
                            {"product_retailer_id": "MESA-8"},
                            {"product_retailer_id": "MESA-10"},
                        ],
                    }
                ],
            },
        },
    ),
    "catalog": (
        {"product_id": "MESA-8"},
        {
            "type": "catalog_message",
            "action": {
                "name": "catalog_message",
                "parameters": {"thumbnail_product_retailer_id": "MESA-8"},
            },
        },
    ),
    "location_request": (
        {},
        {"type": "location_request_message", "action": {"name": "send_location"}},
    ),
}


@pytest.mark.parametrize("kind", INTERACTIVE)
def test_interactive(kind: str) -> None:
    content, expected = INTERACTIVE[kind]
    assert part("interactive", {"kind": kind} | content) == {"body": {"text": "Quando?"}} | expected


def test_what_a_button_leads_to_may_be_left_out() -> None:
    flow = part("interactive", {"kind": "flow", "button": "Abrir", "flow_id": "77"})
    assert "flow_action" not in flow["action"]["parameters"]
    screen = part("interactive", {"kind": "flow", "flow_id": "77", "flow_screen": "A"})
    assert screen["action"]["parameters"]["flow_action_payload"] == {"screen": "A"}
    assert part("interactive", {"kind": "catalog"})["action"] == {"name": "catalog_message"}
    assert "body" not in part("interactive", {"kind": "product"}, body="")


@pytest.mark.parametrize(
    ("media", "header"),
    [
        (PNG, {"type": "image", "image": {"id": "551"}}),
        (PDF, {"type": "document", "document": {"id": "551", "filename": "planta.pdf"}}),
    ],
)
@pytest.mark.parametrize("kind", ["interactive", "template"])
def test_header_that_is_a_file_is_uploaded_first(
    kind: str, media: OutboundMedia, header: dict[str, Any]
) -> None:
    content = {"interactive": {"kind": "buttons"}, "template": {"name": "n", "language": "pt_BR"}}[kind]

    async def work(http: HttpClient, credentials: Credentials) -> Accepted:
        return await gateway_for("cloud_api").send(http, credentials, composed(kind, content, media=media))

    result, (upload, sent) = against(work, Answer(200, {"id": "551"}), Answer(200, SAID))
    assert result == Accepted(provider_message_id="wamid.S1")
    assert media.data in upload.body
    said = sent.json()[kind]
    assert header == (said["header"] if kind == "interactive" else said["components"][0]["parameters"][0])


def test_template_without_variables() -> None:
    assert part("template", {"name": "hello_world", "language": "en_US"}) == {
        "name": "hello_world",
        "language": {"code": "en_US"},
    }


def test_template_with_everything() -> None:
    buttons = [
        {"index": 0, "kind": "quick_reply", "value": "SIM"},
        {"index": 1, "kind": "url", "value": "pedido/7"},
        {"index": 2, "kind": "copy_code", "value": "LUME10"},
        {"index": 3, "kind": "flow", "value": "t"},
        {"index": 4, "kind": "catalog", "value": "MESA-8"},
    ]
    body = [{"text": "Bia", "name": "nome"}, {"text": "7"}]
    found = part(
        "template",
        {"name": "n", "language": "pt_BR", "header": TEXT, "body": body, "buttons": buttons},
    )
    assert found["components"] == [
        {"type": "header", "parameters": [{"type": "text", "text": "Bia"}]},
        {
            "type": "body",
            "parameters": [
                {"type": "text", "parameter_name": "nome", "text": "Bia"},
                {"type": "text", "text": "7"},
            ],
        },
        _button("0", "quick_reply", {"type": "payload", "payload": "SIM"}),
        _button("1", "url", {"type": "text", "text": "pedido/7"}),
        _button("2", "copy_code", {"type": "coupon_code", "coupon_code": "LUME10"}),
        _button("3", "flow", {"type": "action", "action": {"flow_token": "t"}}),
        _button("4", "CATALOG", {"type": "action", "action": {"thumbnail_product_retailer_id": "MESA-8"}}),
    ]


def _button(index: str, kind: str, parameter: dict[str, Any]) -> dict[str, Any]:
    return {"type": "button", "sub_type": kind, "index": index, "parameters": [parameter]}


def test_template_for_a_place_and_with_cards() -> None:
    cards = [
        {
            "header_id": "551",
            "body": TEXT,
            "buttons": [{"index": 0, "kind": "quick_reply", "value": "A"}],
        },
        {"header_kind": "video", "header_link": "https://casalume.example/b.mp4"},
    ]
    found = part("template", {"name": "n", "language": "pt_BR", "cards": cards}, location=PLACE)
    place, carousel = found["components"]
    assert place["parameters"] == [
        {
            "type": "location",
            "location": {"latitude": "-22.9", "longitude": "-47.06", "name": "Casa Lume", "address": ""},
        }
    ]
    assert carousel["type"] == "carousel"
    first, second = carousel["cards"]
    assert (first["card_index"], second["card_index"]) == (0, 1)
    assert first["components"][0]["parameters"] == [{"type": "image", "image": {"id": "551"}}]
    assert [one["type"] for one in first["components"]] == ["header", "body", "button"]
    link = {"type": "video", "video": {"link": "https://casalume.example/b.mp4"}}
    assert second["components"] == [{"type": "header", "parameters": [link]}]


def test_contacts_and_sticker() -> None:
    card = {"name": "Rui", "phones": ["+5519911112222"], "organization": "Lume", "emails": ["r@lume.example"]}
    assert part("contacts", [card]) == [
        {
            "name": {"formatted_name": "Rui", "first_name": "Rui"},
            "phones": [{"phone": "+5519911112222", "type": "CELL", "wa_id": "5519911112222"}],
            "emails": [{"email": "r@lume.example", "type": "WORK"}],
            "org": {"company": "Lume"},
        }
    ]
    assert part("sticker", None, media=PNG, media_id="551") == {"id": "551"}


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("interactive", None, "content_not_valid"),
        ("interactive", {"kind": "hologram"}, "content_not_valid"),
        ("template", {"name": "n"}, "content_not_valid"),
        ("contacts", [{}], "content_not_valid"),
        ("contacts", [], "type_not_supported"),
        ("poll", {"name": "n", "options": ["a"]}, "type_not_supported"),
        ("sticker", None, "type_not_supported"),
    ],
)
def test_what_cannot_be_composed_is_refused(kind: str, content: object, code: str) -> None:
    with pytest.raises(GatewayError) as caught:
        part(kind, content)
    assert (caught.value.kind, caught.value.code, caught.value.consequence) == ("refused", code, "never")


def test_metas_words_survive_a_refusal() -> None:
    error = {"code": 131009, "message": "(#131009)", "error_data": {"details": "Button title: max 20"}}

    async def work(http: HttpClient, credentials: Credentials) -> Accepted:
        what = composed("interactive", {"kind": "buttons", "buttons": CHOICES})
        return await gateway_for("cloud_api").send(http, credentials, what)

    result, _ = against(work, Answer(400, {"error": error}))
    assert isinstance(result, GatewayError)
    assert "Button title: max 20" in result.message


def test_abilities_are_what_can_be_composed() -> None:
    abilities = gateway_for("cloud_api").abilities
    assert set(INTERACTIVE) <= abilities
    assert not {"poll", "edit", "revoke", "history"} & abilities
