"""Open screens hear that something changed, and nobody else does."""

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Iterator
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
from parley.engines.realtime.hub import Hub
from parley.engines.tests.posting import cloud_text, post, signed_cloud
from parley.engines.tests.running import Connected, connect_channel, in_workspace, running_edge, until


class Watcher:
    """A browser's open stream, read in a thread."""

    def __init__(self, edge: str, person: Person) -> None:
        token = issue(
            workspace_id=person.workspace.id, user_id=person.user.id, membership_id=person.membership.id,
            key=keys().stream_token_key,
        )  # fmt: skip
        where = urlsplit(edge)
        self.connection = http.client.HTTPConnection(where.hostname or "", where.port or 80, timeout=20)
        self.connection.request("GET", f"/events?token={token}")
        self.answer = self.connection.getresponse()
        self.topics: set[str] = set()
        self.heard_at = 0.0
        self.is_ready = False
        threading.Thread(target=self._read, daemon=True).start()
        until(lambda: self.is_ready)

    def _read(self) -> None:
        try:
            for line in self.answer:
                text = line.decode().strip()
                self.is_ready = self.is_ready or text == "event: ready"
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


def first_hint(hub: Hub, workspace_id: UUID, *, page_age: float) -> list[str]:
    """What a stream hears at once whose page was made this many seconds ago."""
    expires_at = int(time.time() - page_age) + LIFETIME_SECONDS
    grant = StreamGrant(workspace_id, user_id=uuid4(), membership_id=uuid4(), expires_at=expires_at)
    return asyncio.run(hub.open(grant).next(0.05))


def test_a_page_hears_what_was_told_while_it_was_on_its_way() -> None:
    ours, theirs = uuid4(), uuid4()
    hub = Hub(as_type("Pool", None), poll_seconds=1)
    assert first_hint(hub, ours, page_age=0) == ["*"], "nobody knows what was told before the hub was there"
    hub._began -= 60
    hub.on_notify(live_payload(ours, ["inbox"]))
    assert first_hint(hub, ours, page_age=1) == ["inbox"]
    assert first_hint(hub, theirs, page_age=1) == []
    assert first_hint(hub, ours, page_age=30) == ["*"]


@pytest.mark.parametrize("token", ["", "nonsense", "a.b", "e30.AAAA"])
def test_a_token_that_is_not_ours_opens_nothing(edge: str, token: str) -> None:
    status, answer = post(f"{edge}/events?token={token}", b"", method="GET")
    assert (status, answer["error"]["code"]) == (401, "token")


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


def test_health_and_readiness(edge: str) -> None:
    assert post(f"{edge}/healthz", b"", method="GET") == (200, {"status": "alive"})
    status, answer = post(f"{edge}/readyz", b"", method="GET")
    assert status == 200
    assert answer["checks"]["database"] == "ok"
    status, text = post(f"{edge}/metrics", b"", method="GET")
    assert status == 200
    assert "parley_inbound_waiting" in text
    assert post(f"{edge}/metrics", b"", {"X-Forwarded-For": "203.0.113.9"}, method="GET")[0] == 404
