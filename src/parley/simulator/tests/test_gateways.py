"""Parley's own gateways against the simulator: what one says the other understands, in both directions."""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import pytest

from parley.channels.gateways.cloud_api import CloudApiGateway
from parley.channels.gateways.gateway import Gateway
from parley.channels.gateways.neutral import (
    Address,
    Credentials,
    GatewayError,
    InboundMessage,
    Kept,
    Location,
    NeutralEvent,
    OutboundMedia,
    OutboundMessage,
    ReactionChange,
    StatusChange,
)
from parley.channels.gateways.waha import WahaGateway
from parley.core.http import HttpClient, Timeouts
from parley.simulator.people.phones import Letter
from parley.simulator.testing import Simulator
from parley.simulator.tests.conftest import VERIFY_TOKEN, WAHA_KEY, Receiver

MARINA = "5519998761234"
NUMBER = "109800000000001"
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
MESSAGE_ID = UUID("0190f3a0-5c1e-7d2b-9c4a-1f2e3d4c5b6a")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
Result = TypeVar("Result")
Side = tuple[Gateway, Credentials, str]


@pytest.fixture(params=["GOWS", "NOWEB", "WEBJS", "WPP", "cloud"])
def side(request: pytest.FixtureRequest, whatsapp: Simulator, receiver: Receiver) -> Side:
    """A gateway with its channel: WAHA with each engine, and the Cloud API."""
    if request.param == "cloud":
        app = whatsapp.add_cloud_app(callback_url=receiver.url, verify_token=VERIFY_TOKEN)
        secrets = {"access_token": app["access_token"], "webhook_secret": app["app_secret"]}
        channel = Credentials(base_url=f"{whatsapp.url}/v25.0", external_id=NUMBER, secrets=secrets)
        return CloudApiGateway(), channel, "cloud"
    whatsapp.add_session("shop", webhook_url=receiver.url, hmac_key=WAHA_KEY, engine=request.param)
    secrets = {"api_key": whatsapp.api_key, "webhook_secret": WAHA_KEY}
    return WahaGateway(), Credentials(base_url=whatsapp.url, external_id="shop", secrets=secrets), "waha"


def events_of(side: Side, receiver: Receiver) -> list[NeutralEvent]:
    """Everything that came so far: verified, split and translated as ingest does it."""
    gateway, credentials, _ = side
    found: list[NeutralEvent] = []
    for hook in list(receiver.hooks):
        gateway.verify_signature(credentials.secrets["webhook_secret"], hook.headers, hook.body)
        for raw in gateway.split(hook.body):
            found.extend(gateway.translate(raw.payload))
    return found


def call(work: Callable[[HttpClient], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        async with HttpClient(LOOPBACK, timeouts=Timeouts(connect=2, read=0.5, total=5)) as http:
            return await work(http)

    return asyncio.run(run())


def outbound(side: Side, **facts: object) -> OutboundMessage:
    ref = side[0].client_ref_for(MESSAGE_ID)
    base: dict[str, object] = {"message_id": MESSAGE_ID, "client_ref": ref, "to": Address(wa_id=MARINA)}
    return OutboundMessage(**{**base, **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("letter", "type_"),
    [
        (Letter(body="Oi!"), "text"),
        (Letter(type="image", body="olha"), "image"),
        (Letter(type="voice"), "voice"),
        (Letter(type="document", body="a planta"), "document"),
        (Letter(type="location"), "location"),
    ],
)
def test_what_customers_write_is_understood(
    side: Side, whatsapp: Simulator, receiver: Receiver, letter: Letter, type_: str
) -> None:
    written = whatsapp.write(MARINA, letter)

    def message() -> InboundMessage | None:
        events = events_of(side, receiver)
        return next((event for event in events if isinstance(event, InboundMessage)), None)

    found = whatsapp.until(message)
    assert (found.provider_message_id, found.type, found.from_us) == (written, type_, False)
    assert (found.counterpart.wa_id, found.counterpart.name) == (MARINA, "Marina Souza")
    assert found.body == (letter.body or ("Casa" if type_ == "location" else ""))
    media = found.media
    if media is not None:
        gateway, credentials, _ = side
        data = call(lambda http: gateway.fetch_media(http, credentials, media, limit=10**6))
        assert len(data) > 300
    assert not [event for event in events_of(side, receiver) if isinstance(event, Kept)]


def test_a_sent_message_is_recognised_by_our_own_reference(
    side: Side, whatsapp: Simulator, receiver: Receiver
) -> None:
    gateway, credentials, _ = side
    whatsapp.say(MARINA, "Oi")
    message = outbound(side, type="text", body="Olá Marina")
    accepted = call(lambda http: gateway.send(http, credentials, message))
    (entry,) = whatsapp.ledger()
    assert (entry.id, entry.callback, entry.recipient) == (
        accepted.provider_message_id, message.client_ref, MARINA,
    )  # fmt: skip
    whatsapp.read_all(MARINA)

    def kinds() -> set[str]:
        events = [event for event in events_of(side, receiver) if isinstance(event, StatusChange)]
        assert {event.provider_message_id for event in events} <= {entry.id}
        return {event.kind for event in events}

    whatsapp.until(lambda: {"sent", "delivered", "read"} <= kinds())


@pytest.mark.parametrize("type_", ["image", "document", "location", "reaction", "quote"])
def test_the_shop_sends_every_type(side: Side, whatsapp: Simulator, type_: str) -> None:
    gateway, credentials, _ = side
    written = whatsapp.say(MARINA, "Oi")
    media = OutboundMedia(data=PNG, mime_type="image/png", filename="mesa.png")
    facts: dict[str, dict[str, object]] = {
        "image": {"type": "image", "media": media, "body": "Mesa"},
        "document": {"type": "document", "media": media},
        "location": {"type": "location", "location": Location(latitude=-22.9, longitude=-47.06, name="Loja")},
        "reaction": {"type": "reaction", "target_id": written, "body": "❤️"},
        "quote": {"type": "text", "body": "Sim!", "quoted_id": written},
    }
    message = outbound(side, **facts[type_])
    call(lambda http: gateway.send(http, credentials, message))
    chat = whatsapp.chat(MARINA)
    if type_ == "reaction":
        assert chat[0].reactions == {"shop": "❤️"}
    else:
        assert chat[-1].type == facts[type_]["type"]
        assert chat[-1].quoted_id == (written if type_ == "quote" else None)


def test_a_customers_reaction_names_our_message(side: Side, whatsapp: Simulator, receiver: Receiver) -> None:
    gateway, credentials, _ = side
    whatsapp.say(MARINA, "Oi")
    accepted = call(lambda http: gateway.send(http, credentials, outbound(side, type="text", body="Olá")))
    target = accepted.provider_message_id
    whatsapp.write(MARINA, Letter(type="reaction", target_id=target, emoji="🙏"))

    def reactions() -> list[ReactionChange]:
        return [event for event in events_of(side, receiver) if isinstance(event, ReactionChange)]

    (reaction,) = whatsapp.until(reactions)
    assert (reaction.target_id, reaction.emoji, reaction.from_us) == (target, "🙏", False)


@pytest.mark.parametrize(
    ("action", "kind", "accepted"),
    [
        ("hang", "uncertain", 1),
        ("reset", "uncertain", 1),
        ("eof", "uncertain", 1),
        ("empty", "uncertain", 1),
        ("status502_after_accept", "uncertain", 1),
        ("throttle", "throttled", 0),
    ],
)
def test_the_gateway_says_what_it_can_know(
    side: Side, whatsapp: Simulator, action: str, kind: str, accepted: int
) -> None:
    gateway, credentials, api = side
    whatsapp.say(MARINA, "Oi")
    whatsapp.fault(api, action, match="/messages" if api == "cloud" else "sendText")  # type: ignore[arg-type]
    message = outbound(side, type="text", body="Olá")
    with pytest.raises(GatewayError) as error:
        call(lambda http: gateway.send(http, credentials, message))
    assert error.value.kind == kind
    assert len(whatsapp.ledger()) == accepted
