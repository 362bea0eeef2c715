"""A session that says it works and hears nothing: found out, restarted, and told once."""

from datetime import timedelta

import pytest
from django.db.models import F

from parley.access.tests.factories import Cast
from parley.channels.models import Channel, ChannelEvent
from parley.channels.tests.factories import announced, history, make_session, reread
from parley.channels.tests.watching import (
    alerts,
    alerts_ever,
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
from parley.core.transactions import workspace_transaction
from parley.simulator.testing import Simulator

HOUR = timedelta(hours=1)


@pytest.fixture
def channel(cast: Cast, whatsapp: Simulator) -> Channel:
    """A session of Alice's, quiet for an hour: its webhooks go to an address where nobody listens."""
    return make_working_session(cast.alice, whatsapp, since=HOUR)


def kinds(cast: Cast, channel: Channel) -> list[str]:
    return [event.kind for event in history(cast.alice, channel)]


def test_a_quiet_night_is_no_trouble(cast: Cast, channel: Channel) -> None:
    look(channel)
    assert health(channel).probed_at is not None
    assert health(channel).silent_since is None
    assert jobs(channel, "channels.refresh_state") == []
    assert alerts(channel) == {}


def test_one_that_is_busy_as_ever_is_not_asked(cast: Cast, channel: Channel) -> None:
    with settings(silence_seconds="7200"):
        look(channel)
    assert health(channel).probed_at is None


def test_its_own_rhythm_says_how_long_is_quiet(cast: Cast, channel: Channel) -> None:
    set_health(channel, rhythm_seconds=120.0, heard_at=channel.last_activity_at)
    with settings(silence_seconds="7200"):
        look(channel)
    assert health(channel).probed_at is not None, "an hour is long for one that speaks every two minutes"


def test_a_message_that_no_webhook_told_is_believed_at_the_second_look(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    say(whatsapp, channel, "Alguém aí?")
    look(channel)
    assert health(channel).silent_since is None
    assert jobs(channel, "channels.refresh_state")[-1]["seen"] == "silent"
    look(channel, seen="silent")
    after = health(channel)
    assert after.silent_since is not None
    assert after.gap_from is not None
    assert after.gap_from <= now() - HOUR
    assert {"silent": "critical", "restarted": "info"}.items() <= alerts(channel).items()
    assert {"silent", "restarted"} <= set(kinds(cast, channel))
    assert whatsapp.until(lambda: whatsapp.session_status(channel.external_id) == "WORKING")
    look(channel)
    assert health(channel).gap_until is not None
    assert jobs(channel, "channels.read_missed") != []


def test_what_is_older_than_can_be_read_back_says_nothing(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    with workspace_transaction(channel.workspace_id):
        ChannelEvent.objects.filter(channel_id=channel.id).update(at=F("at") - timedelta(days=30))
    say(whatsapp, channel, "Faz tempo", seconds_ago=8 * 24 * 3600)
    look(channel)
    look(channel, seen="silent")
    assert health(channel).probed_at is not None
    assert health(channel).silent_since is None, "it would be restarted for ever: nothing can fill that gap"


def test_is_told_once_and_restarted_with_longer_and_longer_pauses(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    with settings(restart_seconds="60,300"):
        for number in range(3):
            say(whatsapp, channel, f"Alguém aí? {number}")
            look(channel, seen="silent")
            whatsapp.until(lambda: whatsapp.session_status(channel.external_id) == "WORKING")
        assert kinds(cast, channel).count("restarted") == 1, "the others came too soon"
        set_health(channel, next_restart_at=now())
        say(whatsapp, channel, "Alguém?")
        set_health(channel, probed_at=now() - HOUR)
        look(channel, seen="silent")
    after = health(channel)
    assert after.restarts == 2
    assert after.next_restart_at is not None
    assert after.next_restart_at > now() + timedelta(seconds=240)
    assert alerts_ever(channel).count("silent") == 1
    told = [event.data["kind"] for event in announced(cast.alice, channel) if event.type == "channel.alert"]
    assert told.count("silent") == 1


def test_what_was_read_back_is_no_news(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    say(whatsapp, channel, "Alguém aí?")
    look(channel, seen="silent")
    whatsapp.until(lambda: whatsapp.session_status(channel.external_id) == "WORKING")
    look(channel)  # sees that it works again
    read_missed(channel)
    set_health(channel, next_restart_at=now(), probed_at=now() - HOUR)
    look(channel, seen="silent")
    assert kinds(cast, channel).count("restarted") == 1
    assert health(channel).silent_since is not None, "still: no webhook has told anything"


def test_an_engine_that_does_not_answer_is_deaf_too(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    whatsapp.fault("waha", "status502_after_accept", match=f"/api/{channel.external_id}/chats", times=0)
    try:
        look(channel)
        assert jobs(channel, "channels.refresh_state")[-1]["seen"] == "silent"
        look(channel, seen="silent")
    finally:
        whatsapp.clear_faults()
    assert "silent" in alerts(channel)


def test_a_phone_being_connected_is_left_in_peace(cast: Cast, whatsapp: Simulator) -> None:
    waiting = make_session(cast.alice, whatsapp)
    for _ in range(3):
        look(waiting)
    assert whatsapp.session_status(waiting.external_id) == "SCAN_QR_CODE"
    assert health(waiting).restarts == 0
    assert alerts(waiting) == {}, "a first connection is no alarm"


def test_the_page_says_it_and_what_to_do(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    say(whatsapp, channel, "Alguém aí?")
    look(channel, seen="silent")
    for person in (cast.alice, cast.bob):
        page = person.client.get(person.url(f"channels/{channel.id}/")).text
        assert "It says that it works, and nothing arrives" in page
        assert "public address" in page
        assert "nothing arrives" in person.client.get(person.url("channels/")).text
    assert cast.charlie.client.get(cast.charlie.url(f"channels/{channel.id}/")).status_code == 404
    assert "nothing arrives" not in cast.charlie.client.get(cast.charlie.url("channels/")).text
    assert reread(cast.alice, channel).name in cast.alice.client.get(cast.alice.url("channels/")).text
