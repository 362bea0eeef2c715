"""Who may open what, at how many queries, and what a moved ciphertext is worth."""

from collections.abc import Callable
from typing import Any

import pytest

from parley.access.tests.factories import Cast
from parley.channels.models import Channel
from parley.channels.services.credentials import credentials_for, verify_token_of
from parley.channels.tests.factories import make_number, make_session, reread
from parley.core.crypto import CannotDecrypt
from parley.core.transactions import workspace_transaction
from parley.simulator.testing import Simulator

PAGES = ("", "qr/", "history/")
VERBS = (
    "pairing-code/", "start/", "stop/", "restart/", "logout/", "refresh/", "webhook/", "name/", "key/",
    "missed/", "removal/",
)  # fmt: skip
HTMX = {"HX-Request": "true"}


@pytest.fixture
def channel(cast: Cast, whatsapp: Simulator) -> Channel:
    return make_session(cast.alice, whatsapp)


def test_a_stranger_finds_nothing_at_any_address(cast: Cast, channel: Channel) -> None:
    form = {"name": "Mine now", "phone": "+55 19 3211-0000", "key": "mine"}
    for place in (cast.alice, cast.charlie):  # by the owner's address, and by their own
        for path in PAGES:
            url = place.url(f"channels/{channel.id}/{path}")
            assert cast.charlie.client.get(url).status_code == 404, url
            assert cast.charlie.client.get(url, headers=HTMX).status_code == 404, url
        for path in VERBS:
            url = place.url(f"channels/{channel.id}/{path}")
            assert cast.charlie.client.post(url, form).status_code == 404, url
            assert cast.charlie.client.post(url, form, headers=HTMX).status_code == 404, url
    for path in ("channels/", "channels/new/", "channels/new/session/", "channels/new/number/"):
        assert cast.charlie.client.get(cast.alice.url(path)).status_code == 404
    after = reread(cast.alice, channel)
    assert (after.name, after.deleted_at) == (channel.name, None)


def test_an_agent_reads_and_does_not_manage(cast: Cast, channel: Channel) -> None:
    listed = cast.bob.client.get(cast.bob.url("channels/")).content.decode()
    assert channel.name in listed
    assert "Connect a number" not in listed
    page = cast.bob.client.get(cast.bob.url(f"channels/{channel.id}/")).content.decode()
    assert "<form" not in page.partition('id="main"')[2].partition("</main>")[0]
    for path in VERBS:
        url = cast.bob.url(f"channels/{channel.id}/{path}")
        assert cast.bob.client.post(url, {"name": "x"}).status_code == 403, url
    for path in ("channels/new/", "channels/new/session/", "channels/new/number/"):
        assert cast.bob.client.get(cast.bob.url(path)).status_code == 403


def test_who_is_not_signed_in_is_asked_to(cast: Cast, channel: Channel) -> None:
    cast.alice.client.logout()
    answer = cast.alice.client.post(cast.alice.url(f"channels/{channel.id}/stop/"))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


def test_the_list_asks_once_however_long_it_is(
    cast: Cast, whatsapp: Simulator, capture_queries: Callable[[], Any]
) -> None:
    url = cast.alice.url("channels/")
    cast.alice.client.get(url)
    counts = []
    for _ in range(2):
        make_session(cast.alice, whatsapp)
        with capture_queries() as queries:
            assert cast.alice.client.get(url, headers=HTMX).status_code == 200
        counts.append(len(queries))
    assert counts == [5, 5]  # session, user, membership, alerts, channels


def test_the_page_asks_once_for_each_of_its_parts(
    cast: Cast, channel: Channel, capture_queries: Callable[[], Any]
) -> None:
    url = cast.alice.url(f"channels/{channel.id}/")
    cast.alice.client.get(url)
    with capture_queries() as queries:
        assert cast.alice.client.get(url, headers=HTMX).status_code == 200
    assert len(queries) == 10  # … the number, its alerts, health, state, last messages, receipts, history


def test_a_fragment_is_the_panel_alone_and_a_page_is_whole(cast: Cast, channel: Channel) -> None:
    url = cast.alice.url(f"channels/{channel.id}/")
    panel = cast.alice.client.get(url, headers=HTMX).content.decode()
    page = cast.alice.client.get(url).content.decode()
    assert f'id="channel-{channel.id}"' in panel
    assert "<html" not in panel
    assert "<html" in page
    back = {**HTMX, "HX-History-Restore-Request": "true"}
    assert "<html" in cast.alice.client.get(url, headers=back).content.decode()


def test_ciphertext_moved_to_another_row_does_not_open(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    number = make_number(cast.alice, whatsapp)
    moved = {"credentials": channel.credentials, "verify_token": number.verify_token}
    with workspace_transaction(cast.alice.workspace.id):
        Channel.objects.filter(id=number.id).update(credentials=channel.credentials)
        Channel.objects.filter(id=channel.id).update(verify_token=moved["verify_token"])
    with pytest.raises(CannotDecrypt):
        credentials_for(reread(cast.alice, number))
    with pytest.raises(CannotDecrypt):
        verify_token_of(reread(cast.alice, channel))


def test_nor_in_another_workspace(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    theirs = make_session(cast.charlie, whatsapp)
    with workspace_transaction(cast.charlie.workspace.id):
        Channel.objects.filter(id=theirs.id).update(webhook_secret=channel.webhook_secret)
    with pytest.raises(CannotDecrypt):
        credentials_for(reread(cast.charlie, theirs))
