"""Start, stop, restart, log out, check again, rename, replace the key, remove."""

from datetime import timedelta

import pytest

from parley.access.tests.factories import Cast, Person
from parley.channels.models import Channel
from parley.channels.services import control
from parley.channels.services.credentials import credentials_for
from parley.channels.tests.factories import (
    WAHA_KEY,
    announced,
    channels_of,
    history,
    make_number,
    make_session,
    reread,
)
from parley.core.transactions import workspace_transaction
from parley.simulator.testing import Refusal, Simulator

HTMX = {"HX-Request": "true"}


@pytest.fixture
def channel(cast: Cast, whatsapp: Simulator) -> Channel:
    """A session of Alice's that works."""
    channel = make_session(cast.alice, whatsapp)
    whatsapp.scan(channel.external_id)
    control.refresh(cast.alice.workspace.id, channel.id)
    return reread(cast.alice, channel)


def click(person: Person, channel: Channel, verb: str, **form: str) -> str:
    answer = person.client.post(person.url(f"channels/{channel.id}/{verb}/"), form, headers=HTMX)
    return answer.content.decode()


def test_stops_and_starts_without_losing_the_phone(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    assert "Nothing comes in and nothing goes out" in click(cast.alice, channel, "stop")
    assert reread(cast.alice, channel).status == "stopped"
    assert whatsapp.session_status(channel.external_id) == "STOPPED"
    click(cast.alice, channel, "start")
    assert whatsapp.until(lambda: whatsapp.session_status(channel.external_id) == "WORKING")
    click(cast.alice, channel, "refresh")
    assert reread(cast.alice, channel).status == "working"


def test_tells_history_and_screens_of_each_change(cast: Cast, channel: Channel) -> None:
    click(cast.alice, channel, "stop")
    newest = history(cast.alice, channel)[0]
    assert (newest.kind, newest.from_state, newest.to_state) == ("state", "working", "stopped")
    event = announced(cast.alice, channel)[-1]
    assert (event.type, event.data) == (
        "channel.state_changed",
        {"status": "stopped"},
    )
    told = len(announced(cast.alice, channel))
    click(cast.alice, channel, "stop")  # again: nothing new to tell
    assert len(announced(cast.alice, channel)) == told


def test_restarts_a_failed_session(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    whatsapp._simulator("POST", f"sessions/{channel.external_id}", {"status": "FAILED"})
    assert "Not working" in click(cast.alice, channel, "refresh")
    click(cast.alice, channel, "restart")
    assert whatsapp.until(lambda: whatsapp.session_status(channel.external_id) == "WORKING")


def test_logging_out_asks_for_a_new_scan(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    click(cast.alice, channel, "logout")
    assert whatsapp.until(lambda: whatsapp.session_status(channel.external_id) == "SCAN_QR_CODE")
    assert "Scan the code with the phone" in click(cast.alice, channel, "refresh")
    assert "logged_out" in {event.kind for event in history(cast.alice, channel)}


def test_makes_a_session_again_that_the_server_lost(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    whatsapp.waha("DELETE", f"/api/sessions/{channel.external_id}")
    page = click(cast.alice, channel, "refresh")
    assert "The server lost the session" in page
    assert reread(cast.alice, channel).status == "failed"
    click(cast.alice, channel, "start")
    [webhook] = whatsapp.waha("GET", f"/api/sessions/{channel.external_id}")["config"]["webhooks"]
    assert webhook["url"].endswith(channel.webhook_token)


def test_says_when_the_server_is_away_and_when_it_is_back(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    whatsapp.fault("waha", "reset", match=f"/{channel.external_id}/restart", before=True)
    page = click(cast.alice, channel, "restart")
    assert "The server does not answer" in page
    after = reread(cast.alice, channel)
    assert after.status == "working"
    assert after.error_message
    click(cast.alice, channel, "refresh")
    assert reread(cast.alice, channel).error_message == ""
    assert [event.kind for event in history(cast.alice, channel)[:2]] == ["reachable", "unreachable"]


def test_says_when_no_webhook_ever_came_and_sets_it_again(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    url = cast.alice.url(f"channels/{channel.id}/")
    hint = "Nothing has arrived from this server yet"
    assert hint not in cast.alice.client.get(url).content.decode()  # it has had no time
    with workspace_transaction(cast.alice.workspace.id):
        earlier = channel.created_at - timedelta(minutes=2)
        Channel.objects.filter(id=channel.id).update(created_at=earlier)
    assert hint in cast.alice.client.get(url).content.decode()

    whatsapp.waha("PUT", f"/api/sessions/{channel.external_id}", {"config": {}})
    assert "Webhook set" in click(cast.alice, channel, "webhook")
    [webhook] = whatsapp.waha("GET", f"/api/sessions/{channel.external_id}")["config"]["webhooks"]
    assert webhook["url"].endswith(channel.webhook_token)


def test_the_webhook_can_be_set_again_at_any_time(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    with workspace_transaction(cast.alice.workspace.id):
        Channel.objects.filter(id=channel.id).update(last_activity_at=channel.created_at)
    page = cast.alice.client.get(cast.alice.url(f"channels/{channel.id}/")).text
    assert "Nothing has arrived" not in page
    assert f"/channels/{channel.id}/webhook/" in page
    assert "Set the webhook again" in page
    number = make_number(cast.alice, whatsapp)
    page = cast.alice.client.get(cast.alice.url(f"channels/{number.id}/")).text
    assert "Set the webhook again" not in page, "a number has a section of its own"


def test_without_javascript_a_verb_leads_back_to_the_page(cast: Cast, channel: Channel) -> None:
    answer = cast.alice.client.post(cast.alice.url(f"channels/{channel.id}/stop/"))
    assert answer.status_code == 302
    assert answer["Location"] == cast.alice.url(f"channels/{channel.id}/")


def test_renames(cast: Cast, channel: Channel) -> None:
    assert "Loja Centro" in click(cast.alice, channel, "name", name="  Loja Centro ")
    assert reread(cast.alice, channel).name == "Loja Centro"
    assert "Give the number a name" in click(cast.alice, channel, "name", name=" ")


def test_a_new_key_is_proven_before_it_replaces_the_old(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    before = bytes(channel.credentials)
    page = click(cast.alice, channel, "key", key="a wrong key")
    assert "does not accept the API key" in page
    assert "a wrong key" not in page
    assert bytes(reread(cast.alice, channel).credentials) == before

    assert WAHA_KEY not in click(cast.alice, channel, "key", key=WAHA_KEY)
    after = reread(cast.alice, channel)
    assert bytes(after.credentials) != before
    assert credentials_for(after).secrets == credentials_for(channel).secrets


def test_an_app_secret_can_be_replaced_alone(cast: Cast, whatsapp: Simulator) -> None:
    number = make_number(cast.alice, whatsapp)
    token = credentials_for(number).secrets["access_token"]
    click(cast.alice, number, "key", app_secret="the new secret")
    after = credentials_for(reread(cast.alice, number)).secrets
    assert after == {"access_token": token, "webhook_secret": "the new secret"}


def test_removing_logs_out_and_keeps_the_row(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    answer = cast.alice.client.post(cast.alice.url(f"channels/{channel.id}/removal/"))
    assert answer["Location"] == cast.alice.url("channels/")
    assert channels_of(cast.alice) == []
    assert reread(cast.alice, channel).deleted_at is not None
    assert cast.alice.client.get(cast.alice.url(f"channels/{channel.id}/")).status_code == 404
    with pytest.raises(Refusal, match="404"):
        whatsapp.session_status(channel.external_id)


def test_removing_succeeds_where_the_server_is_away(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    whatsapp.fault("waha", "reset", match=f"DELETE /api/sessions/{channel.external_id}", before=True)
    cast.alice.client.post(cast.alice.url(f"channels/{channel.id}/removal/"))
    assert channels_of(cast.alice) == []
