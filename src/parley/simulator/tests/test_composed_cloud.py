"""Everything that our own gateway composes is taken by the simulated Cloud API."""

import asyncio
from typing import Any

import msgspec
import pytest

from parley.channels.gateways.cloud_api import client, gateway
from parley.channels.gateways.neutral import (
    Accepted,
    Address,
    Credentials,
    GatewayError,
    OutboundMedia,
    OutboundMessage,
)
from parley.channels.gateways.tests.provider import LOOPBACK, MESSAGE_ID, message
from parley.core.http import HttpClient
from parley.simulator.testing import Simulator
from parley.simulator.tests.cloud_people import ACCOUNT, BODY, MARINA, NUMBER
from parley.simulator.tests.conftest import VERIFY_TOKEN, Receiver

CHOICES = [{"id": "a", "title": "Hoje"}, {"id": "b", "title": "Amanhã", "description": "às 10h"}]
SECTIONS = [{"title": "Mesas", "choices": CHOICES}]
PRODUCTS = [{"title": "Mesas", "products": ["MESA-8"]}]
INTERACTIVE: list[dict[str, Any]] = [
    {"kind": "buttons", "buttons": CHOICES, "header": "Entrega", "footer": "Casa Lume"},
    {"kind": "list", "button": "Escolher", "sections": SECTIONS},
    {"kind": "link", "button": "Ver", "url": "https://casalume.example"},
    {"kind": "product", "catalog_id": "1", "product_id": "MESA-8"},
    {"kind": "products", "catalog_id": "1", "header": "Mesas", "sections": PRODUCTS},
    {"kind": "catalog", "product_id": "MESA-8"},
    {"kind": "location_request"},
    {"kind": "flow", "button": "Abrir", "flow_id": "77", "flow_token": "t", "flow_screen": "A"},
]
PICTURE = OutboundMedia(data=b"\x89PNG\r\n\x1a\n", mime_type="image/png", filename="mesa.png")


@pytest.fixture
def channel(whatsapp: Simulator, receiver: Receiver) -> Credentials:
    app = whatsapp.add_cloud_app(callback_url=receiver.url, verify_token=VERIFY_TOKEN)
    whatsapp.say(MARINA, "Oi")
    secrets = {"access_token": app["access_token"]}
    return Credentials(base_url=f"{whatsapp.url}/v25.0", external_id=NUMBER, secrets=secrets)


def done(work: Any, channel: Credentials, **named: Any) -> Any:
    async def call() -> Any:
        async with HttpClient(LOOPBACK) as http:
            return await work(http, channel, **named)

    return asyncio.run(call())


def send(channel: Credentials, kind: str, content: object = None, **fields: Any) -> Accepted:
    around: dict[str, Any] = {"client_ref": str(MESSAGE_ID), "to": Address(wa_id=MARINA), "body": "Quando?"}
    what: OutboundMessage = message(**around | {"type": kind, "content": {kind: content}} | fields)
    found = done(gateway.send, channel, message=what)
    return msgspec.convert(found, Accepted, from_attributes=True)


@pytest.mark.parametrize("content", INTERACTIVE, ids=lambda content: content["kind"])
def test_interactive_messages_are_taken(channel: Credentials, content: dict[str, Any]) -> None:
    assert (send(channel, "interactive", content).provider_message_id or "").startswith("wamid.")


def test_files_cards_and_places_are_taken(channel: Credentials) -> None:
    card = {"name": "Rui", "phones": ["+5519911112222"], "organization": "Lume", "emails": ["r@l.example"]}
    assert send(channel, "contacts", [card]).provider_message_id
    header = send(channel, "interactive", INTERACTIVE[0], media=PICTURE)
    assert header.provider_message_id


def test_template_with_variables_is_taken(whatsapp: Simulator, channel: Credentials) -> None:
    whatsapp.enforce(templates=True)
    whatsapp.add_template(name="pedido", components=[BODY])
    filled = {"name": "pedido", "language": "pt_BR", "body": [{"text": "Bia"}, {"text": "7"}]}
    assert send(channel, "template", filled).provider_message_id
    with pytest.raises(GatewayError) as caught:
        send(channel, "template", filled | {"body": [{"text": "Bia"}]})
    assert (caught.value.code, caught.value.consequence) == ("132000", "never")


def test_control_of_the_number(channel: Credentials) -> None:
    number = done(client.read_number, channel)
    assert (number.throughput_mps, number.quality) == (80, "GREEN")
    assert isinstance(done(client.read_profile, channel), dict)
    assert done(client.read_webhook, channel) is None
    done(client.subscribe_account, channel, account_id=ACCOUNT)
    assert done(client.is_subscribed, channel, account_id=ACCOUNT) is True
    done(client.block, channel, to=Address(wa_id=MARINA))
    done(client.unblock, channel, to=Address(wa_id=MARINA))
