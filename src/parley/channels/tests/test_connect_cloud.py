"""Connecting a WhatsApp Business number: the page, and a Graph API that speaks real HTTP."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from parley.access.tests.factories import Cast, Person
from parley.channels.services.credentials import credentials_for, verify_token_of
from parley.channels.tests.factories import channels_of, history, make_number, reread
from parley.core.environment import environment
from parley.simulator.testing import Simulator


@pytest.fixture
def app(whatsapp: Simulator) -> dict[str, Any]:
    """An app at the provider with one account and one number."""
    return whatsapp.add_cloud_app()


class _Handshake(BaseHTTPRequestHandler):
    """Stands where the edge stands in production, and answers a handshake whoever asks."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        [challenge] = parse_qs(urlsplit(self.path).query)["hub.challenge"]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(challenge.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A public address of ours that answers, and the paths it was asked for."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handshake) as server:
        server.asked = []  # type: ignore[attr-defined]
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PARLEY_PUBLIC_URL", f"http://127.0.0.1:{server.server_port}")
        environment.cache_clear()
        yield server.asked  # type: ignore[attr-defined]
        server.shutdown()
    monkeypatch.undo()
    environment.cache_clear()


def connect(person: Person, whatsapp: Simulator, app: dict[str, Any], **changes: str) -> Any:
    form = {
        "name": "Main number",
        "phone_number_id": app["numbers"][0],
        "waba_id": app["waba_id"],
        "access_token": app["access_token"],
        "app_secret": app["app_secret"],
        "base_url": f"{whatsapp.url}/v24.0",
        **changes,
    }
    return person.client.post(person.url("channels/new/number/"), form)


def test_reads_the_number_and_works_at_once(cast: Cast, whatsapp: Simulator, app: dict[str, Any]) -> None:
    answer = connect(cast.alice, whatsapp, app)
    assert answer.status_code == 302
    [channel] = channels_of(cast.alice)
    assert channel.status == "working"
    assert channel.has_window
    assert channel.phone_number.startswith("+")
    assert channel.display_name
    assert channel.quality_rating
    assert credentials_for(channel).secrets == {
        "access_token": app["access_token"],
        "webhook_secret": app["app_secret"],
    }


def test_shows_what_to_type_where_the_webhook_could_not_be_set(
    cast: Cast, whatsapp: Simulator, app: dict[str, Any]
) -> None:
    connect(cast.alice, whatsapp, app)  # the callback's host does not exist, so the handshake fails
    [channel] = channels_of(cast.alice)
    page = cast.alice.client.get(cast.alice.url(f"channels/{channel.id}/")).content.decode()
    assert "Parley could not set it by itself" in page
    assert f"http://testserver/hooks/{channel.webhook_token}" in page
    assert verify_token_of(channel) in page
    assert app["access_token"] not in page
    assert app["app_secret"] not in page
    assert "webhook_by_hand" in {event.kind for event in history(cast.alice, channel)}


def test_has_the_webhook_set_where_the_provider_can_reach_us(
    cast: Cast, whatsapp: Simulator, app: dict[str, Any], hooks: list[str]
) -> None:
    connect(cast.alice, whatsapp, app)
    [channel] = channels_of(cast.alice)
    [asked] = hooks
    assert asked.startswith(f"/hooks/{channel.webhook_token}?")
    assert f"hub.verify_token={verify_token_of(channel)}" in asked
    assert channel.metadata["webhook"] == {"state": "set", "detail": ""}
    page = cast.alice.client.get(cast.alice.url(f"channels/{channel.id}/")).content.decode()
    assert "Meta accepted the address" in page
    assert "need one more step" in page
    assert "phone_number_quality_update" in page


def test_what_only_managers_need_is_shown_to_nobody_else(
    cast: Cast, whatsapp: Simulator, app: dict[str, Any]
) -> None:
    connect(cast.alice, whatsapp, app)
    [channel] = channels_of(cast.alice)
    page = cast.bob.client.get(cast.bob.url(f"channels/{channel.id}/")).content.decode()
    assert channel.name in page
    assert channel.webhook_token not in page
    assert verify_token_of(channel) not in page


def test_names_a_token_that_is_not_accepted(cast: Cast, whatsapp: Simulator, app: dict[str, Any]) -> None:
    answer = connect(cast.alice, whatsapp, app, access_token="an expired token")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "does not accept the access token" in page
    assert "an expired token" not in page
    assert channels_of(cast.alice) == []


def test_names_a_number_that_is_not_there(cast: Cast, whatsapp: Simulator, app: dict[str, Any]) -> None:
    answer = connect(cast.alice, whatsapp, app, phone_number_id="999000111222333")
    assert answer.status_code == 422
    assert "does not know this number" in answer.content.decode()
    assert channels_of(cast.alice) == []


def test_refuses_a_phone_number_where_an_id_belongs(
    cast: Cast, whatsapp: Simulator, app: dict[str, Any]
) -> None:
    answer = connect(cast.alice, whatsapp, app, phone_number_id="+55 19 3211-0000")
    assert answer.status_code == 422
    assert "not the phone number itself" in answer.content.decode()


def test_pausing_and_starting_again(cast: Cast, whatsapp: Simulator) -> None:
    channel = make_number(cast.alice, whatsapp)
    cast.alice.client.post(cast.alice.url(f"channels/{channel.id}/stop/"))
    assert reread(cast.alice, channel).status == "stopped"
    cast.alice.client.post(cast.alice.url(f"channels/{channel.id}/start/"))
    assert reread(cast.alice, channel).status == "working"


def test_has_no_phone_to_log_out(cast: Cast, whatsapp: Simulator) -> None:
    channel = make_number(cast.alice, whatsapp)
    answer = cast.alice.client.post(cast.alice.url(f"channels/{channel.id}/logout/"))
    assert answer.status_code == 409
    assert "no phone to disconnect" in answer.content.decode()
