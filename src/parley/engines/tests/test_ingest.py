"""A webhook comes in: proven, kept before it is answered, and applied once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from parley.access.tests.factories import Cast
from parley.channels.models import Channel
from parley.contacts.models import Contact, ContactIdentity
from parley.engines.tests.posting import cloud_text, post, signed_cloud
from parley.engines.tests.running import Connected, connect_channel, in_workspace, running_edge, until
from parley.messaging.models import Conversation, InboundEvent, Message


@pytest.fixture
def edge(database: str) -> Iterator[str]:
    with running_edge() as url:
        yield url


@pytest.fixture
def channel(cast: Cast) -> Connected:
    return connect_channel(cast.alice.workspace.id, "cloud_api")


def messages(channel: Connected) -> list[Message]:
    return list(in_workspace(channel.workspace_id, lambda: list(Message.objects.order_by("at", "id"))))


def test_a_text_stands_in_the_inbox(edge: str, channel: Connected) -> None:
    body = cloud_text(channel.external_id, wa_id="5519998761234", id="wamid.1", text="Oi! Ainda tem a mesa?")
    assert post(f"{edge}/hooks/{channel.token}", body, signed_cloud(body)) == (200, {"received": 1, "new": 1})

    message = until(lambda: messages(channel))[0]
    assert (message.body, message.direction, message.status) == (
        "Oi! Ainda tem a mesa?",
        "inbound",
        "received",
    )
    conversation = in_workspace(channel.workspace_id, Conversation.objects.get)
    assert conversation.last_message == "Oi! Ainda tem a mesa?"
    assert conversation.unread_count == 1
    assert conversation.waiting_since == message.at
    assert (conversation.window_expires_at - message.at).total_seconds() == 24 * 3600
    contact = in_workspace(channel.workspace_id, Contact.objects.get)
    assert contact.display_name == "Marina Souza"


def test_the_same_again_changes_nothing(edge: str, channel: Connected) -> None:
    body = cloud_text(channel.external_id, wa_id="5519998761234", id="wamid.2", text="TABLES")
    url, headers = f"{edge}/hooks/{channel.token}", signed_cloud(body)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: post(url, body, headers), range(20)))
    assert {status for status, _ in answers} == {200}
    assert sum(answer["new"] for _, answer in answers) == 1
    until(lambda: messages(channel))
    post(url, body, headers)
    assert len(messages(channel)) == 1
    assert in_workspace(channel.workspace_id, Conversation.objects.get).unread_count == 1


def test_one_stranger_in_two_spellings_at_once_is_one_contact(edge: str, cast: Cast) -> None:
    """Brazil's ninth digit, on two channels, many messages at the same time."""
    channels = [connect_channel(cast.alice.workspace.id, "cloud_api") for _ in range(2)]

    def write(number: int) -> int:
        channel = channels[number % 2]
        wa_id = "5519998761234" if number % 3 else "551998761234"
        body = cloud_text(channel.external_id, wa_id=wa_id, id=f"wamid.n{number}", text=f"Oi {number}")
        return post(f"{edge}/hooks/{channel.token}", body, signed_cloud(body))[0]

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(write, range(40))) == {200}
    until(lambda: len(messages(channels[0])) == 40)
    workspace = cast.alice.workspace.id
    assert in_workspace(workspace, Contact.objects.count) == 1
    assert in_workspace(workspace, Conversation.objects.count) == 2
    kinds = in_workspace(workspace, lambda: sorted(ContactIdentity.objects.values_list("kind", "value")))
    assert kinds == [("phone", "+5519998761234"), ("wa_id", "551998761234"), ("wa_id", "5519998761234")]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"X-Hub-Signature-256": "sha256=" + "0" * 64}, 401),
        ({"X-Hub-Signature": "sha1=" + "0" * 40}, 401),
    ],
)
def test_without_proof_nothing_is_kept(
    edge: str, channel: Connected, headers: dict[str, str], status: int
) -> None:
    body = cloud_text(channel.external_id, wa_id="5519998761234", id="wamid.3", text="forged")
    answer = post(f"{edge}/hooks/{channel.token}", body, headers)
    assert answer[0] == status
    assert answer[1]["error"]["code"] == "signature"
    assert in_workspace(channel.workspace_id, InboundEvent.objects.count) == 0


def test_another_channels_signature_proves_nothing(edge: str, channel: Connected, cast: Cast) -> None:
    other = connect_channel(cast.charlie.workspace.id, "cloud_api", webhook_secret="quite another key")
    body = cloud_text(other.external_id, wa_id="5519998761234", id="wamid.4", text="crossed")
    assert post(f"{edge}/hooks/{other.token}", body, signed_cloud(body))[0] == 401
    assert in_workspace(other.workspace_id, InboundEvent.objects.count) == 0


def test_a_number_that_is_not_connected_is_kept_and_visible(edge: str, channel: Connected) -> None:
    body = cloud_text("some-other-number", wa_id="5519998761234", id="wamid.5", text="lost?")
    assert post(f"{edge}/hooks/{channel.token}", body, signed_cloud(body))[0] == 200
    event = in_workspace(channel.workspace_id, InboundEvent.objects.get)
    assert (event.state, event.error) == ("parked", "The number some-other-number is not connected here.")


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/hooks/no-such-token", b"{}", 404, "not_found"),
        ("/hooks/", b"{}", 404, "not_found"),
        ("/hooks/{token}", b'{"object": ', 400, "payload"),
        ("/hooks/{token}", b" " * (5 * 1024 * 1024), 413, "too_large"),
    ],
)
def test_bad_input_is_answered_in_words(
    edge: str, channel: Connected, path: str, body: bytes, status: int, code: str
) -> None:
    answer = post(edge + path.format(token=channel.token), body, signed_cloud(body))
    assert (answer[0], answer[1]["error"]["code"]) == (status, code)
    assert len(answer[1]["error"]["message"]) > 20


def test_what_json_can_hold_and_postgresql_cannot(edge: str, channel: Connected) -> None:
    body = cloud_text(channel.external_id, wa_id="5519998761234", id="wamid.6", text="a\0b\ud800c")
    assert post(f"{edge}/hooks/{channel.token}", body, signed_cloud(body))[0] == 200
    message = until(lambda: messages(channel))[0]
    assert message.body == "a\ufffdb\ufffdc"
    event = in_workspace(channel.workspace_id, InboundEvent.objects.get)
    assert r"a\u0000b\ud800c" in bytes(event.raw).decode()


def test_the_handshake(edge: str, channel: Connected) -> None:
    query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    url = f"{edge}/hooks/{channel.token}?{query}"
    assert post(url + "handshake", b"", method="GET") == (200, 1158201444)
    assert post(url + "wrong", b"", method="GET")[0] == 403


def test_a_channel_that_knows_no_handshake_says_so(edge: str, channel: Connected) -> None:
    in_workspace(
        channel.workspace_id, lambda: Channel.objects.filter(id=channel.id).update(verify_token=None)
    )
    url = f"{edge}/hooks/{channel.token}?hub.mode=subscribe&hub.challenge=1&hub.verify_token="
    status, answer = post(url, b"", method="GET")
    assert (status, answer["error"]["code"]) == (403, "no_handshake")
    assert "has no handshake" in answer["error"]["message"]
