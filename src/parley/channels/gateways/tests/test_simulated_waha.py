"""The gateway against the simulated WAHA, in the dialect of each engine and by number or hidden id."""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid4

import pytest

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import (
    Accepted,
    Address,
    Credentials,
    GatewayError,
    InboundMessage,
    MessageEdit,
    MessageRevoke,
    NumberNotice,
    OutboundMessage,
    RawEvent,
)
from parley.channels.gateways.waha import client as waha
from parley.core.http import HttpClient, Timeouts
from parley.simulator.testing import Simulator, running_simulator
from parley.simulator.tests.conftest import WAHA_KEY, Receiver, receiver  # noqa: F401

GATEWAY = gateway_for("waha")
MARINA = "5519998761234"
RUI = "5519911112222"
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
Result = TypeVar("Result")
ENGINES = pytest.mark.parametrize("engine", ["GOWS", "NOWEB", "WEBJS", "WPP"])


def call(work: Callable[[HttpClient], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        async with HttpClient(LOOPBACK, timeouts=Timeouts(connect=2, read=5, total=9)) as http:
            return await work(http)

    return asyncio.run(run())


def shop(whatsapp: Simulator, hooks: Receiver, engine: str, addressing: str = "phone") -> Credentials:
    """A session that Parley made for itself."""
    whatsapp.add_session("shop", engine=engine)
    whatsapp._simulator("POST", "sessions/shop", {"addressing": addressing})
    secrets = {"api_key": whatsapp.api_key, "webhook_secret": WAHA_KEY}
    credentials = Credentials(base_url=whatsapp.url, external_id="shop", secrets=secrets)
    call(
        lambda http: waha.create_session(http, credentials, webhook_url=hooks.url, metadata={"channel": "7"})
    )
    whatsapp.until(lambda: whatsapp.session_status("shop") == "WORKING")
    return credentials


def send(credentials: Credentials, body: str, to: str = MARINA, message_id: UUID | None = None) -> Accepted:
    id_ = message_id or uuid4()
    ref = GATEWAY.client_ref_for(id_)
    letter = OutboundMessage(message_id=id_, client_ref=ref, to=Address(wa_id=to), type="text", body=body)
    return call(lambda http: GATEWAY.send(http, credentials, letter))


def told(hooks: Receiver) -> list[RawEvent]:
    return [event for hook in list(hooks.hooks) for event in GATEWAY.split(hook.body)]


def history(credentials: Credentials) -> list[RawEvent]:
    now, cursor, found = datetime.now(UTC), "", list[RawEvent]()
    since, until = now - timedelta(minutes=5), now + timedelta(minutes=1)
    for _ in range(20):
        page = call(
            lambda http, at=cursor: GATEWAY.read_history(
                http, credentials, since=since, until=until, cursor=at
            )  # type: ignore[misc]
        )
        found += page.events
        cursor = page.cursor
        if not cursor:
            return found
    raise AssertionError("The history has no end.")


@ENGINES
@pytest.mark.parametrize("addressing", ["phone", "lid"])
def test_the_history_repeats_what_webhooks_told(engine: str, addressing: str, receiver: Receiver) -> None:  # noqa: F811
    with running_simulator() as whatsapp:
        credentials = shop(whatsapp, receiver, engine, addressing)
        whatsapp.say(MARINA, "Oi")
        whatsapp.say(RUI, "Bom dia")
        first = send(credentials, "Está sim!").provider_message_id
        whatsapp.until(
            lambda: len(receiver.waha("message.any")) == 3 and len(receiver.waha("message.ack")) >= 1
        )
        live = {event.dedupe_key for event in told(receiver)}
        found = history(credentials)
        assert {event.dedupe_key for event in found} <= live
        back = [one for event in found for one in GATEWAY.translate(event.payload)]
        said = [one for one in back if isinstance(one, InboundMessage)]
        assert {(one.body, one.from_us) for one in said} == {
            ("Oi", False), ("Bom dia", False), ("Está sim!", True),
        }  # fmt: skip
        assert all(one.is_history for one in said)
        assert first in {one.provider_message_id for one in said}


@ENGINES
def test_a_session_is_repaired_once_and_restarted_no_more(engine: str, receiver: Receiver) -> None:  # noqa: F811
    with running_simulator() as whatsapp:
        credentials = shop(whatsapp, receiver, engine)

        def repair(url: str) -> bool:
            return call(
                lambda http: waha.repair_webhook(
                    http, credentials, webhook_url=url, metadata={"channel": "7"}
                )
            )

        assert not repair(receiver.url)
        assert repair(f"{receiver.url}/new")
        whatsapp.until(lambda: whatsapp.session_status("shop") == "WORKING")
        assert not repair(f"{receiver.url}/new")
        session = call(lambda http: waha.read_session(http, credentials))
        assert (session.engine, session.webhook_url) == (engine, f"{receiver.url}/new")


@ENGINES
def test_what_was_sent_is_changed_and_taken_back(engine: str, receiver: Receiver) -> None:  # noqa: F811
    with running_simulator() as whatsapp:
        credentials = shop(whatsapp, receiver, engine)
        sent = send(credentials, "R$ 1.200").provider_message_id or ""
        to = Address(wa_id=MARINA)
        call(lambda http: GATEWAY.edit(http, credentials, to=to, message_id=sent, body="R$ 1.300"))
        call(lambda http: GATEWAY.revoke(http, credentials, to=to, message_id=sent))
        whatsapp.until(lambda: receiver.waha("message.edited") and receiver.waha("message.revoked"))
        found = [one for event in told(receiver) for one in GATEWAY.translate(event.payload)]
        (edit,) = [one for one in found if isinstance(one, MessageEdit)]
        revokes = [one for one in found if isinstance(one, MessageRevoke)]
        assert (edit.target_id, edit.body, edit.from_us) == (sent, "R$ 1.300", True)
        assert {(one.target_id, one.from_us) for one in revokes} == {(sent, True)}


def test_a_lock_on_new_people_is_told_and_refuses_them_alone(receiver: Receiver) -> None:  # noqa: F811
    with running_simulator() as whatsapp:
        credentials = shop(whatsapp, receiver, "GOWS")
        whatsapp.say(MARINA, "Oi")
        whatsapp.set_quirks("shop", timelock="told")
        assert send(credentials, "Oi!").provider_message_id
        with pytest.raises(GatewayError) as refused:
            send(credentials, "Promoção", to=RUI)
        assert (refused.value.code, refused.value.consequence) == ("463", "later")
        session = call(lambda http: waha.read_session(http, credentials))
        assert [type(one) for one in session.notices] == [NumberNotice]


@ENGINES
def test_an_answer_without_a_byte_leaves_it_open(engine: str, receiver: Receiver) -> None:  # noqa: F811
    with running_simulator() as whatsapp:
        credentials = shop(whatsapp, receiver, engine)
        whatsapp.set_quirks("shop", answers="empty")
        id_ = uuid4()
        with pytest.raises(GatewayError) as left_open:
            send(credentials, "Oi", message_id=id_)
        assert left_open.value.kind == "uncertain"
        whatsapp.until(lambda: receiver.waha("message.any"))
        echoes = [one for event in told(receiver) for one in GATEWAY.translate(event.payload)]
        refs = {one.client_ref for one in echoes if isinstance(one, InboundMessage)}
        assert GATEWAY.client_ref_for(id_) in refs
