"""Events that were set aside are counted, explained without telling of anybody, and applied once more."""

from collections.abc import Iterator
from typing import Any

import pytest

from parley.access.tests.factories import Cast
from parley.cli.tests.test_refusals import assert_refused, parley
from parley.core.environment import environment
from parley.engines.tests.posting import cloud_text, post, signed_cloud
from parley.engines.tests.running import Connected, connect_channel, in_workspace, running_edge, until
from parley.messaging.models import InboundEvent, Message
from parley.operations.parked import overview, retry


@pytest.fixture
def edge(database: str) -> Iterator[str]:
    with running_edge() as url:
        yield url


@pytest.fixture
def channel(cast: Cast) -> Connected:
    return connect_channel(cast.alice.workspace.id, "cloud_api")


def deliver(edge: str, channel: Connected, number: str, *, id: str) -> None:  # noqa: A002
    body = cloud_text(number, wa_id="5519998761234", id=id, text="Oi!")
    assert post(f"{edge}/hooks/{channel.token}", body, signed_cloud(body))[0] == 200


def park(channel: Connected, **facts: Any) -> None:
    in_workspace(
        channel.workspace_id,
        lambda: InboundEvent.objects.create(
            workspace_id=channel.workspace_id,
            channel_id=channel.id,
            state="parked",
            **{"payload": {}, "dedupe_key": "k", **facts},
        ),
    )


def states(channel: Connected) -> Any:
    return in_workspace(
        channel.workspace_id,
        lambda: list(InboundEvent.objects.order_by("id").values_list("state", flat=True)),
    )


def bodies(channel: Connected) -> Any:
    return in_workspace(channel.workspace_id, lambda: list(Message.objects.values_list("channel_id", "body")))


def test_an_event_goes_to_its_number_once_that_is_connected(
    edge: str, cast: Cast, channel: Connected
) -> None:
    slug = cast.alice.workspace.slug
    deliver(edge, channel, "109800000000077", id="wamid.parked")
    found = overview(environment(), workspace_slug=slug)
    assert found.counts == {"new": 0, "parked": 1, "applied": 0, "ignored": 0}
    [parked] = found.newest
    assert (parked.workspace, parked.channel_id) == (slug, channel.id)
    assert parked.reason == "The number 109800000000077 is not connected here."
    assert retry(environment(), workspace_slug=slug) == 0, "it is for nobody here"

    number = connect_channel(channel.workspace_id, "cloud_api", external_id="109800000000077")
    assert retry(environment(), workspace_slug=slug) == 1
    assert until(lambda: bodies(channel)) == [(number.id, "Oi!")]
    assert states(channel) == ["applied"]


def test_another_secret_proves_nothing(edge: str, cast: Cast, channel: Connected) -> None:
    deliver(edge, channel, "109800000000078", id="wamid.unproven")
    connect_channel(
        channel.workspace_id, "cloud_api", external_id="109800000000078", webhook_secret="quite another key"
    )
    assert retry(environment(), workspace_slug=cast.alice.workspace.slug) == 0
    assert states(channel) == ["parked"]


def test_what_came_again_by_itself_is_not_taken_twice(edge: str, cast: Cast, channel: Connected) -> None:
    deliver(edge, channel, "109800000000079", id="wamid.twice")
    connect_channel(channel.workspace_id, "cloud_api", external_id="109800000000079")

    def comes_again() -> Any:
        """The edge hears of the new number only after some seconds."""
        deliver(edge, channel, "109800000000079", id="wamid.twice")
        return bodies(channel)

    until(comes_again)
    retry(environment(), workspace_slug=cast.alice.workspace.slug)
    assert sorted(states(channel)) == ["applied", "ignored"]
    assert len(bodies(channel)) == 1


def test_reasons_tell_of_nobody_and_lost_json_stays(cast: Cast, channel: Connected) -> None:
    slug = cast.alice.workspace.slug
    park(channel, error='DataError: invalid input "Marina Souza" from 5519998761234@c.us', dedupe_key="a")
    park(channel, error="PostgreSQL cannot hold this JSON: …", raw=b'{"x": 1e999999}', dedupe_key="b")
    reasons = " ".join(event.reason for event in overview(environment(), workspace_slug=slug).newest)
    assert "DataError" in reasons
    assert "Marina" not in reasons
    assert "5519998761234" not in reasons
    assert retry(environment(), workspace_slug=slug) == 1
    assert states(channel) == ["new", "parked"]


def test_the_command_keeps_to_the_workspace_it_is_told(cast: Cast, channel: Connected) -> None:
    other = connect_channel(cast.charlie.workspace.id, "cloud_api")
    for place in (channel, other):
        park(place, error="LookupError: tables")
    shown = parley("events", "--workspace", cast.alice.workspace.slug)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.splitlines()[1].split() == ["parked", "1"]
    assert "LookupError: tables" in shown.stdout
    again = parley("events", "--retry", "--workspace", cast.alice.workspace.slug)
    assert again.stdout.startswith("1 events"), again.stderr
    assert (states(channel), states(other)) == (["new"], ["parked"])
    assert_refused(parley("events", "--workspace", "no-such-place"), "no workspace")
    doctor = parley("doctor", "--workspace", cast.alice.workspace.slug)
    assert "Worth a look: webhook events set aside: " in doctor.stdout
    assert "0 wrong" in doctor.stdout
