"""The Cloud API: handshake, sends, window, media, webhooks, refusals in Meta's envelope."""

import base64
import time
from typing import Any

import pytest

from parley.simulator.cloud.events import sign
from parley.simulator.people.phones import Letter
from parley.simulator.testing import Refusal, Simulator
from parley.simulator.tests.conftest import VERIFY_TOKEN, Receiver

MARINA = "5519998761234"
NUMBER = "109800000000001"


@pytest.fixture
def shop(whatsapp: Simulator, receiver: Receiver) -> Simulator:
    whatsapp.add_cloud_app(callback_url=receiver.url, verify_token=VERIFY_TOKEN)
    return whatsapp


def body_of(type_: str, content: object, **more: object) -> dict[str, Any]:
    to = f"+{MARINA}"
    return {"messaging_product": "whatsapp", "to": to, "type": type_, type_: content, **more}


def send(shop: Simulator, body: dict[str, Any], *, prefix: str = "/v25.0") -> Any:
    return shop.cloud("POST", f"{prefix}/{NUMBER}/messages", body)


@pytest.mark.parametrize("prefix", ["/v23.0", "/v26.0", ""])
def test_any_version_and_none_reach_the_same_number(shop: Simulator, prefix: str) -> None:
    shop.say(MARINA, "Oi")
    answer = send(shop, body_of("text", {"body": "Olá"}), prefix=prefix)
    assert answer["contacts"] == [{"input": f"+{MARINA}", "wa_id": MARINA}]
    assert answer["messages"][0]["id"].startswith("wamid.HBg")


def test_a_handshake_with_the_wrong_token_leaves_no_callback(whatsapp: Simulator, receiver: Receiver) -> None:
    with pytest.raises(Refusal) as refusal:
        whatsapp.add_cloud_app(callback_url=receiver.url, verify_token="wrong")
    assert refusal.value.status == 422
    assert refusal.value.body["webhook"]["verified"] is False  # type: ignore[index]
    whatsapp.say(MARINA, "Oi")
    assert whatsapp.deliveries() == []


def test_an_app_that_is_there_is_not_replaced_by_saying_nothing(shop: Simulator) -> None:
    with pytest.raises(Refusal) as refusal:
        shop.add_cloud_app(replace=False, app_secret="another")
    assert refusal.value.status == 409
    assert "replace: true" in refusal.value.body["error"]  # type: ignore[index]
    other = shop.add_cloud_app(
        replace=False, app_id="480000000000002", waba_id="102200000000002", access_token="other", numbers=[]
    )
    assert other["app_id"] == "480000000000002"
    assert shop.add_cloud_app(replace=False, app_id="480000000000001")["app_id"] == "480000000000001"
    assert shop.add_cloud_app(replace=True)["app_id"] == "480000000000001"


def test_a_number_has_its_own_callback_after_a_handshake(whatsapp: Simulator, receiver: Receiver) -> None:
    whatsapp.add_cloud_app()
    order = {"override_callback_uri": receiver.url, "verify_token": "wrong"}
    with pytest.raises(Refusal) as refusal:
        whatsapp.cloud("POST", f"/v25.0/{NUMBER}", {"webhook_configuration": order})
    assert refusal.value.body["error"]["code"] == 2200  # type: ignore[index]
    order["verify_token"] = VERIFY_TOKEN
    whatsapp.cloud("POST", f"/v25.0/{NUMBER}", {"webhook_configuration": order})
    whatsapp.say(MARINA, "Oi")
    whatsapp.until(lambda: receiver.cloud("messages"))


def test_webhooks_are_signed_over_escaped_bytes(shop: Simulator, receiver: Receiver) -> None:
    shop.say(MARINA, "Olá 😍")
    (message,) = shop.until(lambda: receiver.cloud("messages"))
    assert message["text"] == {"body": "Olá 😍"}
    (hook,) = receiver.hooks
    assert hook.headers["x-hub-signature-256"] == f"sha256={sign('simulated-app-secret', hook.body)}"
    assert hook.body.isascii()
    value = hook.json["entry"][0]["changes"][0]["value"]
    assert value["metadata"] == {"display_phone_number": "551932110001", "phone_number_id": NUMBER}
    assert value["contacts"][0]["profile"]["name"] == "Marina Souza"
    assert isinstance(message["timestamp"], str)


def test_statuses_carry_our_callback_data_and_a_price(shop: Simulator, receiver: Receiver) -> None:
    shop.say(MARINA, "Oi")
    answer = send(shop, body_of("text", {"body": "Olá"}, biz_opaque_callback_data="ours-1"))
    shop.until(lambda: receiver.cloud("statuses"))
    shop.read_all(MARINA)
    shop.until(lambda: len(receiver.cloud("statuses")) == 3)
    statuses = {status["status"]: status for status in receiver.cloud("statuses")}
    assert set(statuses) == {"sent", "delivered", "read"}
    assert {status["biz_opaque_callback_data"] for status in statuses.values()} == {"ours-1"}
    assert {status["id"] for status in statuses.values()} == {answer["messages"][0]["id"]}
    assert statuses["sent"]["pricing"]["category"] == "service"
    assert "pricing" not in statuses["read"]


def test_the_window_closes_after_a_day(shop: Simulator, receiver: Receiver) -> None:
    shop.say(MARINA, "Ontem", at=time.time() - 25 * 3600)
    with pytest.raises(Refusal) as refusal:
        send(shop, body_of("text", {"body": "Tarde demais"}))
    error = refusal.value.body["error"]  # type: ignore[index]
    assert (error["code"], error["type"]) == (131047, "OAuthException")
    assert "24 hours" in error["error_data"]["details"]
    answer = send(shop, body_of("template", {"name": "hello", "language": {"code": "pt_BR"}}))
    assert answer["messages"][0]["message_status"] == "accepted"
    shop._simulator("POST", f"cloud/numbers/{NUMBER}", {"late_refusals": True})
    send(shop, body_of("text", {"body": "Tarde"}))
    failed = shop.until(lambda: [s for s in receiver.cloud("statuses") if s["status"] == "failed"])
    assert failed[0]["errors"][0]["code"] == 131047


@pytest.mark.parametrize(
    ("body", "token", "status", "code"),
    [
        (body_of("text", {"body": "a"}), "wrong", 401, 190),
        ({"to": "1"}, "", 400, 100),
        (body_of("text", {"body": ""}), "", 400, 131008),
        (body_of("text", {"body": "a" * 4097}), "", 400, 131009),
        (body_of("hologram", {}), "", 400, 131051),
        (body_of("image", {"id": "404"}), "", 400, 131009),
        ({**body_of("text", {"body": "a"}), "to": "+551932110001"}, "", 400, 131021),
    ],
)
def test_refusals_come_in_the_envelope(
    shop: Simulator, body: dict[str, Any], token: str, status: int, code: int
) -> None:
    shop.say(MARINA, "Oi")
    with pytest.raises(Refusal) as refusal:
        shop.cloud("POST", f"/v25.0/{NUMBER}/messages", body, token=token)
    assert refusal.value.status == status
    assert refusal.value.body["error"]["code"] == code  # type: ignore[index]
    assert shop.ledger() == []


def test_somebody_without_whatsapp_fails_afterwards(shop: Simulator, receiver: Receiver) -> None:
    shop.add_person(MARINA, registered=False)
    send(shop, body_of("template", {"name": "hello", "language": {"code": "pt_BR"}}))
    (status,) = shop.until(lambda: receiver.cloud("statuses"))
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131026)


def test_media_goes_up_is_described_and_comes_down_with_the_token(shop: Simulator) -> None:
    form = (
        b'--b\r\ncontent-disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n'
        b'--b\r\ncontent-disposition: form-data; name="type"\r\n\r\nimage/png\r\n'
        b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n'
        b"content-type: image/png\r\n\r\nPNGDATA\r\n--b--\r\n"
    )
    import json
    import urllib.request

    bearer = {"authorization": "Bearer simulated-access-token"}
    headers = {**bearer, "content-type": "multipart/form-data; boundary=b"}
    request = urllib.request.Request(f"{shop.url}/v25.0/{NUMBER}/media", form, headers)  # noqa: S310
    media_id = json.load(urllib.request.urlopen(request))["id"]  # noqa: S310
    facts = shop.cloud("GET", f"/v25.0/{media_id}")
    assert (facts["mime_type"], int(facts["file_size"])) == ("image/png", 7)
    path = facts["url"].removeprefix(shop.url)
    assert shop.cloud("GET", path) == b"PNGDATA"
    with pytest.raises(Refusal) as refusal:
        shop._call("GET", path, None, {})
    assert refusal.value.status == 401
    shop.say(MARINA, "Oi")
    send(shop, body_of("image", {"id": media_id, "caption": "Mesa"}))
    assert shop.chat(MARINA)[-1].media_id == media_id
    assert shop.cloud("DELETE", f"/v25.0/{media_id}") == {"success": True}


@pytest.mark.parametrize(
    ("letter", "field"),
    [
        (Letter(type="image", body="olha"), "image"),
        (Letter(type="voice"), "audio"),
        (Letter(type="document"), "document"),
        (Letter(type="sticker"), "sticker"),
        (Letter(type="location"), "location"),
        (Letter(type="contacts", contacts=[{"name": "Ana Ribeiro", "phone": "+55 19 1"}]), "contacts"),
        (Letter(type="video", data=base64.b64encode(b"film").decode(), mime_type="video/mp4"), "video"),
    ],
)
def test_customers_write_every_type(shop: Simulator, receiver: Receiver, letter: Letter, field: str) -> None:
    shop.write(MARINA, letter)
    (message,) = shop.until(lambda: receiver.cloud("messages"))
    assert message["type"] == field
    assert message[field]
    if field == "audio":
        assert message["audio"]["voice"] is True


def test_quotes_and_reactions_name_their_message(shop: Simulator, receiver: Receiver) -> None:
    shop.say(MARINA, "Oi")
    sent = send(shop, body_of("text", {"body": "Olá"}))["messages"][0]["id"]
    shop.write(MARINA, Letter(body="Linda", quoted_id=sent))
    shop.write(MARINA, Letter(type="reaction", target_id=sent, emoji="❤️"))
    shop.write(MARINA, Letter(type="reaction", target_id=sent, emoji=""))
    shop.until(lambda: len(receiver.cloud("messages")) == 4)
    quote = next(message for message in receiver.cloud("messages") if "context" in message)
    assert quote["context"] == {"from": "551932110001", "id": sent}
    reactions = [m["reaction"] for m in receiver.cloud("messages") if m["type"] == "reaction"]
    assert {"message_id": sent, "emoji": "❤️"} in reactions
    assert {"message_id": sent} in reactions


def test_marking_as_read_shows_on_the_customers_phone(shop: Simulator) -> None:
    written = shop.say(MARINA, "Oi")
    order = {"messaging_product": "whatsapp", "status": "read", "message_id": written}
    assert send(shop, {**order, "typing_indicator": {"type": "text"}}) == {"success": True}
    assert shop.chat(MARINA)[0].status == "read"


def test_numbers_profile_and_subscription_can_be_read(shop: Simulator) -> None:
    fields = "id,verified_name,throughput,health_status"
    facts = shop.cloud("GET", f"/v25.0/{NUMBER}?fields={fields}")
    assert set(facts) == {"id", "verified_name", "throughput", "health_status"}
    rows = shop.cloud("GET", "/v25.0/102200000000001/phone_numbers")
    assert [row["id"] for row in rows["data"]] == [NUMBER]
    assert shop.cloud("POST", "/v25.0/102200000000001/subscribed_apps") == {"success": True}
    shop.cloud("POST", f"/v25.0/{NUMBER}/whatsapp_business_profile", {"about": "Móveis"})
    profile = shop.cloud("GET", f"/v25.0/{NUMBER}/whatsapp_business_profile?fields=about")
    assert profile == {"data": [{"about": "Móveis"}]}


def test_only_200_is_taken_as_delivered(shop: Simulator, receiver: Receiver) -> None:
    receiver.statuses[:] = [204, 500]
    shop.say(MARINA, "Oi")
    shop.until(lambda: len(receiver.hooks) == 3)
    assert [outcome.status for outcome in shop.deliveries()] == [204, 500, 200]
