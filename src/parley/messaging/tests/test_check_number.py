"""Whether a number has WhatsApp is asked before the first message to it, and never in the way of it."""

import pytest

from parley.access.tests.factories import Cast, Person
from parley.channels.models import Channel
from parley.contacts.models import Contact, ContactIdentity
from parley.core.transactions import workspace_transaction
from parley.messaging.models import Conversation
from parley.messaging.services.addresses import address_of
from parley.messaging.tests.factories import make_channel, make_contact
from parley.simulator.testing import Simulator

SESSION = "checks"


@pytest.fixture
def channel(cast: Cast, whatsapp: Simulator) -> Channel:
    """A session at the simulator that works."""
    if SESSION not in [session["name"] for session in whatsapp.waha("GET", "/api/sessions?all=true")]:
        whatsapp.add_session(SESSION)
    whatsapp.clear_faults()
    return make_channel(cast.alice, base_url=whatsapp.url, session=SESSION)


def write_first(person: Person, channel: Channel, phone: str) -> tuple[int, str]:
    address = person.url("conversations/new/")
    data = {"channel": str(channel.id), "phone": phone, "body": "Bom dia"}
    answer = person.client.post(address, data)
    return answer.status_code, answer.text


def numbers(person: Person) -> set[tuple[str, str]]:
    with workspace_transaction(person.workspace.id):
        return set(ContactIdentity.objects.values_list("kind", "value"))


def test_a_number_without_whatsapp_is_said_at_the_field(
    cast: Cast, whatsapp: Simulator, channel: Channel
) -> None:
    whatsapp.add_person("5519990000001", registered=False)
    status, page = write_first(cast.bob, channel, "+55 19 99000-0001")
    assert status == 422
    assert 'id="start-phone-problem"' in page
    assert "This number is not on WhatsApp." in page
    assert "Bom dia" in page, "nothing typed is lost"
    with workspace_transaction(cast.bob.workspace.id):
        assert not Contact.objects.exists()
        assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    ("typed", "spelt", "canonical"),
    [
        ("+55 31 98765-4321", "553187654321", "+5531987654321"),
        ("+52 55 1234 5678", "5215512345678", "+525512345678"),
        ("+55 19 99000-0002", "5519990000002", "+5519990000002"),
    ],
)
def test_whatsapp_s_own_spelling_is_written_to(
    cast: Cast, whatsapp: Simulator, channel: Channel, typed: str, spelt: str, canonical: str
) -> None:
    whatsapp.add_person(spelt)
    assert write_first(cast.bob, channel, typed)[0] == 302
    assert numbers(cast.bob) == {("phone", canonical), ("wa_id", spelt)}
    with workspace_transaction(cast.bob.workspace.id):
        contact = Contact.objects.get()
        assert address_of(contact.workspace_id, contact.id).wa_id == spelt


def test_an_imported_contact_learns_their_spelling(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    whatsapp.add_person("553187650001")
    contact = make_contact(cast.alice, phone="+5531987650001")
    with workspace_transaction(contact.workspace_id):
        ContactIdentity.objects.filter(contact_id=contact.id, kind="wa_id").delete()
    assert write_first(cast.bob, channel, "+5531987650001")[0] == 302
    assert ("wa_id", "553187650001") in numbers(cast.bob)
    with workspace_transaction(contact.workspace_id):
        assert Contact.objects.count() == 1


def test_whoever_is_known_is_not_asked_about(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    whatsapp.add_person("5519990000003", registered=False)
    make_contact(cast.alice, phone="+5519990000003")
    assert write_first(cast.bob, channel, "+5519990000003")[0] == 302, "they have been on WhatsApp before"


@pytest.mark.parametrize("action", ["reset", "refuse"])
def test_a_provider_that_does_not_answer_is_no_hindrance(
    cast: Cast, whatsapp: Simulator, channel: Channel, action: str
) -> None:
    facts = {"before": True} if action == "reset" else {"status": 500}
    whatsapp.fault("waha", action, match="/api/contacts/check-exists", times=0, **facts)
    assert write_first(cast.bob, channel, "+5519990000004")[0] == 302
    assert numbers(cast.bob) == {("phone", "+5519990000004")}
    whatsapp.clear_faults()


def test_a_server_that_is_not_there_is_no_hindrance(cast: Cast) -> None:
    channel = make_channel(cast.alice, base_url="http://127.0.0.1:9", session="nowhere")
    assert write_first(cast.bob, channel, "+5519990000005")[0] == 302


def test_charlie_s_number_is_not_asked_for_alice(cast: Cast, whatsapp: Simulator, channel: Channel) -> None:
    whatsapp.add_person("5519990000006", registered=False)
    assert write_first(cast.charlie, channel, "+5519990000006")[0] == 404
