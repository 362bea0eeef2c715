"""What is known of a number beside its state, how it is kept, and what is told of it."""

from datetime import timedelta

import pytest

from parley.access.tests.factories import Cast
from parley.channels.gateways.number import NumberFacts, NumberNotice
from parley.channels.models import Channel
from parley.channels.queries import locked_channel
from parley.channels.services import alerts as telling
from parley.channels.services.facts import record_facts
from parley.channels.services.following import follow
from parley.channels.tests.factories import announced, history, make_number, reread
from parley.channels.tests.watching import alerts, alerts_ever, health, look, make_working_session
from parley.core.clock import now
from parley.core.transactions import workspace_transaction
from parley.simulator.testing import Simulator


@pytest.fixture
def number(cast: Cast, whatsapp: Simulator) -> Channel:
    return make_number(cast.alice, whatsapp)


def tell(channel: Channel, **facts: object) -> None:
    """The provider says this of the number."""
    with workspace_transaction(channel.workspace_id):
        locked = locked_channel(channel.workspace_id, channel.id)
        record_facts(locked, NumberFacts(at=now(), **facts))  # type: ignore[arg-type]
        follow(locked)


def test_a_new_number_is_read_at_once(cast: Cast, number: Channel) -> None:
    assert number.quality_rating == "GREEN"
    assert number.messaging_limit != ""
    assert number.throughput_mps == 80
    assert health(number).facts_at is not None
    assert {"quality", "limit"} & {event.kind for event in history(cast.alice, number)} == set(), "no change"
    page = cast.bob.client.get(cast.bob.url(f"channels/{number.id}/")).text
    assert "80 messages a second" in page


def test_every_change_has_its_line_and_the_same_again_has_none(cast: Cast, number: Channel) -> None:
    tell(number, messaging_limit="TIER_2K", quality="YELLOW")
    tell(number, messaging_limit="TIER_10K")
    tell(number, messaging_limit="TIER_10K", throughput_mps=1000)
    lines = [(event.kind, event.to_state) for event in history(cast.alice, number)]
    assert lines.count(("limit", "TIER_10K")) == 1
    assert ("quality", "YELLOW") in lines
    assert ("throughput", "1000") in lines
    page = cast.alice.client.get(cast.alice.url(f"channels/{number.id}/")).text
    assert "Quality: High → Medium" in page
    assert "The limit is now 10,000 new people in 24 hours; it was 2,000 new people in 24 hours" in page
    types = [event.type for event in announced(cast.alice, number)]
    assert types.count("channel.facts_changed") >= 3


def test_low_quality_is_an_alarm_until_it_is_over(cast: Cast, number: Channel) -> None:
    tell(number, quality="RED")
    tell(number, quality="RED")
    assert alerts(number) == {"quality_red": "critical"}
    assert alerts_ever(number) == ["quality_red"]
    page = cast.bob.client.get(cast.bob.url(f"channels/{number.id}/")).text
    assert "Customers block or report this number" in page
    assert "Stop campaigns" in page
    tell(number, quality="GREEN")
    assert alerts(number) == {}
    told = [event.type for event in announced(cast.alice, number)]
    assert told.count("channel.alert") == told.count("channel.alert_resolved") == 1


def test_fewer_people_is_a_warning_and_more_is_news(number: Channel) -> None:
    tell(number, messaging_limit="TIER_10K")
    tell(number, messaging_limit="TIER_2K")
    assert alerts(number)["limit_changed"] == "warning"
    tell(number, messaging_limit="TIER_100K")
    assert alerts(number)["limit_changed"] == "info"
    assert alerts_ever(number).count("limit_changed") == 1


def test_shows_what_customers_see(cast: Cast, number: Channel) -> None:
    profile = {
        "about": "Móveis <b>sob medida</b>",
        "vertical": "HOME_GOODS",
        "websites": ["https://lume.example"],
    }
    tell(number, profile=profile, name_status="APPROVED")
    page = cast.bob.client.get(cast.bob.url(f"channels/{number.id}/")).text
    assert "Móveis &lt;b&gt;sob medida" in page
    assert "Home goods" in page
    assert "https://lume.example" in page
    assert reread(cast.alice, number).metadata["name_status"] == "APPROVED"
    assert cast.charlie.client.get(cast.charlie.url(f"channels/{number.id}/")).status_code == 404


def test_a_limit_in_force_is_told_as_long_as_it_is(cast: Cast, number: Channel) -> None:
    lock = NumberNotice(at=now(), kind="reachout_timelock", detail="Nobody new.", severity="critical")
    for notices in ([lock], [lock]):
        with workspace_transaction(number.workspace_id):
            telling.follow_notices(locked_channel(number.workspace_id, number.id), notices)
    assert alerts(number) == {"reachout_timelock": "critical"}
    page = cast.bob.client.get(cast.bob.url(f"channels/{number.id}/")).text
    assert "write to nobody new" in page
    with workspace_transaction(number.workspace_id):
        telling.follow_notices(locked_channel(number.workspace_id, number.id), [])
    assert alerts(number) == {}
    assert alerts_ever(number) == ["reachout_timelock"]


def test_a_session_s_engine_and_limits_are_read_at_a_look(cast: Cast, whatsapp: Simulator) -> None:
    session = make_working_session(cast.alice, whatsapp, since=timedelta(minutes=1))
    whatsapp.set_quirks(session.external_id, timelock="told", timelock_until=(now().timestamp() + 3600))
    look(session)
    assert reread(cast.alice, session).engine in {"GOWS", "NOWEB", "WEBJS", "WPP"}
    assert alerts(session) == {"reachout_timelock": "critical"}
    whatsapp.set_quirks(session.external_id)
    look(session)
    assert alerts(session) == {}


def test_what_only_happened_leaves_the_view_after_a_day(number: Channel) -> None:
    with workspace_transaction(number.workspace_id):
        locked = locked_channel(number.workspace_id, number.id)
        telling.tell(
            locked, "account_update", "warning", detail="Something", until=now() - timedelta(seconds=1)
        )
    assert alerts(number) == {"account_update": "warning"}
    look(number)
    assert alerts(number) == {}
