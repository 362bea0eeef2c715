"""Parley's gateway and the simulated WAHA understand each other, in every engine and addressing."""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import pytest

from parley.channels.gateways.neutral import (
    Address,
    Call,
    ChannelState,
    Credentials,
    GatewayError,
    GroupChange,
    InboundMessage,
    Kept,
    MessageEdit,
    MessageRevoke,
    NeutralEvent,
    OutboundMessage,
    PollVote,
    RawEvent,
    ReactionChange,
    StatusChange,
)
from parley.channels.gateways.waha import WahaGateway, client
from parley.channels.gateways.waha.sessions import read_session
from parley.core.clock import now
from parley.core.http import HttpClient, Timeouts
from parley.simulator.people.phones import Letter
from parley.simulator.testing import Simulator
from parley.simulator.tests.conftest import WAHA_KEY, Receiver

MARINA = "5519998761234"
MESSAGE_ID = UUID("0190f3a0-5c1e-7d2b-9c4a-1f2e3d4c5b6a")
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
Result = TypeVar("Result")
UNDERSTOOD: dict[str, type] = {
    "message": InboundMessage,
    "message.any": InboundMessage,
    "message.ack": StatusChange,
    "message.reaction": ReactionChange,
    "message.edited": MessageEdit,
    "message.revoked": MessageRevoke,
    "poll.vote": PollVote,
    "poll.vote.failed": PollVote,
    "call.received": Call,
    "call.accepted": Call,
    "call.rejected": Call,
    "session.status": ChannelState,
    "group.v2.join": GroupChange,
    "group.v2.leave": GroupChange,
    "group.v2.update": GroupChange,
    "group.v2.participants": GroupChange,
}

gateway = WahaGateway()


@pytest.fixture(params=["GOWS", "NOWEB", "WEBJS", "WPP"])
def shop(request: pytest.FixtureRequest, whatsapp: Simulator, receiver: Receiver) -> Simulator:
    whatsapp.add_session("shop", webhook_url=receiver.url, hmac_key=WAHA_KEY, engine=request.param)
    webhook = {"url": receiver.url, "events": [*UNDERSTOOD, "message.waiting"], "hmac": {"key": WAHA_KEY}}
    config = {"webhooks": [webhook], "webjs": {"tagsEventsOn": True}, "noweb": {"store": {"enabled": True}}}
    whatsapp.waha("PUT", "/api/sessions/shop", {"config": config})
    whatsapp.until(lambda: whatsapp.session_status("shop") == "WORKING")
    return whatsapp


def credentials(shop: Simulator) -> Credentials:
    secrets = {"api_key": shop.api_key, "webhook_secret": WAHA_KEY}
    return Credentials(base_url=shop.url, external_id="shop", secrets=secrets)


def call(work: Callable[[HttpClient], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        async with HttpClient(LOOPBACK, timeouts=Timeouts(connect=2, read=2, total=5)) as http:
            return await work(http)

    return asyncio.run(run())


def heard(receiver: Receiver) -> list[tuple[str, RawEvent, list[NeutralEvent]]]:
    """Everything that came: the event's name, its raw form and what the gateway makes of it."""
    found = []
    for hook in list(receiver.hooks):
        gateway.verify_signature(WAHA_KEY, hook.headers, hook.body)
        name = str(hook.json["event"])
        found += [(name, raw, gateway.translate(raw.payload)) for raw in gateway.split(hook.body)]
    return found


def outbound(**facts: object) -> OutboundMessage:
    base: dict[str, object] = {
        "message_id": MESSAGE_ID,
        "client_ref": gateway.client_ref_for(MESSAGE_ID),
        "to": Address(wa_id=MARINA),
    }
    return OutboundMessage(**{**base, **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize("addressing", ["phone", "lid"])
def test_every_event_is_understood(shop: Simulator, receiver: Receiver, addressing: str) -> None:
    shop._simulator("POST", "sessions/shop", {"addressing": addressing})
    for event in UNDERSTOOD:
        shop._simulator("POST", f"waha/sessions/shop/webhooks/{event}", {"wa_id": MARINA})
    shop.until(lambda: {event for event, _, _ in heard(receiver)} >= set(UNDERSTOOD))
    for event, _, neutral in heard(receiver):
        assert any(isinstance(one, UNDERSTOOD[event]) for one in neutral), (event, neutral)
        assert not [one for one in neutral if isinstance(one, Kept) and one.is_unsupported], event


def test_what_the_shop_changes_comes_back(shop: Simulator, receiver: Receiver) -> None:
    sent = call(lambda http: gateway.send(http, credentials(shop), outbound(type="text", body="Olá")))
    ours = sent.provider_message_id or ""
    to = Address(wa_id=MARINA)
    call(lambda http: gateway.edit(http, credentials(shop), to=to, message_id=ours, body="Olá!"))
    call(lambda http: gateway.revoke(http, credentials(shop), to=to, message_id=ours))
    call(lambda http: gateway.show_typing(http, credentials(shop), to=to, message_id=None))

    def changes() -> set[tuple[type, str]]:
        events = [one for _, _, neutral in heard(receiver) for one in neutral]
        return {(type(one), one.target_id) for one in events if isinstance(one, MessageEdit | MessageRevoke)}

    shop.until(lambda: changes() == {(MessageEdit, ours), (MessageRevoke, ours)})
    assert shop.chat(MARINA)[0].revoked


def test_a_poll_is_sent_and_the_vote_names_it(shop: Simulator, receiver: Receiver) -> None:
    content = {"poll": {"name": "Madeira?", "options": ["Carvalho", "Ipê"]}}
    message = outbound(type="poll", body="Madeira?", content=content)
    sent = call(lambda http: gateway.send(http, credentials(shop), message))
    ours = sent.provider_message_id
    order = {"wa_id": MARINA, "poll_id": ours, "options": ["Ipê"]}
    shop._simulator("POST", "waha/sessions/shop/votes", order)

    def votes() -> list[PollVote]:
        return [one for _, _, neutral in heard(receiver) for one in neutral if isinstance(one, PollVote)]

    (vote,) = shop.until(votes)
    assert (vote.target_id, vote.options, vote.counterpart.wa_id) == (ours, ("Ipê",), MARINA)


def test_a_group_is_heard_as_a_group(shop: Simulator, receiver: Receiver) -> None:
    order = {"subject": "Obra", "members": [MARINA]}
    group = shop._simulator("POST", "waha/sessions/shop/groups", order)["id"]
    shop.write(MARINA, Letter(body="Chegou?", group_id=group))

    def messages() -> list[InboundMessage]:
        events = [one for _, _, neutral in heard(receiver) for one in neutral]
        return [one for one in events if isinstance(one, InboundMessage) and one.body == "Chegou?"]

    found = shop.until(messages)
    assert {(one.group_id, one.counterpart.wa_id) for one in found} == {(group, MARINA)}


@pytest.mark.parametrize("addressing", ["phone", "lid"])
def test_history_says_what_the_webhooks_said(shop: Simulator, receiver: Receiver, addressing: str) -> None:
    shop._simulator("POST", "sessions/shop", {"addressing": addressing})
    begin = now() - timedelta(minutes=1)
    shop.say(MARINA, "Oi")
    call(lambda http: gateway.send(http, credentials(shop), outbound(type="text", body="Olá")))
    shop.until(lambda: len([1 for event, _, _ in heard(receiver) if event == "message.any"]) == 2)
    shop.set_quirks("shop", silent=True)
    missed = shop.say(MARINA, "Alguém?")
    told = {raw.dedupe_key for event, raw, _ in heard(receiver) if event == "message.any"}
    remembered: dict[str, list[NeutralEvent]] = {}
    cursor = ""
    for _ in range(9):
        page = call(
            lambda http, cursor=cursor: gateway.read_history(  # type: ignore[misc]
                http, credentials(shop), since=begin, until=now() + timedelta(minutes=1), cursor=cursor
            )
        )
        remembered |= {raw.dedupe_key: gateway.translate(raw.payload) for raw in page.events}
        cursor = page.cursor
        if not cursor:
            break
    assert not cursor
    assert told <= set(remembered)
    new = [one for key in set(remembered) - told for one in remembered[key]]
    messages = [one for one in new if isinstance(one, InboundMessage)]
    assert [(one.provider_message_id, one.is_history) for one in messages] == [(missed, True)]


def test_a_session_tells_what_whatsapp_holds_against_it(shop: Simulator) -> None:
    shop.say(MARINA, "Oi")
    shop.set_quirks("shop", timelock="told", capping=4)
    session = call(lambda http: read_session(http, credentials(shop)))
    assert (session.state.status, len(session.notices)) == ("working", 1)
    assert call(lambda http: client.probe(http, credentials(shop))) is not None
    stranger = outbound(type="text", body="Oi", to=Address(wa_id="5511912345678"))
    if session.engine == "GOWS":
        with pytest.raises(GatewayError) as error:
            call(lambda http: gateway.send(http, credentials(shop), stranger))
        assert error.value.kind == "refused"


def test_a_webhook_that_somebody_changed_is_repaired(shop: Simulator, receiver: Receiver) -> None:
    async def repair(http: HttpClient) -> bool:
        return await client.repair_webhook(
            http, credentials(shop), webhook_url=receiver.url, metadata={"channel": "1"}
        )

    assert not call(repair)
    shop.waha("PUT", "/api/sessions/shop", {"config": {}})
    shop.until(lambda: shop.session_status("shop") == "WORKING")
    assert call(repair)
    shop.until(lambda: shop.session_status("shop") == "WORKING")
    assert not call(repair)
