"""What no webhook told is read back: all of it, once, and nothing answers it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from parley.access.tests.factories import Cast
from parley.channels.gateways import gateway_for
from parley.channels.models import Channel
from parley.channels.services import backfill, control
from parley.channels.tests.factories import announced, history, make_number, reread
from parley.channels.tests.watching import (
    CUSTOMER,
    alerts,
    health,
    jobs,
    look,
    make_working_session,
    read_missed,
    say,
    set_health,
    settings,
)
from parley.core.clock import now
from parley.core.ids import new_id
from parley.core.models import Event
from parley.core.transactions import workspace_transaction
from parley.engines.tests.running import running_edge, until
from parley.messaging.models import Conversation, InboundEvent, Message
from parley.messaging.tests.factories import make_contact, make_conversation
from parley.simulator.testing import Simulator

HOUR = timedelta(hours=1)


@pytest.fixture
def channel(cast: Cast, whatsapp: Simulator) -> Channel:
    """A session of Alice's, working for an hour, whose webhooks reach nobody."""
    return make_working_session(cast.alice, whatsapp, since=HOUR)


@pytest.fixture(scope="module")
def applier() -> Iterator[str]:
    """What applies the events, which nobody posts here."""
    with running_edge() as edge:
        yield edge


def fail_and_come_back(cast: Cast, whatsapp: Simulator, channel: Channel, *said: str) -> None:
    """The session drops; customers write; it is back."""
    whatsapp._simulator("POST", f"sessions/{channel.external_id}", {"status": "FAILED"})
    control.refresh(channel.workspace_id, channel.id)
    for number, body in enumerate(said):
        say(whatsapp, channel, body, seconds_ago=100 - number)
    come_back(whatsapp, channel)
    control.refresh(channel.workspace_id, channel.id)


def come_back(whatsapp: Simulator, channel: Channel) -> None:
    whatsapp.waha("POST", f"/api/sessions/{channel.external_id}/restart", {})
    whatsapp.until(lambda: whatsapp.session_status(channel.external_id) == "WORKING")


def events(channel: Channel) -> list[InboundEvent]:
    with workspace_transaction(channel.workspace_id):
        return list(InboundEvent.objects.filter(channel_id=channel.id).order_by("id"))


def messages(channel: Channel) -> list[Message]:
    with workspace_transaction(channel.workspace_id):
        return list(Message.objects.filter(channel_id=channel.id, kind="message").order_by("at", "id"))


def read_all(channel: Channel) -> None:
    """Read every page, wait for the applier, count."""
    while backfill.read_page(channel.workspace_id, channel.id) == "more":
        pass
    until(lambda: backfill.count_recovered(channel.workspace_id, channel.id) == "done")


def test_an_outage_opens_a_gap_and_its_end_a_job(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    whatsapp._simulator("POST", f"sessions/{channel.external_id}", {"status": "FAILED"})
    control.refresh(channel.workspace_id, channel.id)
    lost = health(channel)
    assert lost.gap_from is not None
    assert lost.gap_until is None
    come_back(whatsapp, channel)
    look(channel)
    assert health(channel).gap_until is not None
    assert jobs(channel, "channels.read_missed") != []


def test_says_what_was_recovered_and_who_waits(
    cast: Cast, whatsapp: Simulator, channel: Channel, applier: str
) -> None:
    fail_and_come_back(cast, whatsapp, channel, "Oi!", "Ainda aí?")
    with settings(backfill_again_seconds="0"):
        read_all(channel)
    assert [(one.body, one.recovered) for one in messages(channel)] == [("Oi!", True), ("Ainda aí?", True)]
    assert all(event.headers == {"recovered": True} for event in events(channel))
    with workspace_transaction(channel.workspace_id):
        told = set(Event.objects.filter(type__startswith="message.").values_list("type", flat=True))
        talk = Conversation.objects.get(channel_id=channel.id)
    assert told == {"message.recovered"}, "nothing answers what is old"
    assert talk.unread_count == 2
    assert talk.waiting_since is not None
    [fact] = [event for event in announced(cast.alice, channel) if event.type == "channel.recovered"]
    assert fact.data == {"messages": 2, "waiting": 1}
    page = cast.bob.client.get(cast.bob.url(f"channels/{channel.id}/")).text
    assert page.count("2 messages recovered, 1 customer waiting") == 2, "as a notice and in the history"
    assert health(channel).gap_from is None


def test_reading_twice_brings_nothing_twice(
    cast: Cast, whatsapp: Simulator, channel: Channel, applier: str
) -> None:
    fail_and_come_back(cast, whatsapp, channel, "Oi!")
    with settings(backfill_again_seconds="0"):
        read_all(channel)
        set_health(channel, gap_from=now() - HOUR, gap_until=now(), gap_reason="asked")
        read_all(channel)
    assert len(messages(channel)) == 1
    assert len(events(channel)) == 1
    assert [event.kind for event in history(cast.alice, channel)].count("recovered") == 1


def test_goes_on_where_a_worker_died(cast: Cast, whatsapp: Simulator, channel: Channel, applier: str) -> None:
    fail_and_come_back(cast, whatsapp, channel, *(f"Mensagem {number}" for number in range(60)))
    assert backfill.read_page(channel.workspace_id, channel.id) == "more"
    half = len(events(channel))
    assert 0 < half < 60
    assert health(channel).backfill_cursor != ""
    read_all(channel)  # another worker
    assert len(messages(channel)) == 60


def test_is_read_a_second_time_because_phones_are_slow(
    cast: Cast, whatsapp: Simulator, channel: Channel, applier: str
) -> None:
    fail_and_come_back(cast, whatsapp, channel, "Oi!")
    read_all(channel)
    after = health(channel)
    assert after.backfill_pass == 1
    assert after.gap_from is not None
    assert backfill.read_page(channel.workspace_id, channel.id) == "wait"
    say(whatsapp, channel, "Só agora chegou", seconds_ago=90)
    set_health(channel, backfill_at=now())
    read_all(channel)
    assert len(messages(channel)) == 2
    assert health(channel).gap_from is None
    assert health(channel).recovered_count == 2


def test_a_provider_that_is_away_is_asked_again_later(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    fail_and_come_back(cast, whatsapp, channel, "Oi!")
    whatsapp.fault("waha", "reset", match=f"/api/{channel.external_id}/chats", times=0, before=True)
    try:
        assert backfill.read_page(channel.workspace_id, channel.id) == "wait"
    finally:
        whatsapp.clear_faults()
    assert health(channel).gap_from is not None
    assert backfill.read_page(channel.workspace_id, channel.id) in {"more", "count"}


def test_one_that_says_no_is_not_asked_for_ever(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    fail_and_come_back(cast, whatsapp, channel, "Oi!")
    whatsapp.fault("waha", "refuse", match=f"/api/{channel.external_id}/chats", times=0, status=400)
    try:
        assert backfill.read_page(channel.workspace_id, channel.id) == "done"
    finally:
        whatsapp.clear_faults()
    assert health(channel).gap_from is None
    assert alerts(channel)["gap_unread"] == "warning"


def test_nothing_from_before_the_number_was_ours(cast: Cast, whatsapp: Simulator, applier: str) -> None:
    fresh = make_working_session(cast.alice, whatsapp, since=timedelta(minutes=5))
    say(whatsapp, fresh, "Long ago", seconds_ago=3600)
    fail_and_come_back(cast, whatsapp, fresh, "Just now")
    read_all(fresh)
    assert [one.body for one in messages(fresh)] == ["Just now"]


def test_our_own_absence_is_a_gap_too(cast: Cast, channel: Channel) -> None:
    set_health(channel, looked_at=now() - timedelta(minutes=30))
    look(channel)
    after = health(channel)
    assert after.gap_from is not None
    assert after.gap_from <= now() - timedelta(minutes=30)
    assert after.gap_until is not None
    assert "gap" in {event.kind for event in history(cast.alice, channel)}


def test_the_last_while_is_read_now_and_then_unasked(
    cast: Cast, whatsapp: Simulator, channel: Channel, applier: str
) -> None:
    say(whatsapp, channel, "O único webhook que se perdeu", seconds_ago=300)
    set_health(channel, swept_at=now() - timedelta(minutes=30))
    with settings(sweep_seconds="60", silence_seconds="86400"):
        look(channel)
        assert health(channel).gap_reason == "sweep"
        read_all(channel)
    assert len(messages(channel)) == 1
    assert health(channel).gap_from is None
    assert "recovered" in alerts(channel)


def test_a_person_may_ask_and_a_stranger_may_not(
    cast: Cast, whatsapp: Simulator, channel: Channel, applier: str
) -> None:
    say(whatsapp, channel, "Vocês não responderam", seconds_ago=1800)
    path = f"channels/{channel.id}/missed/"
    assert cast.charlie.client.post(cast.charlie.url(path), {"hours": 1}).status_code == 404
    assert cast.bob.client.post(cast.bob.url(path), {"hours": 1}).status_code == 403
    assert jobs(channel, "channels.read_missed") == []
    page = cast.alice.client.post(cast.alice.url(path), {"hours": 1}, headers={"HX-Request": "true"}).text
    assert "Reading what was said since" in page
    assert jobs(channel, "channels.read_missed") != []
    read_missed(channel)
    until(lambda: len(messages(channel)) == 1)
    number = make_number(cast.alice, whatsapp)
    refused = cast.alice.client.post(cast.alice.url(f"channels/{number.id}/missed/"), {"hours": 1})
    assert refused.status_code == 409, "Meta remembers nothing that could be read"
    assert reread(cast.alice, number).status == "working"


def test_an_uncertain_send_is_found_in_the_history(
    cast: Cast, whatsapp: Simulator, channel: Channel, applier: str
) -> None:
    contact = make_contact(cast.alice, phone=f"+{CUSTOMER}")
    talk = make_conversation(cast.alice, channel=channel, contact=contact)
    message_id = new_id()
    ours = gateway_for("waha").client_ref_for(message_id)
    with workspace_transaction(channel.workspace_id):
        Message.objects.create(
            workspace_id=channel.workspace_id, id=message_id, conversation=talk, channel_id=channel.id,
            contact_id=contact.id, direction="outbound", body="Chegou?", status="uncertain",
            client_id=new_id(), client_ref=ours, at=now(),
        )  # fmt: skip
    chat = {"session": channel.external_id, "chatId": f"{CUSTOMER}@c.us", "text": "Chegou?", "id": ours}
    whatsapp.waha("POST", "/api/sendText", chat)
    set_health(channel, gap_from=now() - HOUR, gap_until=now() + HOUR, gap_reason="asked")
    read_all(channel)
    [found] = messages(channel)
    assert found.status in {"accepted", "sent", "delivered"}
    assert found.provider_message_id == ours
