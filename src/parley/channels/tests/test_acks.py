"""A number that accepts everything and confirms nothing holds its bulk sends, until it confirms again."""

from datetime import timedelta
from typing import Any

import psycopg
from django.db import connection

from parley.access.tests.factories import Cast
from parley.channels import queries
from parley.channels.models import Channel
from parley.channels.services.acks import check_acks
from parley.channels.tests.factories import history
from parley.channels.tests.watching import alerts, alerts_ever, settings
from parley.core.clock import now
from parley.core.database_urls import owner_url
from parley.core.environment import environment
from parley.core.ids import new_id
from parley.core.sql import statement
from parley.core.transactions import workspace_transaction
from parley.messaging.models import Conversation, Message, MessageStatusEvent
from parley.messaging.tests.factories import make_channel, make_conversation


def send(talk: Conversation, *, status: str = "accepted", minutes_ago: float = 20, count: int = 1) -> None:
    """Messages of ours that the provider took a while ago."""
    at = now() - timedelta(minutes=minutes_ago)
    with workspace_transaction(talk.workspace_id):
        Message.objects.bulk_create(
            Message(
                workspace_id=talk.workspace_id, id=new_id(), conversation_id=talk.id,
                channel_id=talk.channel_id, contact_id=talk.contact_id, direction="outbound", body="Oi",
                status=status, at=at, accepted_at=at, sent_at=None if status == "accepted" else at,
            )
            for _ in range(count)
        )  # fmt: skip


def confirm(talk: Conversation) -> None:
    """The provider told of one, just now."""
    with workspace_transaction(talk.workspace_id):
        message = Message.objects.filter(conversation_id=talk.id, status="accepted").first()
        assert message is not None
        Message.objects.filter(id=message.id).update(status="sent", sent_at=now())
        MessageStatusEvent.objects.create(
            workspace_id=talk.workspace_id, id=new_id(), channel_id=talk.channel_id, message_id=message.id,
            provider_message_id=str(message.id), status="sent", at=now(),
        )  # fmt: skip


def check(talk: Conversation) -> None:
    with workspace_transaction(talk.workspace_id):
        check_acks(talk.workspace_id)


def holds(channel: Channel) -> bool:
    with workspace_transaction(channel.workspace_id):
        return queries.holds_bulk(channel.workspace_id, channel.id)


def test_holds_when_nothing_is_confirmed_and_goes_on_with_the_first_that_is(cast: Cast) -> None:
    channel = make_channel(cast.alice)
    talk = make_conversation(cast.alice, channel=channel)
    send(talk, count=4)
    check(talk)
    assert not holds(channel), "four prove nothing"
    page = cast.bob.client.get(cast.bob.url(f"channels/{channel.id}/")).text
    assert "4 messages of the last day have none" in page
    send(talk)
    check(talk)
    check(talk)
    assert holds(channel)
    assert alerts(channel) == {"acks_broken": "critical"}
    assert [event.kind for event in history(cast.alice, channel)].count("acks_broken") == 1
    page = cast.bob.client.get(cast.bob.url(f"channels/{channel.id}/")).text
    assert "accepted, but never confirmed" in page
    assert "Campaigns hold" in page
    assert "missing" in page

    confirm(talk)
    check(talk)
    assert not holds(channel)
    assert alerts(channel) == {}
    assert alerts_ever(channel) == ["acks_broken"]


def test_does_not_close_by_mere_silence(cast: Cast) -> None:
    channel = make_channel(cast.alice)
    talk = make_conversation(cast.alice, channel=channel)
    send(talk, count=6)
    check(talk)
    with workspace_transaction(talk.workspace_id):
        Message.objects.filter(conversation_id=talk.id).update(accepted_at=now() - timedelta(hours=5))
    check(talk)
    assert holds(channel), "nothing was confirmed, there is only nothing new"


def test_some_that_stay_unconfirmed_among_many_are_people_who_are_away(cast: Cast) -> None:
    channel = make_channel(cast.alice)
    talk = make_conversation(cast.alice, channel=channel)
    send(talk, count=6)
    send(talk, status="delivered", count=12)
    check(talk)
    assert not holds(channel)


def test_gives_a_confirmation_its_time(cast: Cast) -> None:
    channel = make_channel(cast.alice)
    talk = make_conversation(cast.alice, channel=channel)
    send(talk, count=8, minutes_ago=2)
    check(talk)
    assert not holds(channel)
    with settings(acks_seconds="60"):
        check(talk)
    assert holds(channel)


def test_one_number_and_one_workspace_say_nothing_of_another(cast: Cast) -> None:
    broken, well = make_channel(cast.alice), make_channel(cast.alice)
    talk = make_conversation(cast.alice, channel=broken)
    theirs = make_conversation(cast.charlie, channel=make_channel(cast.charlie))
    send(talk, count=9)
    check(theirs)
    assert not holds(broken)
    check(talk)
    assert holds(broken)
    assert not holds(well)


def test_is_one_short_scan_of_its_index(cast: Cast) -> None:
    talk = make_conversation(cast.alice)
    send(talk, count=3)
    send(talk, status="delivered", count=500)
    parameters: dict[str, Any] = {
        "workspace": talk.workspace_id, "window": 4200.0, "late": 600.0, "most": 200, "least": 5,
    }  # fmt: skip
    with psycopg.connect(owner_url(environment()), autocommit=True) as owner:
        owner.execute("ANALYZE message")
    with workspace_transaction(talk.workspace_id), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement('parley.channels', 'health', 'unconfirmed')}", parameters)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "message_unconfirmed" in plan, plan
