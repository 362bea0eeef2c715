"""The safety net: each number is asked now and then, in case its webhook got lost."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from parley.access.tests.factories import Cast
from parley.channels import tasks
from parley.channels.models import Channel
from parley.channels.services import control
from parley.channels.tests.factories import history, make_session, reread
from parley.core.transactions import platform_transaction
from parley.simulator.testing import Simulator


@pytest.fixture
def channel(cast: Cast, whatsapp: Simulator) -> Channel:
    """A session of Alice's that works, as Parley knows."""
    channel = make_session(cast.alice, whatsapp)
    whatsapp.scan(channel.external_id)
    control.refresh(cast.alice.workspace.id, channel.id)
    return reread(cast.alice, channel)


def run(channel: Channel, **further: str) -> None:
    tasks.refresh_state(workspace_id=str(channel.workspace_id), channel_id=str(channel.id), **further)


def jobs_of(channel: Channel) -> list[dict[str, str]]:
    with platform_transaction():
        rows = ProcrastinateJob.objects.filter(
            task_name="channels.refresh_state", args__channel_id=str(channel.id)
        )
        return list(rows.order_by("id").values_list("args", flat=True))


def test_every_minute_each_session_gets_a_job_and_only_one(cast: Cast, channel: Channel) -> None:
    tasks.watch_sessions(0)
    tasks.watch_sessions(60)
    assert jobs_of(channel) == [{"workspace_id": str(channel.workspace_id), "channel_id": str(channel.id)}]


def test_what_a_person_stopped_is_left_alone(cast: Cast, channel: Channel) -> None:
    control.stop(cast.alice.workspace.id, channel.id)
    tasks.watch_sessions(0)
    assert jobs_of(channel) == []


def test_takes_over_what_no_webhook_said(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    whatsapp._simulator("POST", f"sessions/{channel.external_id}", {"status": "FAILED"})
    run(channel)
    assert reread(cast.alice, channel).status == "failed"


def test_believes_a_doubtful_state_only_when_seen_twice(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    whatsapp.waha("POST", f"/api/sessions/{channel.external_id}/stop", {})
    run(channel)
    assert reread(cast.alice, channel).status == "working"
    assert jobs_of(channel)[-1]["seen"] == "stopped"
    run(channel, seen="stopped")
    assert reread(cast.alice, channel).status == "stopped"


def test_a_wrong_key_fails_the_channel_with_its_reason(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    whatsapp.fault("waha", "refuse", match=f"/api/sessions/{channel.external_id}", status=401)
    run(channel)
    after = reread(cast.alice, channel)
    assert after.status == "failed"
    assert "API key" in after.error_message
    assert history(cast.alice, channel)[0].detail == after.error_message


def test_a_server_that_is_away_is_noted_once(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    whatsapp.fault("waha", "reset", match=f"/api/sessions/{channel.external_id}", times=2, before=True)
    run(channel)
    run(channel)
    assert reread(cast.alice, channel).status == "working"
    assert [event.kind for event in history(cast.alice, channel)].count("unreachable") == 1


def test_a_removed_channel_is_no_error(cast: Cast, channel: Channel) -> None:
    control.remove(cast.alice.workspace.id, channel.id)
    run(channel)
