"""The sample company: whole, believable at any hour, and made once."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from parley.access.models import Workspace
from parley.channels.models import Channel
from parley.contacts.models import Contact, ContactIdentity
from parley.core import storage
from parley.core.clock import now
from parley.core.environment import environment
from parley.core.errors import Invalid, Misconfigured
from parley.core.transactions import platform_transaction, workspace_transaction
from parley.messaging.models import Conversation, MediaFile, Message, MessageStatusEvent
from parley.operations.invariants.looking import look_for_breaches
from parley.operations.seed.company import SLUG, STAFF, TIMEZONE, connect_demo, seed_demo
from parley.operations.seed.history import CUSTOMERS, timed
from parley.operations.seed.scale import fill_to_scale
from parley.operations.seed.volume import fill
from parley.simulator.people.furniture import THINGS, Furniture, photo
from parley.simulator.people.scenarios import STORIES
from parley.simulator.testing import Simulator, running_simulator

PASSWORD = "correct horse battery"
HOURS = (0, 3, 9, 12, 18, 23)


@dataclass(frozen=True)
class Shop:
    """The company, connected to a simulator of its own, its customers quiet."""

    workspace_id: UUID
    whatsapp: Simulator


@pytest.fixture(scope="module")
def shop(worker_database: str, django_db_blocker: Any) -> Iterator[Shop]:
    """Made once for this file: its tests only look at it."""
    with django_db_blocker.unblock(), running_simulator() as whatsapp:
        seed_demo(password=PASSWORD)
        connect_demo(simulator_url=whatsapp.url, simulator_key=whatsapp.api_key)
        whatsapp.run_scripts(running=False)
        with platform_transaction():
            workspace_id = Workspace.objects.get(slug=SLUG).id
        yield Shop(workspace_id, whatsapp)


@pytest.mark.parametrize("hour", HOURS)
def test_every_conversation_goes_forward_in_time_at_any_hour(hour: int) -> None:
    at = datetime(2026, 3, 11, hour, 5, tzinfo=ZoneInfo(TIMEZONE)).astimezone(UTC)
    for customer in CUSTOMERS:
        times = [item.at for talk in customer.talks for item in timed(talk, now=at, zone=ZoneInfo(TIMEZONE))]
        assert times == sorted(times), customer.wa_id
        assert times[-1] <= at, customer.wa_id


def test_people_of_the_stories_have_the_same_names_and_channels_as_in_the_past() -> None:
    past = {customer.wa_id: customer for customer in CUSTOMERS}
    for story in STORIES:
        assert story.name == past[story.wa_id].calls_themselves
        assert story.language == past[story.wa_id].language


def test_the_company_is_connected_and_has_a_past(shop: Shop) -> None:
    workspace_id = shop.workspace_id
    with workspace_transaction(workspace_id):
        states = dict(Channel.objects.filter(workspace_id=workspace_id).values_list("name", "status"))
        people = Contact.objects.filter(workspace_id=workspace_id)
        names = set(people.values_list("display_name", flat=True))
        conversations = list(Conversation.objects.filter(workspace_id=workspace_id))
        outbound = Message.objects.filter(workspace_id=workspace_id, kind="message", direction="outbound")
        told = set(outbound.values_list("status", flat=True))
    assert states == {"Loja Centro": "working", "Casa Lume Oficial": "working", "Vendas Online": "scan_qr"}
    assert len(names) == len(CUSTOMERS) >= 25
    assert {"Marina Souza", "Aisha Farouk", "+55 11 98765-4321"} <= names
    assert told == {"sent", "delivered", "read", "failed", "uncertain"}
    assert {conversation.status for conversation in conversations} == {"open", "closed"}
    open_now = [found for found in conversations if found.status == "open"]
    assert {found.assignee_id is None for found in open_now} == {True, False}
    left = [found.window_expires_at - now() for found in open_now if found.window_expires_at]
    assert (
        min(left) < timedelta(0) < min(each for each in left if each > timedelta(0)) < timedelta(minutes=21)
    )


def test_what_the_list_shows_follows_from_the_messages(shop: Shop) -> None:
    workspace_id = shop.workspace_id
    with workspace_transaction(workspace_id):
        for conversation in Conversation.objects.filter(workspace_id=workspace_id):
            found = Message.objects.filter(
                workspace_id=workspace_id, conversation_id=conversation.id, kind="message"
            ).exclude(type="reaction")
            last = found.order_by("-at", "-id")[0]
            assert conversation.last_message_ref == last.id
            assert conversation.last_message_from_us == (last.direction == "outbound")
            assert conversation.unread_count <= found.filter(direction="inbound").count()
            assert (conversation.waiting_since is None) == (
                conversation.last_message_from_us or conversation.status == "closed"
            )


def test_the_phones_know_every_message_that_left(shop: Shop) -> None:
    workspace_id = shop.workspace_id
    with workspace_transaction(workspace_id):
        marina = ContactIdentity.objects.get(workspace_id=workspace_id, kind="wa_id", value="5519998761234")
        ours = Message.objects.filter(workspace_id=workspace_id, contact_id=marina.contact_id, kind="message")
        ids = set(ours.exclude(type="reaction").values_list("provider_message_id", flat=True))
        quoting = ours.exclude(reply_to=None)[0]
        assert quoting.reply_to is not None
        quoted = ours.get(id=quoting.reply_to)
        is_told = MessageStatusEvent.objects.filter(workspace_id=workspace_id, message_id=quoted.id)
        assert set(is_told.values_list("status", flat=True)) == {"accepted", "sent", "delivered", "read"}
    chat = shop.whatsapp.chat("5519998761234", channel="109800000000001")
    assert {message.id for message in chat} == ids
    assert next(message for message in chat if message.quoted_id).quoted_id == quoted.provider_message_id


def test_files_are_there_and_what_they_say(shop: Shop) -> None:
    workspace_id = shop.workspace_id
    with workspace_transaction(workspace_id):
        files = list(MediaFile.objects.filter(workspace_id=workspace_id))
    assert {file.mime_type for file in files} == {"image/png", "application/pdf", "audio/ogg"}
    for file in files:
        assert file.state == "stored"
        assert len(storage.read(file.storage_url)) == file.byte_size
        assert (file.width is not None) == file.mime_type.startswith("image/")
        assert (file.duration is not None) == file.mime_type.startswith("audio/")


def test_a_second_time_changes_nothing(shop: Shop) -> None:
    workspace_id = shop.workspace_id
    with workspace_transaction(workspace_id):
        before = set(Message.objects.filter(workspace_id=workspace_id).values_list("id", flat=True))
    company = seed_demo(password="another password")
    connect_demo(simulator_url=shop.whatsapp.url, simulator_key=shop.whatsapp.api_key)
    shop.whatsapp.run_scripts(running=False)
    assert not company.is_new
    assert [role for _, role in company.people] == [role for *_, role in STAFF]
    with workspace_transaction(workspace_id):
        after = set(Message.objects.filter(workspace_id=workspace_id).values_list("id", flat=True))
    assert after == before


def test_volume_has_what_was_ordered() -> None:
    (made,) = fill(workspaces=1, contacts=12, messages=50)
    with platform_transaction():
        workspace_id = Workspace.objects.get(slug=made["slug"]).id
    with workspace_transaction(workspace_id):
        assert Contact.objects.filter(workspace_id=workspace_id).count() == 12
        assert Message.objects.filter(workspace_id=workspace_id).count() == 50
        assert Conversation.objects.filter(workspace_id=workspace_id, status="open").count() == 12


def test_volume_without_anybody_is_refused() -> None:
    with pytest.raises(Invalid):
        list(fill(workspaces=1, contacts=0, messages=0))


@pytest.mark.parametrize("thing", THINGS)
def test_pictures_are_pictures(thing: Furniture) -> None:
    data = photo(thing, hue=0.3, width=64, height=48)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(data) > 800


def test_a_scale_makes_skewed_workspaces_whose_lists_agree_with_their_threads(database: str) -> None:
    told: list[str] = []
    made = list(fill_to_scale(0.0005, say=told.append, beside=True))
    assert [one["messages"] for one in made] == [3_000, 1_000, 500, 250, 150, 100]
    assert [one["contacts"] for one in made] == [300, 100, 50, 25, 15, 10]
    assert any("messages 3,000 of 3,000" in line for line in told)
    with platform_transaction():
        workspace_id = Workspace.objects.get(slug=made[0]["slug"]).id
    with workspace_transaction(workspace_id):
        assert Contact.objects.count() == 300
        assert Message.objects.count() == 3_000
        assert Conversation.objects.count() == 240
        assert MessageStatusEvent.objects.count() > Message.objects.filter(direction="outbound").count()
        written = Counter(Message.objects.values_list("conversation_id", flat=True))
        assert max(written.values()) > 5 * 3_000 / 240, "somebody writes much more than the others"
        for talk in Conversation.objects.all():
            thread = list(Message.objects.filter(conversation_id=talk.id).order_by("at", "id"))
            assert thread[0].direction == "inbound"
            assert (talk.last_message_ref, talk.last_message_at) == (thread[-1].id, thread[-1].at)
            unread = 0
            for message in thread:
                unread = unread + 1 if message.direction == "inbound" else 0
            assert talk.unread_count == (unread if talk.status == "open" else 0)


def test_the_doctor_finds_nothing_in_the_sample_company(shop: Shop) -> None:
    found = look_for_breaches(
        environment(), since=now() - timedelta(days=30), grace=120.0, workspace_slug=SLUG
    )
    assert [breach.said for breach in found if breach.where == SLUG] == []


def test_a_scale_refuses_to_stand_beside_somebody_elses_workspaces(shop: Shop, database: str) -> None:
    with pytest.raises(Misconfigured, match="--beside"):
        next(fill_to_scale(0.001, say=print))


@pytest.mark.parametrize("scale", [0, -1, 1_000])
def test_a_scale_is_a_size(scale: float) -> None:
    with pytest.raises(Invalid):
        next(fill_to_scale(scale, say=print))
