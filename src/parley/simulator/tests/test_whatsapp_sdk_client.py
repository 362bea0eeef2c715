"""whatsapp-sdk, a published client with strict answers, drives the simulated Cloud API."""

import pytest
from whatsapp_sdk import WhatsAppClient
from whatsapp_sdk.exceptions import WhatsAppAuthenticationError, WhatsAppValidationError
from whatsapp_sdk.models.webhooks import WebhookEvent

from parley.simulator.people.phones import Letter
from parley.simulator.testing import Simulator
from parley.simulator.tests.cloud_people import MARINA, NUMBER, TOKEN
from parley.simulator.tests.conftest import VERIFY_TOKEN, Receiver


@pytest.fixture
def shop(whatsapp: Simulator, receiver: Receiver) -> Simulator:
    whatsapp.add_cloud_app(callback_url=receiver.url, verify_token=VERIFY_TOKEN)
    return whatsapp


def client_of(shop: Simulator, *, token: str = TOKEN) -> WhatsAppClient:
    return WhatsAppClient(
        phone_number_id=NUMBER,
        access_token=token,
        base_url=shop.url,
        max_retries=0,
        app_secret="simulated-app-secret",
    )


def test_it_sends_and_marks(shop: Simulator) -> None:
    client = client_of(shop)
    written = shop.say(MARINA, "Oi")
    answers = [
        client.messages.send_text(MARINA, "Olá"),
        client.messages.send_location(MARINA, -22.9, -47.06, name="Loja"),
        client.messages.send_interactive(
            MARINA,
            {
                "type": "button",
                "body": {"text": "Certo?"},
                "action": {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Sim"}}]},
            },
        ),
        client.templates.send(MARINA, "hello", "pt_BR"),
    ]
    assert [answer.messages[0].id for answer in answers] == [entry.id for entry in shop.ledger()]
    assert {answer.contacts[0].wa_id for answer in answers} == {MARINA}
    client.messages.mark_as_read(written)
    assert shop.chat(MARINA)[0].status == "read"


def test_it_moves_files(shop: Simulator) -> None:
    """It says that its uploads are JSON, which nobody can read; what it downloads is right."""
    client = client_of(shop)
    with pytest.raises(WhatsAppValidationError):
        client.media.upload_from_bytes(b"PNG", "image/png", "mesa.png")
    shop.write(MARINA, Letter(type="image"))
    media_id = shop.chat(MARINA)[0].media_id or ""
    assert client.media.get_url(media_id).startswith(shop.url)
    assert client.media.download(media_id).startswith(b"\x89PNG")
    client.messages.send_image(MARINA, media_id, caption="Mesa")
    assert shop.chat(MARINA)[-1].media_id == media_id
    assert client.media.delete(media_id)


def test_it_manages_templates(shop: Simulator) -> None:
    client = client_of(shop)
    body = [{"type": "BODY", "text": "Olá {{1}}, tudo bem?"}]
    made = client.templates.create("bom_dia", "UTILITY", "pt_BR", body)
    assert [template.name for template in client.templates.list().data] == ["bom_dia"]
    assert client.templates.get(made.id).status == "APPROVED"
    assert client.templates.update(made.id, body).id == made.id
    assert client.templates.delete("bom_dia") is True


def test_it_hears_webhooks(shop: Simulator, receiver: Receiver) -> None:
    shop.write(MARINA, Letter(type="image", body="olha"))
    client_of(shop).messages.send_text(MARINA, "Olá")
    shop.until(lambda: receiver.cloud("statuses"))
    for hook in receiver.hooks:
        WebhookEvent(**hook.json)


def test_it_knows_refusals(shop: Simulator) -> None:
    with pytest.raises(WhatsAppAuthenticationError):
        client_of(shop, token="wrong").messages.send_text(MARINA, "Olá")
    with pytest.raises(WhatsAppValidationError, match="131047"):
        client_of(shop).messages.send_text(MARINA, "Olá")
