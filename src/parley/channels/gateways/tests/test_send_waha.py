"""What WAHA can send beyond text and files, changes to what was sent, and the answers of each engine."""

from typing import Any

import pytest

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import Accepted, Address, Credentials, GatewayError, OutboundMedia
from parley.channels.gateways.tests.provider import Answer, Asked, against
from parley.channels.gateways.tests.test_send import GOOD, PNG, REF, TO, send, text
from parley.core.http import HttpClient

GATEWAY = gateway_for("waha")
CHAT = {"session": "loja 1", "chatId": "5519987654321@c.us"}
BOTH = Address(wa_id="5519987654321", lid="88001122")
NOT_FOUND = Answer(404, {"statusCode": 404, "message": "Message not found", "error": "Not Found"})


def sent(kind: str, content: dict[str, Any], **fields: Any) -> tuple[str, dict[str, Any]]:
    result, (asked,) = send(
        "waha", text("waha", type=kind, content=content, **fields), Answer(201, GOOD["waha"])
    )
    assert result == Accepted(provider_message_id=REF["waha"], http_status=201)
    payload = asked.json()
    assert CHAT.items() <= payload.items()
    return asked.path, {name: value for name, value in payload.items() if name not in CHAT}


def refused(kind: str, content: dict[str, Any]) -> GatewayError:
    result, asked = send("waha", text("waha", type=kind, content=content), Answer(201, GOOD["waha"]))
    assert isinstance(result, GatewayError)
    assert (result.kind, asked) == ("refused", [])
    return result


def test_link_in_a_text_gets_a_preview() -> None:
    assert sent("text", {}, body="https://casalume.example")[1] == {
        "text": "https://casalume.example", "id": REF["waha"], "linkPreview": True,
    }  # fmt: skip


def test_poll() -> None:
    poll = {"name": "Qual cor?", "options": ["Nogueira", "Carvalho"], "multiple": True}
    told = {"name": "Qual cor?", "options": ["Nogueira", "Carvalho"], "multipleAnswers": True}
    assert sent("poll", {"poll": poll}) == ("/api/sendPoll", {"poll": told, "id": REF["waha"]})


def test_cards() -> None:
    card = {
        "name": "Rui, da oficina",
        "phones": ["+5519911112222"],
        "organization": "Casa; Lume",
        "emails": ["r@x.example"],
    }
    path, payload = sent("contacts", {"contacts": [card, {"name": ""}]})
    assert (path, payload["id"]) == ("/api/sendContactVcard", REF["waha"])
    first, second = (one["vcard"].split("\n") for one in payload["contacts"])
    assert first == [
        "BEGIN:VCARD", "VERSION:3.0", r"N:;Rui\, da oficina;;;", r"FN:Rui\, da oficina", r"ORG:Casa\; Lume;",
        "TEL;type=CELL;type=VOICE;waid=5519911112222:+5519911112222", "EMAIL;type=INTERNET:r@x.example",
        "END:VCARD",
    ]  # fmt: skip
    assert "FN:?" in second
    assert refused("contacts", {"contacts": []}).code == "type_not_supported"


def test_nobody_writes_lines_of_their_own_into_a_card() -> None:
    name = "Rui\r\nEND:VCARD\nBEGIN:VCARD\u2028TEL:+1"
    card = {"name": name, "phones": ["+55\n19:;abc911112222"], "organization": "x\nTEL:1", "emails": ["a\nb"]}
    _, payload = sent("contacts", {"contacts": [card]})
    lines = payload["contacts"][0]["vcard"].splitlines()
    assert [one.partition(":")[0].partition(";")[0] for one in lines] == [
        "BEGIN", "VERSION", "N", "FN", "ORG", "TEL", "EMAIL", "END",
    ]  # fmt: skip
    assert lines[5].endswith(":+5519911112222")


def test_list() -> None:
    part = {
        "kind": "list", "header": "Mesas", "footer": "Casa Lume", "button": "Ver",
        "sections": [{"title": "Jantar", "choices": [
            {"id": "m1", "title": "Nogueira", "description": "2 m"}, {"id": "m2", "title": "Carvalho"}]}],
    }  # fmt: skip
    rows = [{"title": "Nogueira", "rowId": "m1", "description": "2 m"}, {"title": "Carvalho", "rowId": "m2"}]
    told = {
        "title": "Mesas", "description": "Está sim!", "footer": "Casa Lume", "button": "Ver",
        "sections": [{"title": "Jantar", "rows": rows}],
    }  # fmt: skip
    assert sent("interactive", {"interactive": part}) == ("/api/sendList", {"message": told})


def test_link_with_a_preview_of_our_own() -> None:
    part = {
        "kind": "link",
        "url": "https://casalume.example/m",
        "button": "Ver a mesa",
        "header": "Mesa",
        "footer": "Até sábado",
    }
    path, payload = sent("interactive", {"interactive": part}, media=PNG)
    assert path == "/api/send/link-custom-preview"
    assert payload["text"] == "Está sim!\nAté sábado\nhttps://casalume.example/m"
    preview = payload["preview"]
    assert (preview["url"], preview["title"], preview["description"]) == (part["url"], "Mesa", "Até sábado")
    assert set(preview["image"]) == {"data"}
    _, payload = sent(
        "interactive",
        {"interactive": {"kind": "link", "url": "https://a.example"}},
        body="veja https://a.example",
    )
    assert payload["text"] == "veja https://a.example"
    assert payload["preview"]["title"] == "https://a.example"


def test_sticker_and_round_video() -> None:
    webp = OutboundMedia(data=b"RIFF", mime_type="image/webp", filename="oi.webp")
    path, payload = sent("sticker", {}, media=webp, body="")
    assert (path, payload["file"]["mimetype"]) == ("/api/sendImage", "image/webp")
    film = OutboundMedia(data=b"mp4", mime_type="video/quicktime", filename="oi.mov")
    path, payload = sent("video", {"note": True}, media=film, body="")
    assert (path, payload["asNote"], payload["convert"], payload["caption"]) == (
        "/api/sendVideo",
        True,
        True,
        "",
    )


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("interactive", {"interactive": {"kind": "buttons", "buttons": [{"id": "1", "title": "Sim"}]}}),
        ("interactive", {"interactive": {"kind": "flow"}}),
        ("interactive", {"interactive": {"kind": "link"}}),
        ("interactive", {"interactive": {"kind": "dance"}}),
        ("interactive", {}),
        ("template", {"template": {"name": "a", "language": "pt_BR"}}),
        ("poll", {"poll": {"name": "?"}}),
        ("contacts", {"contacts": "x"}),
        ("order", {}),
    ],
)
def test_what_waha_has_no_call_for_is_refused_before_it_leaves(kind: str, content: dict[str, Any]) -> None:
    assert refused(kind, content).consequence == "never"
    assert "buttons" not in GATEWAY.abilities


@pytest.mark.parametrize(
    "answer",
    [
        {"id": "true_5519987654321@c.us_3EB0AA", "timestamp": 1, "ack": 0},
        {
            "id": {
                "fromMe": True,
                "remote": "5519987654321@c.us",
                "id": "3EB0AA",
                "_serialized": "true_1@c.us_3EB0AA",
            }
        },
        {"_data": {"id": {"_serialized": "true_5519987654321@c.us_3EB0AA"}}, "id": None},
        {"id": {"fromMe": True, "id": "3EB0AA"}},
        {"key": {"remoteJid": "5519987654321@s.whatsapp.net", "id": "3EB0AA"}, "status": "PENDING"},
        {"key": {"id": "3EB0AA"}, "status": 1, "messageTimestamp": "1761027951"},
        {"_data": {"Info": {"ID": "3EB0AA", "Chat": "88001122@lid"}}},
        {"_data": {"key": {"id": "3EB0AA"}}},
        {"id": "3EB0AA"},
    ],
)
def test_every_engines_answer_names_the_message(answer: dict[str, Any]) -> None:
    for status in (200, 201):
        result, _ = send("waha", text("waha"), Answer(status, answer))
        assert result == Accepted(provider_message_id="3EB0AA", http_status=status)


def test_success_that_is_none() -> None:
    refusal = {"statusCode": 500, "exception": {"message": "server returned error 463"}}
    result, _ = send("waha", text("waha"), Answer(201, refusal))
    assert isinstance(result, GatewayError)
    assert (result.kind, result.code, result.consequence) == ("refused", "463", "later")


def change(verb: str, *answers: Answer, to: Address = TO, **fields: Any) -> tuple[Any, list[Asked]]:
    async def work(http: HttpClient, credentials: Credentials) -> None:
        await getattr(GATEWAY, verb)(http, credentials, to=to, message_id="3EB0AA", **fields)

    return against(work, *answers)


def test_edit_and_revoke() -> None:
    by_number = "/api/loja%201/chats/5519987654321%40c.us/messages/true_5519987654321%40c.us_3EB0AA"
    by_lid = "/api/loja%201/chats/88001122%40lid/messages/true_88001122%40lid_3EB0AA"
    verbs: list[tuple[str, dict[str, Any], str]] = [
        ("edit", {"body": "Olá"}, "PUT"),
        ("revoke", {}, "DELETE"),
    ]
    for verb, fields, method in verbs:
        result, (asked,) = change(verb, Answer(200, ""), **fields)
        assert result is None
        assert (asked.method, asked.path) == (method, by_number)
        if verb == "edit":
            assert asked.json() == {"text": "Olá", "linkPreview": False}
        result, tried = change(verb, NOT_FOUND, Answer(200, {}), to=BOTH, **fields)
        assert result is None
        assert [one.path for one in tried] == [by_number, by_lid]
        for to in (BOTH, Address(wa_id="5519987654321")):
            result, _ = change(verb, NOT_FOUND, to=to, **fields)
            assert isinstance(result, GatewayError)
            assert (result.kind, result.code) == ("refused", "message_gone")
        result, tried = change(verb, Answer(500, "x"), to=BOTH, **fields)
        assert isinstance(result, GatewayError)
        assert (result.kind, len(tried)) == ("uncertain", 1)


def test_typing() -> None:
    result, (asked,) = change_typing(Answer(201, {"result": True}))
    assert result is None
    assert (asked.path, asked.json()) == ("/api/startTyping", CHAT)


def change_typing(answer: Answer) -> tuple[Any, list[Asked]]:
    async def work(http: HttpClient, credentials: Credentials) -> None:
        await GATEWAY.show_typing(http, credentials, to=TO, message_id=None)

    return against(work, answer)


def test_abilities_are_what_can_be_sent() -> None:
    assert GATEWAY.abilities >= {
        "text",
        "voice",
        "sticker",
        "poll",
        "list",
        "link",
        "edit",
        "revoke",
        "history",
    }
    assert not GATEWAY.abilities & {"template", "buttons", "flow", "catalog"}
