"""The watch beside a real edge and applier: what arrives live, what does not, and what follows from both."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.db.models import F

from parley.access.tests.factories import Cast
from parley.channels.models import Channel, ChannelEvent
from parley.channels.services import backfill
from parley.channels.services.probing import probe
from parley.channels.tests.factories import history, make_number, make_session, reread
from parley.channels.tests.watching import CUSTOMER, alerts, health, jobs, look, set_health, settings
from parley.core.clock import now
from parley.core.database_urls import engine_url
from parley.core.environment import environment
from parley.core.reactors import run_reactors
from parley.core.transactions import workspace_transaction
from parley.engines.tests.running import running_edge, until
from parley.messaging.models import InboundEvent, Message
from parley.simulator.people.phones import Letter
from parley.simulator.testing import Simulator

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def edge() -> Iterator[str]:
    with running_edge() as address:
        yield address


@pytest.fixture
def channel(cast: Cast, whatsapp: Simulator, edge: str) -> Iterator[Channel]:
    """A session of Alice's whose webhooks arrive, and which has worked for an hour."""
    with settings(public_url=edge):
        channel = make_session(cast.alice, whatsapp)
        whatsapp.scan(channel.external_id)
        until(lambda: reread(cast.alice, channel).status == "working")
        grow_older(channel)
        yield reread(cast.alice, channel)


def grow_older(channel: Channel) -> None:
    with workspace_transaction(channel.workspace_id):
        ChannelEvent.objects.filter(channel_id=channel.id).update(at=F("at") - HOUR)
        Channel.objects.filter(id=channel.id).update(last_activity_at=F("last_activity_at") - HOUR)


def bodies(channel: Channel) -> list[str]:
    with workspace_transaction(channel.workspace_id):
        rows = Message.objects.filter(channel_id=channel.id, kind="message").order_by("at", "id")
        return list(rows.values_list("body", flat=True))


def has_bodies(channel: Channel, count: int) -> bool:
    return len(bodies(channel)) == count


def say(whatsapp: Simulator, channel: Channel, body: str, *, seconds_ago: float = 60) -> None:
    at = (now() - timedelta(seconds=seconds_ago)).timestamp()
    whatsapp.say(CUSTOMER, body, channel=channel.external_id, at=at)


def test_a_message_that_arrived_is_known_by_its_key(whatsapp: Simulator, channel: Channel) -> None:
    say(whatsapp, channel, "Oi!")
    until(lambda: bodies(channel) == ["Oi!"])
    grow_older(channel)
    look(channel)
    look(channel, seen="silent")
    assert health(channel).probed_at is not None
    assert health(channel).silent_since is None
    assert alerts(channel) == {}


def test_one_that_the_history_spells_otherwise_is_known_by_its_message(
    whatsapp: Simulator, channel: Channel
) -> None:
    say(whatsapp, channel, "Oi!")
    until(lambda: bodies(channel) == ["Oi!"])
    with workspace_transaction(channel.workspace_id):
        rows = InboundEvent.objects.filter(channel_id=channel.id, dedupe_key__startswith="message:")
        assert rows.update(dedupe_key="message:the same person by a hidden id") == 1
    grow_older(channel)
    look(channel)
    look(channel, seen="silent")
    assert health(channel).probed_at is not None
    assert health(channel).silent_since is None


def test_a_deaf_session_is_found_read_back_and_trusted_again_when_it_hears(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    whatsapp.set_quirks(channel.external_id, silent=True)
    say(whatsapp, channel, "Alguém aí?")
    look(channel)
    look(channel, seen="silent")
    assert "silent" in alerts(channel)
    whatsapp.until(lambda: whatsapp.session_status(channel.external_id) == "WORKING")
    look(channel)
    while backfill.read_page(channel.workspace_id, channel.id) == "more":
        pass
    until(lambda: backfill.count_recovered(channel.workspace_id, channel.id) == "done")
    assert bodies(channel) == ["Alguém aí?"]
    assert "silent" in alerts(channel), "that was read, not heard"

    whatsapp.set_quirks(channel.external_id)
    say(whatsapp, channel, "Agora sim", seconds_ago=0)
    until(lambda: bodies(channel) == ["Alguém aí?", "Agora sim"])
    look(channel)
    assert "silent" not in alerts(channel)
    kinds = [event.kind for event in history(cast.alice, channel)]
    assert kinds.index("heard_again") < kinds.index("silent")


def test_what_webhooks_tell_of_the_state_is_followed(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    whatsapp._simulator("POST", f"sessions/{channel.external_id}", {"status": "FAILED"})
    until(lambda: reread(cast.alice, channel).status == "failed")
    run_reactors(engine_url(environment()))
    assert alerts(channel) == {"failed": "critical"}
    assert health(channel).gap_from is not None
    whatsapp.waha("POST", f"/api/sessions/{channel.external_id}/restart", {})
    until(lambda: reread(cast.alice, channel).status == "working")
    run_reactors(engine_url(environment()))
    assert alerts(channel) == {}
    assert jobs(channel, "channels.read_missed") != [], "read at once, not at the next look"


def test_a_number_s_own_address_is_set_again_when_somebody_clears_it(
    cast: Cast, whatsapp: Simulator, edge: str
) -> None:
    with settings(public_url=edge):
        number = make_number(cast.alice, whatsapp)
        assert number.metadata["webhook"]["state"] == "set"
        look(number)
        assert "webhook_repaired" not in {event.kind for event in history(cast.alice, number)}
        cleared = {"webhook_configuration": {"override_callback_uri": "", "verify_token": ""}}
        whatsapp.cloud("POST", f"/v24.0/{number.external_id}", cleared)
        set_health(number, webhook_checked_at=now() - HOUR)
        look(number)
        assert "webhook_repaired" in {event.kind for event in history(cast.alice, number)}
        there = whatsapp.cloud("GET", f"/v24.0/{number.external_id}?fields=webhook_configuration")
    assert number.webhook_token in str(there)


@pytest.mark.parametrize("engine", ["GOWS", "NOWEB", "WEBJS", "WPP"])
def test_what_we_sent_and_what_the_phone_sent_is_known_too(
    cast: Cast, whatsapp: Simulator, edge: str, engine: str
) -> None:
    whatsapp._simulator("POST", "engine", {"engine": engine})
    with settings(public_url=edge):
        channel = make_session(cast.alice, whatsapp)
        whatsapp.scan(channel.external_id)
        until(lambda: reread(cast.alice, channel).status == "working")
        grow_older(channel)
        for number, letter in enumerate((
            Letter(channel=channel.external_id, body="Oi!"),
            Letter(channel=channel.external_id, body="Do celular", from_shop=True),
            None,
        )):  # fmt: skip
            if letter is None:
                chat = {"session": channel.external_id, "chatId": f"{CUSTOMER}@c.us", "text": "Da API"}
                whatsapp.waha("POST", "/api/sendText", chat)
            else:
                whatsapp.write(CUSTOMER, letter)
            until(partial(has_bodies, channel, number + 1))
            heard = probe(reread(cast.alice, channel), patience=timedelta(0))
            assert heard.is_well, (engine, letter, heard)
