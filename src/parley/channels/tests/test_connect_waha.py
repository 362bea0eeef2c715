"""Connecting a WhatsApp session: the page, and a WAHA that speaks real HTTP."""

import socket
from typing import Any

import pytest

from parley.access.tests.factories import Cast, Person
from parley.channels.models import ChannelLease
from parley.channels.services.credentials import credentials_for
from parley.channels.tests.factories import WAHA_KEY, announced, channels_of, history, unused_name
from parley.core.environment import environment
from parley.core.transactions import workspace_transaction
from parley.simulator.testing import Simulator


def connect(person: Person, whatsapp: Simulator, **changes: str) -> Any:
    form = {
        "name": "Shop",
        "base_url": whatsapp.url,
        "api_key": WAHA_KEY,
        "session_name": unused_name(),
        **changes,
    }
    return person.client.post(person.url("channels/new/session/"), form)


def test_creates_and_starts_a_session_whose_webhook_is_signed(cast: Cast, whatsapp: Simulator) -> None:
    answer = connect(cast.alice, whatsapp)
    [channel] = channels_of(cast.alice)
    assert answer.status_code == 302
    assert answer["Location"] == cast.alice.url(f"channels/{channel.id}/")
    assert channel.status in {"starting", "scan_qr"}

    [webhook] = whatsapp.waha("GET", f"/api/sessions/{channel.external_id}")["config"]["webhooks"]
    assert webhook["url"] == f"http://testserver/hooks/{channel.webhook_token}"
    assert webhook["hmac"]["key"] == credentials_for(channel).secrets["webhook_secret"]
    assert len(bytes.fromhex(webhook["hmac"]["key"])) == 32
    assert "session.status" in webhook["events"]
    assert webhook["retries"]["attempts"] > 1


def test_leaves_leases_history_and_an_announcement(cast: Cast, whatsapp: Simulator) -> None:
    connect(cast.alice, whatsapp)
    [channel] = channels_of(cast.alice)
    with workspace_transaction(cast.alice.workspace.id):
        leases = ChannelLease.objects.filter(channel_id=channel.id).values_list("purpose", flat=True)
        assert set(leases) == {"send", "apply"}
    assert history(cast.alice, channel)[-1].kind == "connected"
    [connected, *_] = announced(cast.alice, channel)
    assert connected.type == "channel.connected"
    assert connected.topics == [f"channel:{channel.id}", "inbox"]


def test_keys_are_ciphertext_in_the_database_and_nowhere_on_a_page(cast: Cast, whatsapp: Simulator) -> None:
    connect(cast.alice, whatsapp)
    [channel] = channels_of(cast.alice)
    webhook_secret = credentials_for(channel).secrets["webhook_secret"]
    stored = bytes(channel.credentials) + bytes(channel.webhook_secret)
    assert WAHA_KEY.encode() not in stored
    assert webhook_secret.encode() not in stored
    page = cast.alice.client.get(cast.alice.url(f"channels/{channel.id}/")).content.decode()
    assert WAHA_KEY not in page
    assert webhook_secret not in page
    assert channel.webhook_token not in page


def test_names_a_wrong_key_beside_its_field_and_keeps_nothing(cast: Cast, whatsapp: Simulator) -> None:
    answer = connect(cast.alice, whatsapp, api_key="not the key at all")
    assert answer.status_code == 422
    assert "does not accept the API key" in answer.content.decode()
    assert "not the key at all" not in answer.content.decode()
    assert channels_of(cast.alice) == []


def test_names_an_address_where_nothing_answers(cast: Cast, whatsapp: Simulator) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        answer = connect(cast.alice, whatsapp, base_url=url)
    assert answer.status_code == 422
    assert f"Nothing answers at {url}" in answer.content.decode()
    assert channels_of(cast.alice) == []


@pytest.mark.parametrize(
    "url", ["http://10.0.0.7:3000", "http://169.254.169.254/latest", "ftp://127.0.0.1", "http://2130706433/"]
)
def test_refuses_addresses_outside_the_operators_networks(cast: Cast, whatsapp: Simulator, url: str) -> None:
    answer = connect(cast.alice, whatsapp, base_url=url)
    assert answer.status_code == 422
    assert "Parley may not call" in answer.content.decode()
    assert channels_of(cast.alice) == []


def test_refuses_loopback_where_the_operator_named_no_network(
    cast: Cast, whatsapp: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_GATEWAY_NETWORKS", "")
    environment.cache_clear()
    try:
        answer = connect(cast.alice, whatsapp)
    finally:
        monkeypatch.undo()
        environment.cache_clear()
    assert answer.status_code == 422
    assert "PARLEY_GATEWAY_NETWORKS" in answer.content.decode()


def test_takes_an_existing_session_only_when_told_to(cast: Cast, whatsapp: Simulator) -> None:
    name = whatsapp.add_session(unused_name(), scan=False)
    answer = connect(cast.alice, whatsapp, session_name=name)
    assert answer.status_code == 422
    assert f"a session named “{name}” already" in answer.content.decode()
    assert channels_of(cast.alice) == []

    answer = connect(cast.alice, whatsapp, session_name=name, takes_over="on")
    assert answer.status_code == 302
    [webhook] = whatsapp.waha("GET", f"/api/sessions/{name}")["config"]["webhooks"]
    assert webhook["url"].startswith("http://testserver/hooks/")


def test_refuses_a_session_that_the_workspace_has(cast: Cast, whatsapp: Simulator) -> None:
    name = unused_name()
    connect(cast.alice, whatsapp, session_name=name)
    answer = connect(cast.alice, whatsapp, session_name=name)
    assert answer.status_code == 422
    assert "connected already" in answer.content.decode()
    assert len(channels_of(cast.alice)) == 1


def test_takes_the_row_back_when_the_session_cannot_be_made(cast: Cast, whatsapp: Simulator) -> None:
    whatsapp.fault("waha", "refuse", match="/start", status=500)
    answer = connect(cast.alice, whatsapp)
    assert answer.status_code == 422
    assert channels_of(cast.alice) == []


def test_names_what_is_missing(cast: Cast, whatsapp: Simulator) -> None:
    answer = connect(cast.alice, whatsapp, name="", session_name="my session!")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Give the number a name" in page
    assert "letters, digits" in page


def test_is_for_those_who_manage(cast: Cast, whatsapp: Simulator) -> None:
    assert connect(cast.bob, whatsapp).status_code == 403
    assert connect(cast.charlie, whatsapp).status_code == 302  # in their own workspace
    mine = cast.alice.url("channels/new/session/")
    assert cast.charlie.client.get(mine).status_code == 404
    assert channels_of(cast.alice) == []
