"""Sending against a real socket: what goes over the wire, and what each sort of answer means."""

import base64
import re
from typing import Any

import pytest

from parley.channels.gateways import PROVIDERS, gateway_for
from parley.channels.gateways.neutral import (
    Accepted,
    Address,
    Credentials,
    GatewayError,
    Location,
    OutboundMedia,
    OutboundMessage,
)
from parley.channels.gateways.tests.provider import MESSAGE_ID, Answer, Asked, against, message
from parley.core.http import HttpClient

TO = Address(wa_id="5519987654321", lid="88001122", bsuid="BR.13")
PNG = OutboundMedia(data=b"\x89PNG mesa", mime_type="image/png", filename="mesa.png")
REF = {name: gateway_for(name).client_ref_for(MESSAGE_ID) for name in PROVIDERS}
GOOD: dict[str, Any] = {
    "waha": {
        "key": {"remoteJid": "5519987654321@s.whatsapp.net", "fromMe": True, "id": REF["waha"]},
        "status": 1,
    },
    "cloud_api": {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "+5519987654321", "wa_id": "551987654321"}],
        "messages": [{"id": "wamid.S1"}],
    },
}


def send(provider: str, what: OutboundMessage, *answers: Answer) -> tuple[Any, list[Asked]]:
    async def work(http: HttpClient, credentials: Credentials) -> Accepted:
        return await gateway_for(provider).send(http, credentials, what)

    return against(work, *answers)


def text(provider: str, **fields: Any) -> OutboundMessage:
    return message(**({"client_ref": REF[provider], "to": TO, "type": "text", "body": "Está sim!"} | fields))


def failure(provider: str, answer: Answer) -> GatewayError:
    result, asked = send(provider, text(provider), answer)
    assert isinstance(result, GatewayError), result
    assert len(asked) == 1
    assert "EAAtoken" not in str(result)
    assert "chave" not in str(result)
    return result


def test_the_chosen_ids() -> None:
    assert re.fullmatch(r"3EB0[0-9A-F]{18}", REF["waha"])
    assert REF["cloud_api"] == str(MESSAGE_ID)


def test_waha_requests() -> None:
    data = base64.b64encode(PNG.data).decode()
    file = {"file": {"mimetype": "image/png", "filename": "mesa.png", "data": data}}
    chat = {"session": "loja 1", "chatId": "5519987654321@c.us"}
    place = Location(latitude=-22.9, longitude=-47.06, name="Casa Lume")
    video = OutboundMedia(data=PNG.data, mime_type="video/mp4", filename="mesa.mp4")
    video_file = {"file": {"mimetype": "video/mp4", "filename": "mesa.mp4", "data": data}}
    cases: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
        ({}, "/api/sendText", chat | {"text": "Está sim!", "id": REF["waha"]}),
        (
            {"quoted_id": "3A01", "quoted_from_us": False},
            "/api/sendText",
            chat | {"text": "Está sim!", "id": REF["waha"], "reply_to": "false_5519987654321@c.us_3A01"},
        ),
        (
            {"to": Address(lid="88001122")},
            "/api/sendText",
            {"session": "loja 1", "chatId": "88001122@lid", "text": "Está sim!", "id": REF["waha"]},
        ),
        ({"type": "image", "media": PNG}, "/api/sendImage", chat | file | {"caption": "Está sim!"}),
        ({"type": "document", "media": PNG, "body": ""}, "/api/sendFile", chat | file),
        ({"type": "audio", "media": PNG, "body": ""}, "/api/sendFile", chat | file),
        ({"type": "voice", "media": PNG, "body": ""}, "/api/sendVoice", chat | file | {"convert": True}),
        (
            {"type": "video", "media": video, "body": ""},
            "/api/sendVideo",
            chat | video_file | {"caption": "", "convert": False, "asNote": False},
        ),
        (
            {"type": "location", "location": place, "body": ""},
            "/api/sendLocation",
            chat | {"latitude": -22.9, "longitude": -47.06, "title": "Casa Lume", "id": REF["waha"]},
        ),
    ]
    for fields, path, payload in cases:
        result, (asked,) = send("waha", text("waha", **fields), Answer(201, GOOD["waha"]))
        assert result == Accepted(provider_message_id=REF["waha"], http_status=201)
        assert (asked.method, asked.path, asked.json()) == ("POST", path, payload)
        assert asked.headers["x-api-key"] == "chave"


def test_waha_reaction() -> None:
    what = text("waha", type="reaction", body="👍", target_id="3EB0AA", target_from_us=True)
    result, (asked,) = send("waha", what, Answer(200, ""))
    assert result == Accepted(provider_message_id=None)
    assert (asked.method, asked.path) == ("PUT", "/api/reaction")
    assert asked.json() == {
        "session": "loja 1",
        "messageId": "true_5519987654321@c.us_3EB0AA",
        "reaction": "👍",
    }


def test_cloud_requests() -> None:
    around = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+5519987654321",
        "biz_opaque_callback_data": str(MESSAGE_ID),
    }
    place = Location(latitude=-22.9, longitude=-47.06, name="Casa Lume")
    link = "https://casalume.example/mesa"
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({}, {"type": "text", "text": {"body": "Está sim!", "preview_url": False}}),
        ({"body": link}, {"type": "text", "text": {"body": link, "preview_url": True}}),
        (
            {"quoted_id": "wamid.Q"},
            {
                "type": "text",
                "text": {"body": "Está sim!", "preview_url": False},
                "context": {"message_id": "wamid.Q"},
            },
        ),
        (
            {"type": "location", "location": place},
            {"type": "location", "location": {"latitude": -22.9, "longitude": -47.06, "name": "Casa Lume"}},
        ),
        (
            {"type": "reaction", "body": "👍", "target_id": "wamid.T"},
            {"type": "reaction", "reaction": {"message_id": "wamid.T", "emoji": "👍"}},
        ),
    ]
    for fields, payload in cases:
        result, (asked,) = send("cloud_api", text("cloud_api", **fields), Answer(200, GOOD["cloud_api"]))
        assert result == Accepted(provider_message_id="wamid.S1", wa_id="551987654321")
        assert (asked.method, asked.path, asked.json()) == ("POST", "/loja%201/messages", around | payload)
        assert asked.headers["authorization"] == "Bearer EAAtoken"
    _, (asked,) = send(
        "cloud_api", text("cloud_api", to=Address(bsuid="BR.13")), Answer(200, GOOD["cloud_api"])
    )
    assert asked.json()["recipient"] == "BR.13"
    assert "to" not in asked.json()


def test_cloud_file_is_uploaded_first() -> None:
    for kind, part in (
        ("image", {"id": "551", "caption": "Está sim!"}),
        ("document", {"id": "551", "caption": "Está sim!", "filename": "mesa.png"}),
        ("voice", {"id": "551", "voice": True}),
        ("audio", {"id": "551"}),
    ):
        what = text("cloud_api", type=kind, media=PNG)
        result, asked = send("cloud_api", what, Answer(200, {"id": "551"}), Answer(200, GOOD["cloud_api"]))
        assert isinstance(result, Accepted), result
        upload, sent = asked
        assert upload.path == "/loja%201/media"
        assert PNG.data in upload.body
        assert b'name="messaging_product"' in upload.body
        assert b"image/png" in upload.body
        body = sent.json()
        assert body[body["type"]] == part


@pytest.mark.parametrize(
    "answer", [Answer(fault="reset"), Answer(fault="hang"), Answer(502, "Bad Gateway"), Answer(200, "")]
)
def test_lost_upload_has_sent_nothing(answer: Answer) -> None:
    result, asked = send("cloud_api", text("cloud_api", type="image", media=PNG), answer)
    assert isinstance(result, GatewayError)
    assert (result.kind, len(asked)) == ("throttled", 1)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_nobody_and_nothing_to_send(provider: str) -> None:
    for fields in (
        {"to": Address()},
        {"type": "poll"},
        {"type": "image"},
        {"type": "location"},
        {"type": "reaction"},
    ):
        result, asked = send(provider, text(provider, **fields), Answer(200, GOOD[provider]))
        assert isinstance(result, GatewayError)
        assert (result.kind, asked) == ("refused", [])


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(fault="reset"), id="reset"),
        pytest.param(Answer(fault="hang"), id="timeout"),
        pytest.param(Answer(500, "Bad Gateway"), id="500 in plain text"),
        pytest.param(Answer(502, "<html>"), id="502 of a proxy"),
        pytest.param(Answer(503, {"unheard": "of"}), id="503 in unknown JSON"),
        pytest.param(Answer(200, ""), id="200 and nothing"),
        pytest.param(Answer(201, "Created"), id="201 in plain text"),
        pytest.param(Answer(200, {"ok": True}), id="200 without an id"),
        pytest.param(Answer(200, "[1]"), id="200 with a list"),
        pytest.param(Answer(200, '{"messages":[{"id":"wam'), id="200 cut off"),
        pytest.param(Answer(200, "<!DOCTYPE html><title>Sign in</title>"), id="200 of a login page"),
        pytest.param(Answer(500, '{"error":{"code":13'), id="500 cut off"),
        pytest.param(Answer(408, "slow"), id="408"),
        pytest.param(Answer(302, "", {"Location": "/elsewhere"}), id="redirect"),
    ],
)
def test_what_nobody_can_know_is_uncertain(provider: str, answer: Answer) -> None:
    assert failure(provider, answer).kind == "uncertain"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_answers_of_something_in_between(provider: str) -> None:
    refused = failure(provider, Answer(403, "Forbidden"))
    assert (refused.kind, refused.stops_channel) == ("refused", False)
    throttled = failure(provider, Answer(429, "Too many", {"Retry-After": "7"}))
    assert (throttled.kind, throttled.retry_after) == ("throttled", 7)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_connection_is_unreachable_and_a_private_address_refused(provider: str) -> None:
    async def nowhere(http: HttpClient, credentials: Credentials) -> Accepted:
        gone = Credentials(base_url="http://127.0.0.1:9", external_id="a", secrets={})
        return await gateway_for(provider).send(http, gone, text(provider))

    async def private(http: HttpClient, credentials: Credentials) -> Accepted:
        inside = Credentials(base_url="http://10.0.0.1:3000", external_id="a", secrets={})
        return await gateway_for(provider).send(http, inside, text(provider))

    result, _ = against(nowhere, Answer())
    assert isinstance(result, GatewayError)
    assert result.kind == "unreachable"
    result, _ = against(private, Answer())
    assert isinstance(result, GatewayError)
    assert (result.kind, result.code, result.stops_channel) == ("refused", "address_refused", True)
