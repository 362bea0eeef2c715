"""What nobody sends by mistake: it costs its sender the effect, and nobody else anything."""

import json
import secrets
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.access.tests.factories import Cast
from parley.channels.gateways.untrusted import parse_object
from parley.core.clock import now
from parley.engines.ingest import hooks
from parley.engines.tests.posting import cloud_body, cloud_text, post, signed_cloud, signed_waha
from parley.engines.tests.running import Connected, connect_channel, in_workspace, running_edge, until
from parley.messaging.models import Conversation, InboundEvent, Message

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@pytest.fixture
def edge(database: str) -> Iterator[str]:
    with running_edge() as url:
        yield url


@pytest.fixture
def number(cast: Cast) -> Connected:
    return connect_channel(cast.alice.workspace.id, "cloud_api")


@pytest.fixture
def session(cast: Cast) -> Connected:
    return connect_channel(cast.alice.workspace.id, "waha")


def say(edge: str, number: Connected, text: str, *, id: str) -> None:  # noqa: A002
    body = cloud_text(number.external_id, wa_id="5519998761234", id=id, text=text)
    assert post(f"{edge}/hooks/{number.token}", body, signed_cloud(body))[0] == 200


def bodies(channel: Connected) -> list[str]:
    return list(
        in_workspace(channel.workspace_id, lambda: list(Message.objects.values_list("body", flat=True)))
    )


def test_an_id_that_no_index_holds_does_not_stop_the_channel(edge: str, number: Connected) -> None:
    say(edge, number, "long", id="wamid." + secrets.token_hex(10_000))
    say(edge, number, "after it", id="wamid.short")
    until(lambda: "after it" in bodies(number))
    new = InboundEvent.objects.filter(state="new")
    until(lambda: in_workspace(number.workspace_id, new.count) == 0)


@pytest.mark.parametrize(
    "envelope",
    [
        {"event": "x\ud800", "session": "SESSION", "payload": {}},
        {"event": "message", "session": "a\0b", "payload": {}},
        {"event": "message", "session": "a\ud800b", "payload": {}},
        {"event": "message", "session": "n" * 5_000, "payload": {}},
    ],
    ids=["surrogate in the name", "NUL in the session", "surrogate in the session", "endless session"],
)
def test_names_that_no_text_holds_are_kept_and_the_edge_lives(
    edge: str, session: Connected, envelope: dict[str, object]
) -> None:
    said = {**envelope, "session": str(envelope["session"]).replace("SESSION", session.external_id)}
    body = json.dumps(said).encode()
    assert post(f"{edge}/hooks/{session.token}", body, signed_waha(body))[0] == 200
    assert in_workspace(session.workspace_id, InboundEvent.objects.count) == 1
    assert post(f"{edge}/healthz", b"", method="GET")[0] == 200


def test_depth_is_kept_as_bytes(edge: str, number: Connected) -> None:
    deep: object = "a\0b"
    for _ in range(900):
        deep = [deep]
    body = cloud_body(
        number.external_id, messages=[{"id": "wamid.deep", "type": "text", "from": "1", "x": deep}]
    )
    status, _ = post(f"{edge}/hooks/{number.token}", body, signed_cloud(body))
    assert status in {200, 400}
    say(edge, number, "after it", id="wamid.after-deep")
    until(lambda: "after it" in bodies(number))


@pytest.mark.parametrize("token", ["%00", "a%0d%0ab", "..", "x" * 500])
def test_a_token_that_cannot_be_one_costs_no_query(edge: str, token: str) -> None:
    assert post(f"{edge}/hooks/{token}", b"{}")[0] == 404


def test_a_clock_that_runs_ahead_opens_no_window(edge: str, number: Connected) -> None:
    body = cloud_body(
        number.external_id,
        contacts=[{"profile": {"name": "Zoe"}, "wa_id": "5519998761234"}],
        messages=[{"from": "5519998761234", "id": "wamid.2099", "type": "text", "text": {"body": "hello"},
                   "timestamp": str(int(datetime(2099, 1, 1, tzinfo=UTC).timestamp()))}],
    )  # fmt: skip
    assert post(f"{edge}/hooks/{number.token}", body, signed_cloud(body))[0] == 200
    until(lambda: bodies(number))
    talk = in_workspace(number.workspace_id, Conversation.objects.get)
    assert talk.last_message_at <= now()
    assert (talk.window_expires_at - now()).total_seconds() <= 24 * 3600


@given(JSON)
def test_bodies_are_read_as_the_standard_reads_them(value: object) -> None:
    """A faster reader and the standard one: equal, or the faster one says nothing."""
    body = json.dumps({"x": value}).encode()
    assert json.dumps(parse_object(body)) == json.dumps(json.loads(body))


@pytest.mark.parametrize(
    "text", [r'"\ud800"', r'"\udc00x"', r'"a\ud800\ud800b"', r'"\u0000"', "1" * 300, "-0.0"]
)
def test_odd_values_are_read_as_the_standard_reads_them(text: str) -> None:
    assert parse_object(b'{"x": ' + text.encode() + b"}") == {"x": json.loads(text)}


def test_a_number_that_no_float_holds_is_kept_as_it_was_written(edge: str, number: Connected) -> None:
    said = {"id": "wamid.1e999", "type": "text", "from": "5519998761234", "text": {"body": "oi"}, "x": "@"}
    body = cloud_body(number.external_id, messages=[said]).replace(b'"@"', b"1e999")
    assert post(f"{edge}/hooks/{number.token}", body, signed_cloud(body))[0] == 200
    event = in_workspace(number.workspace_id, InboundEvent.objects.get)
    assert event.payload["value"]["messages"][0]["x"] == "1e999"


@pytest.mark.parametrize("begun", [b"", b'{"object":'])
def test_who_does_not_finish_is_sent_away(
    edge: str, number: Connected, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(hooks, "_WHOLE_SECONDS", 0.2)
    where = urlsplit(edge)
    head = f"POST /hooks/{number.token} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Length: 100\r\n\r\n"
    with socket.create_connection((where.hostname, where.port or 80), timeout=10) as caller:
        caller.sendall(head.encode() + begun)
        assert caller.recv(1_000).startswith(b"HTTP/1.1 408 ")
