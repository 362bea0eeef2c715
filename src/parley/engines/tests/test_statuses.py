"""Statuses in any order and number give one result."""

from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parley.access.tests.factories import make_workspace
from parley.core.clock import now
from parley.core.ids import new_id
from parley.core.transactions import workspace_transaction
from parley.engines.tests.posting import cloud_status, cloud_text, post, signed_cloud
from parley.engines.tests.running import Connected, connect_channel, in_workspace, running_edge, until
from parley.messaging.models import Conversation, InboundEvent, Message, MessageStatusEvent

KINDS: Final = ("sent", "delivered", "read", "failed")
START: Final = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FIELDS: Final = ("status", "sent_at", "delivered_at", "read_at", "failed_at")

statuses = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 100)), min_size=1, max_size=8)


def expected(events: list[tuple[str, int]]) -> str:
    """read > delivered > failed > sent, whatever came when."""
    kinds = {kind for kind, _ in events}
    return next(kind for kind in ("read", "delivered", "failed", "sent") if kind in kinds)


@given(events=statuses, shuffled=st.randoms(use_true_random=False), repeats=st.integers(1, 3))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_any_number_one_result(
    app_database_url: str, events: list[tuple[str, int]], shuffled: object, repeats: int
) -> None:
    """The derivation as the database has it, without the edge around it."""
    again = list(events) * repeats
    shuffled.shuffle(again)  # type: ignore[attr-defined]
    smallest = {
        kind: min((START + timedelta(seconds=at) for k, at in again if k == kind), default=None)
        for kind in KINDS
    }
    with psycopg.connect(app_database_url) as connection:
        state = "accepted"
        seen: dict[str, datetime | None] = dict.fromkeys(KINDS)
        for kind, at in again:
            before = seen[kind]
            when = START + timedelta(seconds=at)
            seen[kind] = when if before is None or when < before else before
            row = connection.execute(
                "SELECT message_status(%s, %s, %s, %s, %s, %s)",
                [state, START, seen["sent"], seen["delivered"], seen["read"], seen["failed"]],
            ).fetchone()
            assert row is not None
            state = row[0]
    assert seen == smallest
    assert state == expected(events)


def queue_sent(channel: Connected) -> tuple[Message, str]:
    """A message of ours that the provider has accepted, in the conversation of somebody who wrote."""
    conversation = in_workspace(channel.workspace_id, Conversation.objects.get)
    provider_id = f"wamid.{new_id().hex}"
    with workspace_transaction(channel.workspace_id):
        message = Message.objects.create(
            workspace_id=channel.workspace_id, conversation=conversation, channel_id=channel.id,
            contact_id=conversation.contact_id, direction="outbound", body="Temos!", status="accepted",
            provider_message_id=provider_id, accepted_at=now(), at=now(),
        )  # fmt: skip
    return message, provider_id


def test_out_of_order_through_the_edge(database: str) -> None:
    workspace = make_workspace()
    channel = connect_channel(workspace.id, "cloud_api")
    with running_edge() as edge:
        url = f"{edge}/hooks/{channel.token}"

        def say(body: bytes) -> None:
            assert post(url, body, signed_cloud(body))[0] == 200

        say(cloud_text(channel.external_id, wa_id="5519998761234", id="wamid.hello", text="Oi"))
        until(lambda: in_workspace(workspace.id, Conversation.objects.count))
        message, provider_id = queue_sent(channel)
        for kind, at in (("read", 300), ("failed", 250), ("sent", 100), ("delivered", 200), ("read", 400)):
            say(cloud_status(channel.external_id, id=provider_id, status=kind, at=1_767_000_000 + at))
        say(cloud_status(channel.external_id, id=provider_id, status="sent", at=1_767_000_100))
        waiting = InboundEvent.objects.filter(state="new")
        until(lambda: in_workspace(workspace.id, waiting.count) == 0)

    found = in_workspace(workspace.id, lambda: Message.objects.get(id=message.id))
    assert found.status == "read"
    assert [getattr(found, name).timestamp() - 1_767_000_000 for name in FIELDS[1:]] == [100, 200, 300, 250]


def test_a_status_may_come_before_its_message_is_known(database: str) -> None:
    """Kept, and visible as unmatched; the sender adopts it when the answer to the send is stored."""
    workspace = make_workspace()
    channel = connect_channel(workspace.id, "cloud_api")
    with running_edge() as edge:
        body = cloud_status(channel.external_id, id="wamid.unknown", status="delivered")
        assert post(f"{edge}/hooks/{channel.token}", body, signed_cloud(body))[0] == 200
        event = until(lambda: in_workspace(workspace.id, MessageStatusEvent.objects.first))
    assert (event.message_id, event.status) == (None, "delivered")
