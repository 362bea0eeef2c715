"""The history of a number: every change by name, narrowed and page by page."""

from dataclasses import replace
from datetime import timedelta

import pytest

from parley.access.tests.factories import Cast
from parley.channels import reactors
from parley.channels.history_words import history_line
from parley.channels.models import STATES, Channel, ChannelEvent
from parley.channels.services.transitions import UNPLANNED, step
from parley.channels.tests.watching import alerts, health, make_working_session
from parley.core.clock import now
from parley.core.ids import new_id
from parley.core.reactors import LoggedEvent
from parley.core.transactions import workspace_transaction
from parley.messaging.tests.factories import make_channel
from parley.simulator.testing import Simulator

HTMX = {"HX-Request": "true"}


@pytest.fixture
def channel(cast: Cast) -> Channel:
    """A number of Alice's with two pages of changes, every second one an alert."""
    channel = make_channel(cast.alice)
    with workspace_transaction(channel.workspace_id):
        for number in range(40):
            ChannelEvent.objects.create(
                workspace_id=channel.workspace_id, channel_id=channel.id,
                kind="quality" if number % 2 else "renamed", from_state="GREEN" if number % 2 else "",
                to_state="YELLOW" if number % 2 else "", detail=f"line {number}",
                at=now() - timedelta(minutes=number),
            )  # fmt: skip
    return channel


def test_goes_back_page_by_page(cast: Cast, channel: Channel) -> None:
    url = cast.bob.url(f"channels/{channel.id}/history/")
    first = cast.bob.client.get(url, headers=HTMX).text
    assert first.count("<li") == 30
    assert "line 0<" in first
    earlier = first.partition('hx-get="' + url + "?about=&amp;before=")[2].partition('"')[0]
    assert earlier
    second = cast.bob.client.get(f"{url}?about=&before={earlier.replace('&amp;', '&')}", headers=HTMX).text
    assert second.count("<li") == 10
    assert "line 39<" in second
    assert "line 0<" not in second
    assert "Newest" in second


def test_is_narrowed_to_what_one_asks_for(cast: Cast, channel: Channel) -> None:
    url = cast.bob.url(f"channels/{channel.id}/history/")
    facts = cast.bob.client.get(f"{url}?about=facts", headers=HTMX).text
    assert facts.count("<li") == 20
    assert "Renamed" not in facts
    people = cast.bob.client.get(f"{url}?about=people", headers=HTMX).text
    assert "Quality:" not in people
    assert "Renamed" in people
    assert "Nothing of that kind so far" in cast.bob.client.get(f"{url}?about=alerts", headers=HTMX).text
    whole = cast.bob.client.get(f"{url}?about=facts").text
    assert "<html" in whole


@pytest.mark.parametrize("before", ["x", "2026-01-01_", "2026-01-01T00:00:00_nothing", "9" * 500, "_", "\0"])
def test_a_made_up_place_is_the_first_page(cast: Cast, channel: Channel, before: str) -> None:
    url = cast.bob.url(f"channels/{channel.id}/history/")
    answer = cast.bob.client.get(url, {"before": before, "about": "%' OR 1=1"}, headers=HTMX)
    assert answer.status_code == 200
    assert "line 0<" in answer.text


def test_is_nobody_else_s(cast: Cast, channel: Channel) -> None:
    for place in (cast.alice, cast.charlie):
        url = place.url(f"channels/{channel.id}/history/")
        assert cast.charlie.client.get(url, headers=HTMX).status_code == 404


def test_every_way_between_states_has_a_name() -> None:
    planned = {(a, b) for a in STATES for b in STATES if a != b and step(a, b) != UNPLANNED}
    assert {(state, "failed") for state in STATES if state != "failed"} <= planned
    assert {(state, "stopped") for state in STATES if state != "stopped"} <= planned
    assert step("stopped", "passkey") == UNPLANNED
    for before in STATES:
        for after in STATES:
            event = ChannelEvent(kind="state", from_state=before, to_state=after)
            assert history_line(event).text


def test_every_kind_reads_as_a_sentence() -> None:
    for kind in ("gap", "recovered", "restarted", "acks_broken", "alert", "resolved", "notice", "silent"):
        event = ChannelEvent(kind=kind, from_state="14", to_state="3")
        assert history_line(event).text
    line = history_line(ChannelEvent(kind="recovered", from_state="14", to_state="3"))
    assert line.text == "14 messages recovered, 3 customers waiting"
    assert history_line(ChannelEvent(kind="recovered", from_state="1", to_state="0")).text == (
        "1 message recovered, nobody is waiting"
    )


def logged(channel: Channel, type_: str, **data: object) -> LoggedEvent:
    return LoggedEvent(
        id=new_id(), workspace_id=channel.workspace_id, position=1, seq=1, type=type_, object_type="channel",
        object_id=channel.id, data=data, at=now(),
    )  # fmt: skip


def test_what_an_engine_heard_opens_gap_and_alarm(cast: Cast, whatsapp: Simulator) -> None:
    channel = make_working_session(cast.alice, whatsapp, since=timedelta(minutes=10))
    with workspace_transaction(channel.workspace_id):
        Channel.objects.filter(id=channel.id).update(status="failed")
        ChannelEvent.objects.create(
            workspace_id=channel.workspace_id, channel_id=channel.id, kind="state", from_state="working",
            to_state="failed", at=now(),
        )  # fmt: skip
        reactors.follow_the_number(logged(channel, "channel.state_changed", status="failed"))
    assert alerts(channel) == {"failed": "critical"}
    assert health(channel).gap_from is not None
    with workspace_transaction(channel.workspace_id):
        Channel.objects.filter(id=channel.id).update(status="working")
        reactors.follow_the_number(logged(channel, "channel.state_changed", status="working"))
    assert alerts(channel) == {}
    assert health(channel).gap_until is not None


def test_what_an_engine_noted_is_an_alarm_where_it_matters(cast: Cast) -> None:
    channel = make_channel(cast.alice)
    with workspace_transaction(channel.workspace_id):
        for severity, kind in (("info", "account_limit"), ("critical", "account_banned")):
            note = ChannelEvent.objects.create(
                workspace_id=channel.workspace_id, channel_id=channel.id, kind="notice", from_state=severity,
                to_state=kind, detail="What Meta said",
            )  # fmt: skip
        note.refresh_from_db()
        event = logged(channel, "channel.notice", kind="account_banned", until=None)
        reactors.follow_the_number(replace(event, at=note.created_at))
    assert alerts(channel) == {"account_banned": "critical"}
    page = cast.bob.client.get(cast.bob.url(f"channels/{channel.id}/")).text
    assert "What Meta said" in page
