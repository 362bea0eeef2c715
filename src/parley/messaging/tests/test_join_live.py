"""One person by number and by hidden id, from the simulated phone to the inbox.

Nothing is done by hand but what a worker would do.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from parley.access.tests.factories import Cast
from parley.channels import tasks as channel_tasks
from parley.channels.models import Channel
from parley.channels.tests.factories import make_session, reread
from parley.channels.tests.watching import settings
from parley.contacts.models import Contact, ContactIdentity
from parley.core.database_urls import engine_url
from parley.core.environment import environment
from parley.core.reactors import run_reactors
from parley.core.transactions import platform_transaction, workspace_transaction
from parley.engines.tests.running import running_edge, until
from parley.messaging import tasks
from parley.messaging.models import Conversation, InboundEvent, Message
from parley.simulator.testing import Simulator

ALICIA = "5519998760009"
TASKS: dict[str, Callable[..., None]] = {
    "channels.read_people": channel_tasks.read_people,
    "channels.ask_about_person": channel_tasks.ask_about_person,
    "messaging.join_people": tasks.join_people,
}


@pytest.fixture(scope="module")
def edge() -> Iterator[str]:
    with running_edge() as address:
        yield address


@pytest.fixture
def channel(cast: Cast, whatsapp: Simulator, edge: str) -> Iterator[Channel]:
    """A session of Alice's, of the engine that tells only one id of a person, whose webhooks arrive."""
    whatsapp._simulator("POST", "engine", {"engine": "WEBJS"})
    with settings(public_url=edge):
        channel = make_session(cast.alice, whatsapp)
        whatsapp.scan(channel.external_id)
        until(lambda: reread(cast.alice, channel).status == "working")
        yield reread(cast.alice, channel)


def work(channel: Channel, done: set[int]) -> None:
    """Let the reader of the log and a worker do what they find of this workspace, each job once."""
    run_reactors(engine_url(environment()))
    with platform_transaction():
        rows = ProcrastinateJob.objects.filter(
            task_name__in=TASKS, status="todo", args__workspace_id=str(channel.workspace_id)
        )
        found: list[tuple[int, str, dict[str, Any]]] = list(
            rows.order_by("id").values_list("id", "task_name", "args")
        )
    for id_, name, args in found:
        if id_ not in done:
            done.add(id_)
            TASKS[name](**args)


def address(whatsapp: Simulator, channel: Channel, by: str) -> None:
    whatsapp._simulator("POST", f"sessions/{channel.external_id}", {"addressing": by})


def count(channel: Channel, model: Any, **sought: object) -> int:
    with workspace_transaction(channel.workspace_id):
        return int(model.objects.filter(**sought).count())


def test_hidden_first_then_by_number(whatsapp: Simulator, channel: Channel) -> None:
    whatsapp.add_person(ALICIA, name="Alicia")
    address(whatsapp, channel, "lid")
    whatsapp.say(ALICIA, "um", channel=channel.external_id)
    until(lambda: count(channel, Message, body="um") == 1)
    assert count(channel, ContactIdentity, kind="phone") == 0
    work(channel, set())
    until(lambda: count(channel, ContactIdentity, kind="phone", value=f"+{ALICIA}") == 1)
    address(whatsapp, channel, "phone")
    whatsapp.say(ALICIA, "dois", channel=channel.external_id)
    until(lambda: count(channel, Message, body="dois") == 1)
    assert count(channel, Contact) == count(channel, Conversation) == 1


def test_by_number_first_then_hidden(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    whatsapp.add_person(ALICIA, name="Alicia")
    whatsapp.say(ALICIA, "um", channel=channel.external_id)
    until(lambda: count(channel, Message, body="um") == 1)
    address(whatsapp, channel, "lid")
    whatsapp.say(ALICIA, "dois", channel=channel.external_id)
    until(lambda: count(channel, Message, body="dois") == 1)
    done: set[int] = set()

    def is_one() -> bool:
        work(channel, done)
        return count(channel, Conversation) == 1

    until(is_one)
    whatsapp.say(ALICIA, "três", channel=channel.external_id)
    until(lambda: count(channel, Message, body="três") == 1)
    with workspace_transaction(channel.workspace_id):
        talk = Conversation.objects.get()
        assert talk.unread_count == 3
    thread = cast.bob.client.get(cast.bob.url(f"inbox/{talk.id}/")).text
    for body in ("um", "dois", "três"):
        assert body in thread
    assert count(channel, Contact, deleted_at__isnull=True) == 1


def test_nothing_is_lost_of_what_is_said_meanwhile(whatsapp: Simulator, channel: Channel) -> None:
    whatsapp.add_person(ALICIA, name="Alicia")
    said = 40

    def speak() -> None:
        for number in range(said):
            address(whatsapp, channel, "lid" if number % 2 else "phone")
            whatsapp.say(ALICIA, f"{number}", channel=channel.external_id)

    done: set[int] = set()
    speaker = threading.Thread(target=speak)
    speaker.start()

    def is_one() -> bool:
        work(channel, done)
        return count(channel, Message, kind="message") == said and count(channel, Conversation) == 1

    until(is_one, seconds=40)
    speaker.join()
    work(channel, done)
    with workspace_transaction(channel.workspace_id):
        talk = Conversation.objects.get()
        assert talk.unread_count == said
        assert talk.last_message_ref == Message.objects.order_by("-at", "-id").values_list("id")[0][0]
        assert {message.contact_id for message in Message.objects.all()} == {talk.contact_id}
    assert count(channel, Contact, deleted_at__isnull=True) == 1
    assert count(channel, InboundEvent, state="parked") == 0
