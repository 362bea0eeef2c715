"""A name of our own, and the way back to theirs."""

from parley.access.tests.factories import Cast, Person
from parley.contacts.models import Contact
from parley.contacts.tests.factories import make_contact
from parley.core.models import Event
from parley.core.transactions import workspace_transaction


def rename(person: Person, contact: Contact, first_name: str, last_name: str = "") -> int:
    data = {"first_name": first_name, "last_name": last_name}
    return int(person.client.post(person.url(f"contacts/{contact.id}/name/"), data).status_code)


def shown(cast: Cast, contact: Contact) -> str:
    with workspace_transaction(cast.alice.workspace.id):
        return Contact.objects.get(id=contact.id).display_name


def test_a_name_is_given_and_announced(cast: Cast) -> None:
    contact = make_contact(workspace_id=cast.alice.workspace.id, profile_name="marina ✨")
    assert rename(cast.bob, contact, " Marina ", "Duarte") == 200
    assert shown(cast, contact) == "Marina Duarte"
    with workspace_transaction(cast.alice.workspace.id):
        event = Event.objects.get(object_id=contact.id)
    assert (event.type, event.topics) == ("contact.renamed", ["inbox", f"contact:{contact.id}"])
    assert event.data == {}


def test_without_a_name_they_are_called_what_they_call_themselves(cast: Cast) -> None:
    contact = make_contact(workspace_id=cast.alice.workspace.id, profile_name="marina ✨")
    rename(cast.bob, contact, "Marina")
    rename(cast.bob, contact, "")
    assert shown(cast, contact) == "marina ✨"


def test_without_any_name_they_are_called_by_their_number(cast: Cast) -> None:
    contact = make_contact(workspace_id=cast.alice.workspace.id, profile_name="", phone="+351912345678")
    rename(cast.bob, contact, "X")
    rename(cast.bob, contact, "")
    assert shown(cast, contact) == "+351912345678"


def test_the_same_name_again_announces_nothing(cast: Cast) -> None:
    contact = make_contact(workspace_id=cast.alice.workspace.id)
    for _ in range(2):
        rename(cast.bob, contact, "Marina", "Duarte")
    with workspace_transaction(cast.alice.workspace.id):
        assert Event.objects.filter(object_id=contact.id).count() == 1


def test_a_name_that_is_too_long_is_said_to_be(cast: Cast) -> None:
    contact = make_contact(workspace_id=cast.alice.workspace.id)
    assert rename(cast.bob, contact, "x" * 101) == 422
    assert shown(cast, contact) == "Marina"


def test_strangers_rename_nobody(cast: Cast) -> None:
    contact = make_contact(workspace_id=cast.alice.workspace.id)
    assert rename(cast.charlie, contact, "Taken") == 404
    assert shown(cast, contact) == "Marina"
