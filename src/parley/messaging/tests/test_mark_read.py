"""Marking as read, and the mark that turns the customer's ticks blue."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from parley.access.tests.factories import Cast, Person
from parley.channels.gateways.neutral import GatewayError
from parley.core.clock import now
from parley.core.reactors import run_reactors
from parley.core.tests.test_reactors import react_until
from parley.messaging.models import Conversation
from parley.messaging.tasks import send_read_mark
from parley.messaging.tests.conftest import HTMX
from parley.messaging.tests.factories import (
    announced,
    make_channel,
    make_contact,
    make_conversation,
    make_message,
    reread,
)
from parley.simulator.testing import Simulator


def mark(person: Person, talk: Conversation, **place: str) -> int:
    address = person.url(f"conversations/{talk.id}/reading/")
    return person.client.post(address, place, headers=HTMX).status_code


def jobs_of(talk: Conversation) -> list[dict[str, Any]]:
    rows = ProcrastinateJob.objects.filter(task_name="messaging.send_read_mark")
    return [job.args for job in rows if job.args["conversation_id"] == str(talk.id)]


def test_nothing_is_unread_any_more(cast: Cast, engine_database_url: str) -> None:
    talk = make_conversation(cast.alice, unread_count=3)
    assert mark(cast.bob, talk) == 204
    assert reread(talk).unread_count == 0
    assert announced(cast.bob, talk.id) == ["conversation.read"]
    react_until(engine_database_url, lambda: bool(jobs_of(talk)))
    assert jobs_of(talk) == [{"workspace_id": str(cast.bob.workspace.id), "conversation_id": str(talk.id)}]


def test_again_changes_nothing(cast: Cast, engine_database_url: str) -> None:
    talk = make_conversation(cast.alice, unread_count=3)
    for _ in range(2):
        assert mark(cast.bob, talk) == 204
    assert announced(cast.bob, talk.id) == ["conversation.read"]
    react_until(engine_database_url, lambda: bool(jobs_of(talk)))
    run_reactors(engine_database_url)
    assert len(jobs_of(talk)) == 1


def test_what_came_after_the_screen_stays_unread(cast: Cast) -> None:
    talk, at = make_conversation(cast.alice, unread_count=3), now()
    first, second, _third = (make_message(talk, at=at + timedelta(seconds=n)) for n in range(3))
    assert mark(cast.bob, talk, upto=str(first.id)) == 204
    assert reread(talk).unread_count == 2
    assert mark(cast.bob, talk, upto=str(second.id)) == 204
    assert reread(talk).unread_count == 1
    assert mark(cast.bob, talk, upto=str(first.id)) == 204
    assert reread(talk).unread_count == 1


def test_who_may_not(cast: Cast, auditor: Person) -> None:
    talk = make_conversation(cast.alice, unread_count=3)
    elsewhere = make_message(make_conversation(cast.alice))
    assert mark(auditor, talk) == 403
    assert mark(cast.charlie, talk) == 404
    assert mark(cast.bob, talk, upto=str(elsewhere.id)) == 404
    assert mark(cast.bob, talk, upto="x") == 422
    assert reread(talk).unread_count == 3


@pytest.fixture
def session(cast: Cast, whatsapp: Simulator) -> str:
    return whatsapp.add_session(f"shop-{cast.alice.workspace.id.hex[-8:]}")


def said(cast: Cast, whatsapp: Simulator, session: str) -> tuple[Conversation, str]:
    """A customer who wrote to a session of the simulator, applied as the engine would."""
    wa_id = f"55199{cast.alice.workspace.id.int % 10**8:08}"
    provider_id = whatsapp.say(wa_id, "Oi!", channel=session)
    channel = make_channel(cast.alice, base_url=whatsapp.url, session=session)
    contact = make_contact(cast.alice, phone=f"+{wa_id}")
    talk = make_conversation(cast.alice, channel=channel, contact=contact)
    make_message(talk, provider_message_id=provider_id.rpartition("_")[2])
    return talk, wa_id


def send(workspace_id: UUID, talk: Conversation) -> None:
    send_read_mark(workspace_id=str(workspace_id), conversation_id=str(talk.id))


def test_the_customer_sees_blue_ticks(cast: Cast, whatsapp: Simulator, session: str) -> None:
    talk, wa_id = said(cast, whatsapp, session)
    for _ in range(2):
        send(cast.alice.workspace.id, talk)
    [message] = whatsapp.chat(wa_id, channel=session)
    assert message.body == "Oi!"


def test_a_gateway_away_is_tried_again(cast: Cast, whatsapp: Simulator, session: str) -> None:
    talk, _wa_id = said(cast, whatsapp, session)
    away = make_channel(cast.alice, base_url="http://127.0.0.1:9", session=session)
    other = make_conversation(cast.alice, channel=away, contact=talk.contact)
    make_message(other)
    with pytest.raises(GatewayError):
        send(cast.alice.workspace.id, other)


def test_no_mark_where_it_has_no_meaning(cast: Cast) -> None:
    off = make_conversation(cast.alice, channel=make_channel(cast.alice, status="stopped"))
    make_message(off)
    for talk in (off, make_conversation(cast.alice)):
        send(cast.alice.workspace.id, talk)
