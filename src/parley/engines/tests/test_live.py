"""Open screens hear that something changed, and nobody else does."""

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Iterator, MutableMapping
from typing import Any
from typing import cast as as_type
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from parley.access.models import Membership
from parley.access.tests.factories import Cast, Person
from parley.core.keys import keys
from parley.core.live import live_payload
from parley.core.stream_token import LIFETIME_SECONDS, StreamGrant, issue
from parley.engines.database import Pool
from parley.engines.realtime import events
from parley.engines.realtime.hub import Hub
from parley.engines.tests.posting import cloud_text, post, signed_cloud
from parley.engines.tests.running import Connected, connect_channel, in_workspace, running_edge, until


class Watcher:
    """A browser's open stream, read in a thread."""

    def __init__(self, edge: str, person: Person, *, last_id: str = "") -> None:
        token = issue(
            workspace_id=person.workspace.id, user_id=person.user.id, membership_id=person.membership.id,
            key=keys().stream_token_key,
        )  # fmt: skip
        where = urlsplit(edge)
        self.connection = http.client.HTTPConnection(where.hostname or "", where.port or 80, timeout=20)
        headers = {"Last-Event-ID": last_id} if last_id else {}
        self.connection.request("GET", f"/events?token={token}", headers=headers)
        self.answer = self.connection.getresponse()
        self.topics: set[str] = set()
        self.heard_at = 0.0
        self.first_id = self.last_id = ""
        self.is_ready = self.is_over = False
        threading.Thread(target=self._read, daemon=True).start()
        until(lambda: self.is_ready)

    def _read(self) -> None:
        try:
            for line in self.answer:
                text = line.decode().strip()
                self.is_ready = self.is_ready or text == "event: ready"
                self.is_over = self.is_over or text == "event: over"
                if text.startswith("id: "):
                    self.last_id = text.removeprefix("id: ")
                    self.first_id = self.first_id or self.last_id
                if text.startswith("data: ") and "topics" in text:
                    self.topics.update(json.loads(text.removeprefix("data: "))["topics"])
                    self.heard_at = time.monotonic()
        except (OSError, ValueError, http.client.HTTPException):
            return


@pytest.fixture
def edge(database: str) -> Iterator[str]:
    with running_edge() as url:
        yield url


@pytest.fixture
def channel(cast: Cast) -> Connected:
    return connect_channel(cast.alice.workspace.id, "cloud_api")


def test_a_message_is_heard_by_its_workspace_within_a_second(
    edge: str, cast: Cast, channel: Connected
) -> None:
    bob, charlie = Watcher(edge, cast.bob), Watcher(edge, cast.charlie)
    time.sleep(0.3)  # the streams open with everything to be looked at again
    bob.topics.clear()
    charlie.topics.clear()
    body = cloud_text(channel.external_id, wa_id="5519998761234", id="wamid.live", text="Oi")
    assert post(f"{edge}/hooks/{channel.token}", body, signed_cloud(body))[0] == 200
    until(lambda: "inbox" in bob.topics, seconds=5)
    assert any(topic.startswith("conversation:") for topic in bob.topics)
    time.sleep(0.3)
    assert charlie.topics == set()


def grant(workspace_id: UUID, *, page_age: float = 0) -> StreamGrant:
    """Of a page that was made this many seconds ago."""
    expires_at = int(time.time() - page_age) + LIFETIME_SECONDS
    return StreamGrant(workspace_id, user_id=uuid4(), membership_id=uuid4(), expires_at=expires_at)


def quiet_hub() -> Hub:
    """One that reads no log, as if it had been there for a minute."""
    hub = Hub(as_type("Pool", None), poll_seconds=1)
    hub._began -= 60
    return hub


def test_a_page_hears_what_was_told_while_it_was_on_its_way() -> None:
    ours, theirs = uuid4(), uuid4()
    hub = Hub(as_type("Pool", None), poll_seconds=1)
    assert hub.missed(grant(ours), "")[0] == ["*"], "nobody knows what was told before the hub was there"
    hub._began -= 60
    hub.on_notify(live_payload(ours, ["inbox"]))
    assert hub.missed(grant(ours, page_age=1), "")[0] == ["inbox"]
    assert hub.missed(grant(theirs, page_age=1), "")[0] == []
    assert hub.missed(grant(ours, page_age=30), "")[0] == ["*"]


def test_who_comes_back_hears_what_was_told_since(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = uuid4(), uuid4()
    hub = quiet_hub()
    hub.on_notify(live_payload(ours, ["inbox"]))
    _, heard = hub.missed(grant(ours), "")
    assert hub.missed(grant(ours, page_age=300), heard)[0] == []
    hub.on_notify(live_payload(ours, ["conversation:1"]))
    hub.on_notify(live_payload(theirs, ["conversation:2"]))
    hub.on_notify(live_payload(ours, ["inbox"]))
    assert hub.missed(grant(ours, page_age=300), heard)[0] == ["conversation:1", "inbox"]
    assert quiet_hub().missed(grant(ours), heard)[0] == ["*"], "another process knows nothing of it"
    for number in range(10_001):
        hub.on_notify(live_payload(theirs, [f"conversation:{number}"]))
    assert hub.missed(grant(ours), heard)[0] == ["*"], "it was too long ago"


class Reader:
    """The server's side of a connection. While `stands`, it takes one piece more and then none."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def send(self, message: MutableMapping[str, Any]) -> None:
        self.taken.append(message["body"])
        await self.goes_on.wait() if not self.goes_on.is_set() else None

    @property
    def topics(self) -> list[list[str]]:
        lines = b"".join(self.taken).splitlines()
        return [json.loads(line[6:])["topics"] for line in lines if line.startswith(b"data: ")]


def test_what_is_told_together_is_written_together() -> None:
    async def scenario() -> None:
        ours, hub, reader = uuid4(), quiet_hub(), Reader()
        hub.open(grant(ours), reader.send)
        writing = asyncio.create_task(hub._write_for_ever())
        for topic in ("b", "a", "b"):
            hub.on_notify(live_payload(ours, [topic]))
        hub.on_notify(live_payload(uuid4(), ["not ours"]))
        await asyncio.sleep(0.1)
        assert reader.topics == [["a", "b"]]
        writing.cancel()

    asyncio.run(scenario())


def test_a_reader_who_stands_still_hears_of_it_later_and_delays_nobody() -> None:
    async def scenario() -> None:
        ours, hub, slow, fast = uuid4(), quiet_hub(), Reader(), Reader()
        hub.open(grant(ours), slow.send)
        hub.open(grant(ours), fast.send)
        slow.goes_on.clear()
        for number in range(3):
            await hub._write(ours, {f"conversation:{number}"}, f"x-{number}")
            await asyncio.sleep(0)
        assert (len(slow.topics), len(fast.topics)) == (1, 3)
        slow.goes_on.set()
        await asyncio.sleep(0.05)
        assert slow.topics == [["conversation:0"], ["conversation:1", "conversation:2"]]
        assert slow.taken[-1].startswith(b"id: x-2\n")
        slow.goes_on.clear()
        for number in range(60):
            await hub._write(ours, {f"conversation:{number}"}, f"x-{number}")
        slow.goes_on.set()
        await asyncio.sleep(0.05)
        assert slow.topics[-1] == ["*"], "what it missed is too much to name"

    asyncio.run(scenario())


@pytest.mark.parametrize("token", ["", "nonsense", "a.b", "e30.AAAA"])
def test_a_token_that_is_not_ours_opens_nothing(edge: str, token: str) -> None:
    status, answer = post(f"{edge}/events?token={token}", b"", method="GET")
    assert (status, answer["error"]["code"]) == (401, "token")


def test_a_stream_that_comes_back_says_what_it_heard_last(edge: str, cast: Cast, channel: Connected) -> None:
    bob = Watcher(edge, cast.bob)
    body = cloud_text(channel.external_id, wa_id="5519998761234", id="wamid.first", text="Oi")
    assert post(f"{edge}/hooks/{channel.token}", body, signed_cloud(body))[0] == 200
    until(lambda: "inbox" in bob.topics, seconds=5)
    time.sleep(1.5)  # the event log, read behind the notifications, has nothing to add
    again = Watcher(edge, cast.bob, last_id=bob.last_id)
    time.sleep(0.3)
    assert again.topics == set(), "it heard all of it"
    body = cloud_text(channel.external_id, wa_id="5519998761234", id="wamid.second", text="Oi")
    assert post(f"{edge}/hooks/{channel.token}", body, signed_cloud(body))[0] == 200
    until(lambda: "inbox" in again.topics, seconds=5)
    late = Watcher(edge, cast.bob, last_id=bob.first_id)
    until(lambda: late.topics, seconds=5)
    assert "*" not in late.topics
    assert "inbox" in late.topics


def test_a_removed_member_may_not_watch(edge: str, cast: Cast) -> None:
    bob = cast.bob
    in_workspace(
        bob.workspace.id, lambda: Membership.objects.filter(id=bob.membership.id).update(status="inactive")
    )
    token = issue(
        workspace_id=bob.workspace.id, user_id=bob.user.id, membership_id=bob.membership.id,
        key=keys().stream_token_key,
    )  # fmt: skip
    assert post(f"{edge}/events?token={token}", b"", method="GET")[0] == 401


def test_the_open_stream_of_a_removed_member_ends_and_no_other(
    edge: str, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_RECHECK_SECONDS", 0.1)
    alice, bob = Watcher(edge, cast.alice), Watcher(edge, cast.bob)
    in_workspace(
        cast.bob.workspace.id,
        lambda: Membership.objects.filter(id=cast.bob.membership.id).update(status="inactive"),
    )
    until(lambda: bob.is_over, seconds=10)
    assert not alice.is_over


def test_a_place_that_no_number_says_is_no_fault(edge: str, cast: Cast) -> None:
    name = Watcher(edge, cast.bob).first_id.partition("-")[0]
    for number in ("\u00b2", "9" * 5_000, "-1"):
        again = Watcher(edge, cast.bob, last_id=f"{name}-{number}")
        until(lambda topics=again.topics: "*" in topics)  # type: ignore[misc]


def test_health_and_readiness(edge: str) -> None:
    assert post(f"{edge}/healthz", b"", method="GET") == (200, {"status": "alive"})
    status, answer = post(f"{edge}/readyz", b"", method="GET")
    assert status == 200
    assert answer["checks"]["database"] == "ok"
    status, text = post(f"{edge}/metrics", b"", method="GET")
    assert status == 200
    assert "parley_inbound_waiting" in text
    assert post(f"{edge}/metrics", b"", {"X-Forwarded-For": "203.0.113.9"}, method="GET")[0] == 404
