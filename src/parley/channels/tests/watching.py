"""Numbers under watch, for tests: what is long ago, what is remembered, and jobs run by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from os import environ
from typing import Any
from unittest.mock import patch

from django.db.models import F
from procrastinate.contrib.django.models import ProcrastinateJob

from parley.access.tests.factories import Person
from parley.channels import queries, tasks
from parley.channels.models import Channel, ChannelAlert, ChannelEvent, ChannelHealth
from parley.channels.services import control
from parley.channels.tests.factories import make_session, reread
from parley.core.clock import now
from parley.core.environment import environment
from parley.core.transactions import platform_transaction, workspace_transaction
from parley.simulator.people.phones import Letter
from parley.simulator.testing import Simulator

CUSTOMER = "5519998761234"


def make_working_session(person: Person, whatsapp: Simulator, *, since: timedelta) -> Channel:
    """A session of the person's that has worked for so long, and whose webhooks reach nobody."""
    channel = make_session(person, whatsapp)
    whatsapp.scan(channel.external_id)
    control.refresh(person.workspace.id, channel.id)
    with workspace_transaction(person.workspace.id):
        events = ChannelEvent.objects.filter(channel_id=channel.id)
        events.update(at=F("at") - since)
        rows = Channel.objects.filter(id=channel.id)
        rows.update(status_at=F("status_at") - since, last_activity_at=now() - since)
    return reread(person, channel)


def say(whatsapp: Simulator, channel: Channel, body: str, *, seconds_ago: float = 60) -> str:
    """The customer wrote a while ago."""
    at = (now() - timedelta(seconds=seconds_ago)).timestamp()
    letter = Letter(channel=channel.external_id, body=body, at=at, offline=True)
    return whatsapp.write(CUSTOMER, letter)


def look(channel: Channel, *, seen: str = "") -> None:
    """The watch's look, as its job does it."""
    tasks.refresh_state(workspace_id=str(channel.workspace_id), channel_id=str(channel.id), seen=seen)


def read_missed(channel: Channel) -> None:
    tasks.read_missed(workspace_id=str(channel.workspace_id), channel_id=str(channel.id))


def jobs(channel: Channel, name: str) -> list[dict[str, Any]]:
    """The arguments of the jobs that wait for the channel, oldest first."""
    with platform_transaction():
        rows = ProcrastinateJob.objects.filter(task_name=name, args__channel_id=str(channel.id))
        return list(rows.order_by("id").values_list("args", flat=True))


def health(channel: Channel) -> ChannelHealth:
    with workspace_transaction(channel.workspace_id):
        return queries.health_of(channel)


def set_health(channel: Channel, **values: object) -> None:
    with workspace_transaction(channel.workspace_id):
        ChannelHealth.objects.update_or_create(
            workspace_id=channel.workspace_id, channel_id=channel.id, defaults=values
        )


def alerts(channel: Channel) -> dict[str, str]:
    """What is open: kind and severity."""
    with workspace_transaction(channel.workspace_id):
        return {alert.kind: alert.severity for alert in queries.open_alerts(channel)}


def alerts_ever(channel: Channel) -> list[str]:
    with workspace_transaction(channel.workspace_id):
        rows = ChannelAlert.objects.filter(channel_id=channel.id).order_by("at", "id")
        return list(rows.values_list("kind", flat=True))


@contextmanager
def settings(**values: str) -> Iterator[None]:
    """The operator's choices for a while: `watch_seconds="1"` is PARLEY_WATCH_SECONDS."""
    chosen = {f"PARLEY_{name.upper()}": value for name, value in values.items()}
    with patch.dict(environ, chosen):
        environment.cache_clear()
        try:
            yield
        finally:
            environment.cache_clear()
    environment.cache_clear()
