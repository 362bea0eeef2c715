"""The safety net: each number is asked now and then, in case its webhook got lost."""

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from parley.access.tests.factories import Cast
from parley.channels import tasks
from parley.channels.models import Channel
from parley.channels.services import away, control
from parley.channels.tests.factories import history, make_session, reread
from parley.channels.tests.watching import health, set_health
from parley.core.clock import now
from parley.core.transactions import platform_transaction, workspace_transaction
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


def away_jobs() -> list[tuple[str | None, str | None]]:
    with platform_transaction():
        rows = ProcrastinateJob.objects.filter(task_name="channels.look_at_away", status="todo")
        return list(rows.values_list("queueing_lock", "lock"))


def test_those_of_a_server_that_is_away_are_asked_by_one_job_for_all(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    beside = make_session(cast.alice, whatsapp, name="Beside")
    whatsapp.fault("waha", "reset", match=f"/api/sessions/{channel.external_id}", times=2, before=True)
    run(channel)
    tasks.watch_sessions(0)
    tasks.watch_sessions(60)
    assert jobs_of(channel) == jobs_of(beside) == []
    assert away_jobs() == [("channels.look_at_away:0", "channels.look_at_away")], "one, and never two at once"

    run(beside)
    assert health(beside).looked_at is None, "a job that waited leaves it to the other too"
    set_health(channel, looked_at=now() - timedelta(seconds=1))
    tasks.look_at_away()
    assert "unreachable_since" not in reread(cast.alice, channel).metadata
    assert health(beside).looked_at is not None
    tasks.watch_sessions(120)
    assert len(jobs_of(channel)) == len(jobs_of(beside)) == 1


def test_the_longer_it_is_away_the_less_often_it_is_asked(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    whatsapp.fault("waha", "reset", match=f"/api/sessions/{channel.external_id}", times=2, before=True)
    run(channel)

    def is_due(*, away_for: timedelta, looked: timedelta) -> bool:
        with workspace_transaction(channel.workspace_id):
            metadata = {"unreachable_since": (now() - looked - away_for).isoformat()}
            Channel.objects.filter(id=channel.id).update(metadata=metadata)
        set_health(channel, looked_at=now() - looked)
        with workspace_transaction(channel.workspace_id):
            return [channel_id for _, channel_id in away.due(channel.workspace_id)] == [channel.id]

    minute = timedelta(minutes=1)
    assert is_due(away_for=3 * minute, looked=minute)
    assert not is_due(away_for=8 * minute, looked=minute)
    assert is_due(away_for=8 * minute, looked=2.1 * minute)
    assert not is_due(away_for=600 * minute, looked=4 * minute)
    assert is_due(away_for=600 * minute, looked=5.1 * minute), "never less than every five minutes"


def test_a_removed_channel_is_no_error(cast: Cast, channel: Channel) -> None:
    control.remove(cast.alice.workspace.id, channel.id)
    run(channel)
