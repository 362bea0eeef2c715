"""Who is behind a hidden id: the provider is asked, and what concerns contacts here is applied."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from parley.access.tests.factories import Cast
from parley.channels import tasks
from parley.channels.gateways.neutral import Address, GatewayError
from parley.channels.models import Channel
from parley.channels.services import pairs
from parley.channels.tests.factories import make_number
from parley.channels.tests.watching import jobs, make_working_session
from parley.contacts.models import Contact, ContactIdentity
from parley.core.database_urls import engine_url
from parley.core.environment import environment
from parley.core.ids import new_id
from parley.core.reactors import run_reactors
from parley.core.transactions import workspace_transaction
from parley.engines.tests.applying import apply, said
from parley.engines.tests.running import Connected, running_edge, until
from parley.messaging.models import InboundEvent
from parley.messaging.tests.factories import make_contact
from parley.simulator.records import Person as Customer
from parley.simulator.testing import Simulator


@pytest.fixture
def channel(cast: Cast, whatsapp: Simulator) -> Channel:
    """A session of Alice's that works and whose webhooks reach nobody."""
    return make_working_session(cast.alice, whatsapp, since=timedelta(hours=1))


@pytest.fixture(scope="module")
def applier() -> Iterator[str]:
    """What applies the events, which nobody posts here."""
    with running_edge() as edge:
        yield edge


def connected(channel: Channel) -> Connected:
    return Connected(channel.workspace_id, channel.id, channel.webhook_token, channel.external_id)


def known_by(channel: Channel) -> set[tuple[str, str, UUID]]:
    with workspace_transaction(channel.workspace_id):
        return set(ContactIdentity.objects.values_list("kind", "value", "contact_id"))


def kept(channel: Channel) -> list[InboundEvent]:
    with workspace_transaction(channel.workspace_id):
        return list(InboundEvent.objects.filter(channel_id=channel.id).order_by("id"))


def read(channel: Channel) -> int:
    return pairs.read_everybody(channel.workspace_id, channel.id)


def someone(whatsapp: Simulator, digits: str) -> Customer:
    return whatsapp.add_person(digits, name="Beatriz")


def meet_hidden(channel: Channel, person: Customer, id_: str = "a") -> UUID:
    """They write under their hidden id alone."""
    apply(connected(channel), said(id_, by=Address(lid=person.lid, name=person.name)))
    with workspace_transaction(channel.workspace_id):
        found = ContactIdentity.objects.get(kind="lid", value=person.lid, scope=str(channel.id))
        return found.contact_id


def test_a_contact_with_a_number_learns_their_hidden_id(
    cast: Cast, whatsapp: Simulator, channel: Channel, applier: str
) -> None:
    person = someone(whatsapp, "5519991110001")
    contact = make_contact(cast.alice, phone="+5519991110001")
    assert read(channel) == 1
    until(lambda: ("lid", person.lid, contact.id) in known_by(channel))
    apply(connected(channel), said("a", by=Address(lid=person.lid)))
    with workspace_transaction(channel.workspace_id):
        assert Contact.objects.count() == 1


def test_one_who_wrote_hidden_learns_their_number(
    whatsapp: Simulator, channel: Channel, applier: str
) -> None:
    person = someone(whatsapp, "5519991110002")
    contact = meet_hidden(channel, person)
    assert pairs.ask_about(channel.workspace_id, channel.id, contact)
    until(lambda: ("phone", "+5519991110002", contact) in known_by(channel))
    assert not pairs.ask_about(channel.workspace_id, channel.id, contact), "there is nothing left to ask"
    assert read(channel) == 0


def test_strangers_are_not_written_down(whatsapp: Simulator, channel: Channel) -> None:
    for number in range(5):
        someone(whatsapp, f"551999222000{number}")
    assert read(channel) == 0
    assert kept(channel) == []


def test_told_once_however_often_it_is_read(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    someone(whatsapp, "5519991110003")
    make_contact(cast.alice, phone="+5519991110003")
    for _ in range(3):
        read(channel)
    [event] = kept(channel)
    assert event.headers == {"asked": True}


def test_many_pages_are_read_to_their_end(
    cast: Cast, whatsapp: Simulator, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parley.channels.gateways.waha.people.LIDS_A_PAGE", 2)
    for number in range(5):
        someone(whatsapp, f"551999333000{number}")
        make_contact(cast.alice, phone=f"+551999333000{number}")
    assert read(channel) == 5


def test_another_workspace_learns_nothing(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    someone(whatsapp, "5519991110004")
    make_contact(cast.charlie, phone="+5519991110004")
    assert read(channel) == 0


def test_a_hidden_id_that_the_session_does_not_know_stays_one(channel: Channel, whatsapp: Simulator) -> None:
    apply(connected(channel), said("a", by=Address(lid="404404404404")))
    with workspace_transaction(channel.workspace_id):
        contact = Contact.objects.get().id
    assert not pairs.ask_about(channel.workspace_id, channel.id, contact)
    assert kept(channel) == []


def test_a_provider_that_is_away_is_asked_again(channel: Channel, whatsapp: Simulator) -> None:
    person = someone(whatsapp, "5519991110005")
    contact = meet_hidden(channel, person)
    whatsapp.fault("waha", "reset", match=f"/api/{channel.external_id}/lids", times=0, before=True)
    with pytest.raises(GatewayError):
        pairs.ask_about(channel.workspace_id, channel.id, contact)
    whatsapp.clear_faults()
    assert pairs.ask_about(channel.workspace_id, channel.id, contact)


def test_business_numbers_and_numbers_that_are_gone_are_not_asked(cast: Cast, whatsapp: Simulator) -> None:
    number = make_number(cast.alice, whatsapp)
    assert read(number) == 0
    nobody = str(new_id())
    tasks.read_people(workspace_id=str(number.workspace_id), channel_id=nobody)
    tasks.ask_about_person(workspace_id=str(number.workspace_id), channel_id=nobody, contact_id=nobody)


def test_a_session_that_is_back_is_asked_whom_it_knows(whatsapp: Simulator, channel: Channel) -> None:
    run_reactors(engine_url(environment()))
    assert len(jobs(channel, "channels.read_people")) == 1


def test_whoever_writes_hidden_is_asked_for(whatsapp: Simulator, channel: Channel) -> None:
    person = someone(whatsapp, "5519991110006")
    contact = meet_hidden(channel, person)
    meet_hidden(channel, person, "b")
    run_reactors(engine_url(environment()))
    [job] = jobs(channel, "channels.ask_about_person")
    assert job["contact_id"] == str(contact)


def test_whoever_writes_under_a_known_hidden_id_is_not_asked_for(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    apply(connected(channel), said("a", by=Address(wa_id="5519991110007", lid="77001")))
    apply(connected(channel), said("b", by=Address(lid="77001")))
    run_reactors(engine_url(environment()))
    assert jobs(channel, "channels.ask_about_person") == []


def test_an_engine_that_keeps_no_such_book_is_left_alone(channel: Channel, whatsapp: Simulator) -> None:
    whatsapp.fault("waha", "refuse", match=f"/api/{channel.external_id}/lids", times=0, status=422)
    tasks.read_people(workspace_id=str(channel.workspace_id), channel_id=str(channel.id))
    whatsapp.clear_faults()
    assert kept(channel) == []
