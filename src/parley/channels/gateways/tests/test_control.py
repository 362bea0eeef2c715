"""Control of a number, and fetching what customers sent, against a real socket."""

import json
from typing import Any

import pytest

from parley.channels.gateways import gateway_for
from parley.channels.gateways.cloud_api import client as cloud
from parley.channels.gateways.neutral import Address, ChannelNotWorking, Credentials, GatewayError, MediaRef
from parley.channels.gateways.tests.provider import Answer, Asked, against
from parley.channels.gateways.waha import client as waha
from parley.core.http import HttpClient

PNG = b"\x89PNG\r\n\x1a\nqr"
WRONG_STATE = Answer(
    422, {"error": "Session status is not as expected.", "status": "WORKING", "expected": ["SCAN_QR_CODE"]}
)


def run(work: Any, *answers: Answer, **named: Any) -> tuple[Any, list[Asked]]:
    async def call(http: HttpClient, credentials: Credentials) -> Any:
        return await work(http, credentials, **named)

    return against(call, *answers)


def fetch(
    provider: str, reference: dict[str, str], *answers: Answer, limit: int = 1000
) -> tuple[Any, list[Asked]]:
    media = MediaRef(reference=json.dumps(reference))
    return run(gateway_for(provider).fetch_media, *answers, media=media, limit=limit)


def test_session_is_created_with_its_signed_webhook() -> None:
    url = "https://parley.example/hooks/abc"
    result, asked = run(
        waha.create_session,
        Answer(404, {}),
        Answer(201, {}),
        Answer(201, {}),
        webhook_url=url,
        metadata={"c": "1"},
    )
    assert result is None
    assert [(one.method, one.path) for one in asked] == [
        ("GET", "/api/sessions/loja%201"),
        ("POST", "/api/sessions"),
        ("POST", "/api/sessions/loja%201/start"),
    ]
    body = asked[1].json()
    assert (body["name"], body["start"], body["config"]["metadata"]["c"]) == ("loja 1", True, "1")
    (hook,) = body["config"]["webhooks"]
    assert (hook["url"], hook["hmac"]) == (url, {"key": "segredo"})
    assert {"message", "message.any", "message.ack", "session.status"} <= set(hook["events"])
    assert hook["retries"]["attempts"] >= 15


def test_session_that_is_there_is_configured_anew() -> None:
    _, asked = run(waha.create_session, Answer(200, {"status": "STOPPED"}), webhook_url="https://p.example/h")
    assert [(one.method, one.path) for one in asked[1:]] == [
        ("PUT", "/api/sessions/loja%201"),
        ("POST", "/api/sessions/loja%201/start"),
    ]


@pytest.mark.parametrize(
    ("verb", "method", "path"),
    [
        (waha.start, "POST", "/start"),
        (waha.stop, "POST", "/stop"),
        (waha.restart, "POST", "/restart"),
        (waha.logout, "POST", "/logout"),
        (waha.delete, "DELETE", ""),
    ],
)
def test_session_verbs(verb: Any, method: str, path: str) -> None:
    result, (asked,) = run(verb, Answer(201, {}))
    assert result is None
    assert (asked.method, asked.path) == (method, f"/api/sessions/loja%201{path}")
    refused, _ = run(verb, Answer(401, {"message": "Unauthorized", "statusCode": 401}))
    assert isinstance(refused, GatewayError)
    assert refused.stops_channel
    assert "API key" in refused.message


def test_state() -> None:
    me = {"id": "5519987654321@c.us", "pushName": "Casa Lume"}
    state, _ = run(waha.read_state, Answer(200, {"name": "loja 1", "status": "WORKING", "me": me}))
    assert (state.status, state.phone_number, state.display_name) == (
        "working",
        "+5519987654321",
        "Casa Lume",
    )
    for odd in (
        {"status": "SCAN_QR_CODE", "me": None},
        {"status": "SCAN_QR_CODE", "me": {}, "timestamps": {}},
    ):
        state, _ = run(waha.read_state, Answer(200, odd))
        assert (state.status, state.phone_number) == ("scan_qr", None)
    missing = {"statusCode": 404, "message": "Session not found"}
    gone, _ = run(waha.read_state, Answer(404, missing))
    assert isinstance(gone, ChannelNotWorking)
    assert gone.state == "stopped"
    unknown, _ = run(waha.read_state, Answer(200, "not JSON"))
    assert isinstance(unknown, GatewayError)


def test_pairing() -> None:
    picture, (asked,) = run(waha.qr_code, Answer(200, PNG))
    assert picture == PNG
    assert (asked.path, asked.headers["accept"]) == ("/api/loja%201/auth/qr", "image/png")
    already, _ = run(waha.qr_code, WRONG_STATE)
    assert isinstance(already, ChannelNotWorking)
    assert already.state == "working"
    odd, _ = run(waha.qr_code, Answer(200, {"value": "2@…"}))
    assert isinstance(odd, GatewayError)
    code, (asked,) = run(waha.pairing_code, Answer(201, {"code": "ABCD-EFGH"}), phone_number="+5519987654321")
    assert (code, asked.json()) == ("ABCD-EFGH", {"phoneNumber": "5519987654321"})


def test_who_has_a_number() -> None:
    found, (asked,) = run(
        waha.check_exists,
        Answer(200, {"numberExists": True, "chatId": "551987654321@c.us"}),
        phone_number="+5519987654321",
    )
    assert found == Address(wa_id="551987654321")
    assert asked.path == "/api/contacts/check-exists?phone=5519987654321&session=loja%201"
    nobody, _ = run(waha.check_exists, Answer(200, {"numberExists": False}), phone_number="+5519987654321")
    assert nobody is None
    odd, _ = run(waha.check_exists, Answer(200, {}), phone_number="+5519987654321")
    assert isinstance(odd, GatewayError)


def test_seen_and_version() -> None:
    to = Address(wa_id="5519987654321")
    _, (asked,) = run(waha.send_seen, Answer(201, {}), to=to, message_ids=["3A01"])
    assert asked.json() == {
        "session": "loja 1", "chatId": "5519987654321@c.us", "messageIds": ["false_5519987654321@c.us_3A01"],
    }  # fmt: skip
    version, _ = run(waha.server_version, Answer(200, {"version": "2026.7.1", "engine": "GOWS"}))
    assert version == "2026.7.1 GOWS"
    another, _ = run(waha.server_version, Answer(200, {"hello": "world"}))
    assert isinstance(another, GatewayError)


def test_waha_file_comes_from_the_configured_address() -> None:
    url = "http://localhost:3000/api/files/loja/a%20b.jpg?x=1"
    result, (asked,) = fetch(
        "waha", {"url": url, "message": "false_1@c.us_3A", "chat": "1@c.us"}, Answer(200, b"jpeg")
    )
    assert result == b"jpeg"
    assert (asked.path, asked.headers["x-api-key"]) == ("/api/files/loja/a%20b.jpg?x=1", "chave")


def test_waha_file_is_found_again_through_its_message() -> None:
    reference = {"url": "http://x/api/files/old.jpg", "message": "false_1@c.us_3A", "chat": "1@c.us"}
    again = {"media": {"url": "http://localhost:3000/api/files/new.jpg"}}
    result, asked = fetch(
        "waha", reference, Answer(404, {"statusCode": 404}), Answer(200, again), Answer(200, b"jpeg")
    )
    assert result == b"jpeg"
    assert [one.path for one in asked] == [
        "/api/files/old.jpg",
        "/api/loja%201/chats/1%40c.us/messages/false_1%40c.us_3A?downloadMedia=true",
        "/api/files/new.jpg",
    ]
    gone, _ = fetch("waha", reference, Answer(404, {}), Answer(200, {"media": None}))
    assert isinstance(gone, GatewayError)
    assert (gone.kind, gone.code) == ("refused", "media_gone")


def test_waha_file_in_s3_gets_no_key() -> None:
    async def stored(http: HttpClient, credentials: Credentials) -> bytes:
        where = {"url": f"{credentials.base_url}/bucket/a.jpg?signature=1", "store": "s3"}
        return await waha.fetch_media(http, credentials, MediaRef(reference=json.dumps(where)), limit=100)

    result, (asked,) = against(stored, Answer(200, b"jpeg"))
    assert result == b"jpeg"
    assert "x-api-key" not in asked.headers


@pytest.mark.parametrize("provider", ["waha", "cloud_api"])
@pytest.mark.parametrize("reference", ["", "[]", "null", "{", '{"url": 7}', '{"url": "http://["}'])
def test_reference_that_says_nothing(provider: str, reference: str) -> None:
    result, _ = run(
        gateway_for(provider).fetch_media, Answer(404, {}), media=MediaRef(reference=reference), limit=9
    )
    assert isinstance(result, GatewayError)
    assert result.kind == "refused"


def test_long_file_is_not_read() -> None:
    result, _ = fetch("waha", {"url": "/api/files/a.mp4"}, Answer(200, b"x" * 2000))
    assert isinstance(result, GatewayError)
    assert result.code == "answer_too_large"


def test_meta_file_by_id() -> None:
    where = Answer(200, {"url": "{base}/files/mid=5501", "mime_type": "image/jpeg", "file_size": "4"})
    result, asked = fetch("cloud_api", {"id": "5501"}, where, Answer(404, ""), where, Answer(200, b"jpeg"))
    assert result == b"jpeg"
    assert [one.path for one in asked[:2]] == ["/5501?phone_number_id=loja%201", "/files/mid=5501"]
    assert len(asked) == 4
    assert all(one.headers["authorization"] == "Bearer EAAtoken" for one in asked)


def test_metas_token_stays_with_meta() -> None:
    elsewhere = Answer(200, {"url": "{base}/files/5501"})

    async def through_another_name(http: HttpClient, credentials: Credentials) -> bytes:
        named = Credentials(
            base_url=credentials.base_url.replace("127.0.0.1", "localhost"),
            external_id="1",
            secrets=credentials.secrets,
        )
        return await gateway_for("cloud_api").fetch_media(
            http, named, MediaRef(reference='{"id":"5501"}'), limit=100
        )

    result, asked = against(through_another_name, elsewhere, Answer(200, b"jpeg"))
    assert result == b"jpeg"
    assert "authorization" in asked[0].headers
    assert "authorization" not in asked[1].headers


def test_meta_file_at_a_private_address_is_refused() -> None:
    result, _ = fetch("cloud_api", {"id": "5501"}, Answer(200, {"url": "http://169.254.169.254/latest"}))
    assert isinstance(result, GatewayError)
    assert result.code == "address_refused"


def test_meta_number() -> None:
    said = {
        "id": "700100", "display_phone_number": "+55 19 3000-1000", "verified_name": "Casa Lume",
        "quality_rating": "GREEN", "throughput": {"level": "STANDARD"}, "messaging_limit_tier": "TIER_1K",
    }  # fmt: skip
    number, (asked,) = run(cloud.read_number, Answer(200, said))
    assert (number.phone_number, number.verified_name, number.quality) == (
        "+551930001000",
        "Casa Lume",
        "GREEN",
    )
    assert (number.throughput, number.messaging_limit, number.status) == ("STANDARD", "TIER_1K", None)
    assert asked.path.startswith("/loja%201?fields=")
    expired = {"error": {"code": 190, "error_subcode": 463, "message": "Session has expired"}}
    refused, _ = run(cloud.read_number, Answer(401, expired))
    assert isinstance(refused, GatewayError)
    assert "new system-user token" in refused.message
    other, _ = run(cloud.read_number, Answer(200, {"hello": "world"}))
    assert isinstance(other, GatewayError)


def test_meta_subscription_and_reading() -> None:
    yes, no = Answer(200, {"success": True}), Answer(200, {"success": False})
    _, (asked,) = run(cloud.subscribe_account, yes, account_id="9900")
    assert (asked.method, asked.path) == ("POST", "/9900/subscribed_apps")
    _, (asked,) = run(cloud.override_webhook, yes, webhook_url="https://p.example/h", verify_token="ficha")
    assert asked.json() == {
        "webhook_configuration": {"override_callback_uri": "https://p.example/h", "verify_token": "ficha"}
    }
    _, (asked,) = run(cloud.mark_read, yes, message_id="wamid.A")
    assert asked.json() == {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.A"}
    doubtful, _ = run(cloud.mark_read, no, message_id="wamid.A")
    assert isinstance(doubtful, GatewayError)
