"""What is done by itself: restarts, never under somebody's phone, and the webhook set again."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models import F

from parley.access.tests.factories import Cast
from parley.channels.models import Channel, ChannelEvent
from parley.channels.services import control
from parley.channels.tests.factories import history, make_number, make_session, reread
from parley.channels.tests.watching import (
    alerts,
    alerts_ever,
    health,
    look,
    make_working_session,
    set_health,
    settings,
)
from parley.core.clock import now
from parley.core.transactions import workspace_transaction
from parley.simulator.testing import Simulator


@pytest.fixture
def channel(cast: Cast, whatsapp: Simulator) -> Channel:
    return make_working_session(cast.alice, whatsapp, since=timedelta(minutes=10))


@pytest.fixture(autouse=True)
def no_faults_left(whatsapp: Simulator) -> Iterator[None]:
    yield
    whatsapp.clear_faults()


def be(whatsapp: Simulator, channel: Channel, status: str) -> None:
    whatsapp._simulator("POST", f"sessions/{channel.external_id}", {"status": status})


def status(whatsapp: Simulator, channel: Channel) -> str:
    return whatsapp.session_status(channel.external_id)


def restarts(cast: Cast, channel: Channel) -> list[str]:
    return [event.to_state for event in history(cast.alice, channel) if event.kind == "restarted"]


def test_a_failed_session_is_restarted_at_the_second_look(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    be(whatsapp, channel, "FAILED")
    look(channel)
    assert alerts(channel) == {"failed": "critical"}
    assert restarts(cast, channel) == []
    look(channel)
    assert restarts(cast, channel) == ["failed"]
    assert whatsapp.until(lambda: status(whatsapp, channel) == "WORKING")
    look(channel)
    assert alerts(channel) == {"restarted": "info"}
    set_health(channel, next_restart_at=now())
    look(channel)
    assert alerts(channel) == {}, "it worked for as long as the next pause"
    assert health(channel).restarts == 0


def test_pauses_grow_while_it_does_not_help(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    whatsapp.fault("waha", "refuse", match=f"/{channel.external_id}/restart", times=0, status=500)
    be(whatsapp, channel, "FAILED")
    pauses = []
    with settings(restart_seconds="60,300,900"):
        look(channel)
        for _ in range(4):
            look(channel)
            look(channel)  # too soon
            pause = health(channel).next_restart_at
            assert pause is not None
            pauses.append(round((pause - now()).total_seconds(), -1))
            set_health(channel, next_restart_at=now())
    assert pauses == [60, 300, 900, 900]
    assert len(restarts(cast, channel)) == 4
    assert alerts_ever(channel).count("failed") == 1, "one fact is told once"


def test_codes_that_ran_out_wait_for_a_person(cast: Cast, whatsapp: Simulator) -> None:
    waiting = make_session(cast.alice, whatsapp)
    look(waiting)
    be(whatsapp, waiting, "FAILED")
    for _ in range(3):
        look(waiting)
    assert status(whatsapp, waiting) == "FAILED"
    assert restarts(cast, waiting) == []
    assert alerts(waiting) == {"scan_again": "critical"}
    page = cast.bob.client.get(cast.bob.url(f"channels/{waiting.id}/")).text
    assert "The phone has to be connected again" in page


def test_a_phone_that_logged_out_is_told_and_not_restarted(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    whatsapp.waha("POST", f"/api/sessions/{channel.external_id}/logout", {})
    whatsapp.until(lambda: status(whatsapp, channel) == "SCAN_QR_CODE")
    for _ in range(3):
        look(channel)
    assert status(whatsapp, channel) == "SCAN_QR_CODE"
    assert restarts(cast, channel) == []
    assert alerts(channel) == {"scan_again": "critical"}
    whatsapp.scan(channel.external_id)
    look(channel)
    assert alerts(channel) == {}


def test_a_number_that_is_removed_alarms_nobody(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    be(whatsapp, channel, "FAILED")
    look(channel)
    assert alerts(channel) == {"failed": "critical"}
    control.remove(channel.workspace_id, channel.id)
    assert alerts(channel) == {}
    look(channel)  # a job that was on its way
    assert alerts(channel) == {}


def test_one_that_does_not_come_up_is_restarted(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    whatsapp.set_quirks(channel.external_id, stuck_starts=1)
    whatsapp.waha("POST", f"/api/sessions/{channel.external_id}/restart", {})
    look(channel, seen="starting")
    look(channel)
    assert restarts(cast, channel) == [], "it has had no time"
    with workspace_transaction(channel.workspace_id):
        rows = ChannelEvent.objects.filter(channel_id=channel.id)
        rows.update(at=F("at") - timedelta(minutes=3))
    look(channel)
    assert restarts(cast, channel) == [], "its clock says so, and ours does not"
    with workspace_transaction(channel.workspace_id):
        rows.update(created_at=F("created_at") - timedelta(minutes=3))
    look(channel)
    assert restarts(cast, channel) == ["starting"]
    assert whatsapp.until(lambda: status(whatsapp, channel) == "WORKING")


def test_one_that_stopped_by_itself_is_started_and_one_that_a_person_stopped_is_not(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    look(channel)  # from now on it is watched
    whatsapp.waha("POST", f"/api/sessions/{channel.external_id}/stop", {})
    look(channel, seen="stopped")
    assert alerts(channel) == {"stopped": "critical"}
    look(channel)
    assert whatsapp.until(lambda: status(whatsapp, channel) == "WORKING")
    look(channel)
    control.stop(channel.workspace_id, channel.id)
    assert alerts(channel) == {}
    look(channel)
    assert status(whatsapp, channel) == "STOPPED"
    assert reread(cast.alice, channel).status == "stopped"


def test_a_webhook_that_somebody_took_away_is_set_again(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    whatsapp.waha("PUT", f"/api/sessions/{channel.external_id}", {"config": {"webhooks": []}})
    whatsapp.until(lambda: status(whatsapp, channel) == "WORKING")
    look(channel)
    [webhook] = whatsapp.waha("GET", f"/api/sessions/{channel.external_id}")["config"]["webhooks"]
    assert webhook["url"].endswith(channel.webhook_token)
    assert "webhook_repaired" in {event.kind for event in history(cast.alice, channel)}
    assert alerts(channel) == {}


def test_a_webhook_that_does_not_last_is_set_less_and_less_often(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    def take_away() -> None:
        whatsapp.waha("PUT", f"/api/sessions/{channel.external_id}", {"config": {"webhooks": []}})
        whatsapp.until(lambda: status(whatsapp, channel) == "WORKING")

    def repairs() -> int:
        return [event.kind for event in history(cast.alice, channel)].count("webhook_repaired")

    for number, minutes in enumerate((0, 11, 21), start=1):
        take_away()
        look(channel)
        assert repairs() == number - (minutes > 0), "too soon"
        set_health(channel, webhook_checked_at=now() - timedelta(minutes=minutes))
        look(channel)
        assert repairs() == number
        whatsapp.until(lambda: status(whatsapp, channel) == "WORKING")
    assert alerts(channel) == {"webhook_broken": "critical"}
    look(channel)
    assert alerts(channel) == {}, "now it is there"


def test_that_it_cannot_be_set_is_told(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    whatsapp.waha("PUT", f"/api/sessions/{channel.external_id}", {"config": {"webhooks": []}})
    whatsapp.until(lambda: status(whatsapp, channel) == "WORKING")
    path = f"PUT /api/sessions/{channel.external_id}"
    whatsapp.fault("waha", "refuse", match=path, times=0, status=500)
    look(channel)
    assert alerts(channel) == {"webhook_broken": "critical"}
    whatsapp.clear_faults()
    set_health(channel, webhook_checked_at=now() - timedelta(minutes=6))
    look(channel)
    assert alerts(channel) == {}


def test_a_business_number_s_webhook_is_set_again(cast: Cast, whatsapp: Simulator) -> None:
    number = make_number(cast.alice, whatsapp)
    look(number)
    page = cast.alice.client.get(cast.alice.url(f"channels/{number.id}/")).text
    assert health(number).webhook_checked_at is not None
    assert "Webhook" in page
    assert reread(cast.alice, number).status == "working"


def test_a_token_that_died_is_told_with_its_remedy(cast: Cast, whatsapp: Simulator) -> None:
    number = make_number(cast.alice, whatsapp)
    whatsapp.fault(
        "cloud", "refuse", match=f"/{number.external_id}", times=0, status=401, code=190,
        message="Error validating access token",
    )  # fmt: skip
    look(number)
    assert alerts(number) == {"failed": "critical"}
    page = cast.alice.client.get(cast.alice.url(f"channels/{number.id}/")).text
    assert "access token" in page
    whatsapp.clear_faults()
    look(number)
    assert "failed" not in alerts(number)
