"""The phone says yes: by scanning the picture, or by typing a code."""

from parley.access.tests.factories import Cast
from parley.channels.services import control
from parley.channels.tests.factories import make_session, reread
from parley.simulator.testing import Simulator

PNG = b"\x89PNG"
HTMX = {"HX-Request": "true"}


def test_shows_the_picture_and_lets_nobody_keep_it(cast: Cast, whatsapp: Simulator) -> None:
    channel = make_session(cast.alice, whatsapp)
    control.refresh(cast.alice.workspace.id, channel.id)
    url = cast.alice.url(f"channels/{channel.id}/qr/")
    answer = cast.alice.client.get(url)
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "no-store"
    assert answer.content.startswith(PNG)
    fragment = cast.alice.client.get(url, headers=HTMX).content.decode()
    assert 'src="data:image/png;base64,' in fragment
    assert cast.bob.client.get(url).status_code == 403


def test_says_why_there_is_no_picture(cast: Cast, whatsapp: Simulator) -> None:
    channel = make_session(cast.alice, whatsapp)
    whatsapp.scan(channel.external_id)
    control.refresh(cast.alice.workspace.id, channel.id)
    url = cast.alice.url(f"channels/{channel.id}/qr/")
    assert cast.alice.client.get(url).status_code == 409
    fragment = cast.alice.client.get(url, headers=HTMX)
    assert fragment.status_code == 200
    assert "does not wait for a phone" in fragment.content.decode()


def test_shows_a_pairing_code_until_the_phone_is_connected(cast: Cast, whatsapp: Simulator) -> None:
    channel = make_session(cast.alice, whatsapp)
    control.refresh(cast.alice.workspace.id, channel.id)
    url = cast.alice.url(f"channels/{channel.id}/pairing-code/")
    panel = cast.alice.client.post(url, {"phone": "+55 19 3211-0000"}, headers=HTMX).content.decode()
    code = reread(cast.alice, channel).metadata["pairing_code"]
    assert code in panel

    whatsapp.scan(channel.external_id)
    control.refresh(cast.alice.workspace.id, channel.id)
    channel = reread(cast.alice, channel)
    assert channel.status == "working"
    assert channel.phone_number == "+551932110000"
    assert "pairing_code" not in channel.metadata
    page = cast.alice.client.get(cast.alice.url(f"channels/{channel.id}/")).content.decode()
    assert code not in page
    assert "Connected and working" in page


def test_asks_for_the_whole_number(cast: Cast, whatsapp: Simulator) -> None:
    channel = make_session(cast.alice, whatsapp)
    control.refresh(cast.alice.workspace.id, channel.id)
    url = cast.alice.url(f"channels/{channel.id}/pairing-code/")
    for phone in ("3211-0000", "", "not a number"):
        answer = cast.alice.client.post(url, {"phone": phone})
        assert answer.status_code == 422
        assert "Write the" in answer.content.decode()
