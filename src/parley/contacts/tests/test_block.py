"""Somebody whom nobody writes to, until the block is taken away."""

from typing import Any

from parley.access.tests.factories import Cast, make_person
from parley.contacts.models import Contact
from parley.contacts.tests.factories import make_contact
from parley.core.ids import new_id
from parley.core.models import Event
from parley.core.transactions import workspace_transaction


def blocked_at(cast: Cast, contact: Contact) -> Any:
    with workspace_transaction(cast.alice.workspace.id):
        return Contact.objects.get(id=contact.id).blocked_at


def events(cast: Cast, contact: Contact) -> list[Any]:
    with workspace_transaction(cast.alice.workspace.id):
        found = Event.objects.filter(object_id=contact.id).order_by("id")
        return list(found.values_list("type", "data", "topics"))


def test_a_block_and_its_undoing(cast: Cast) -> None:
    contact = make_contact(workspace_id=cast.bob.workspace.id)
    address = cast.bob.url(f"contacts/{contact.id}/blocking/")
    for _ in range(2):
        answer = cast.bob.client.post(address)
        assert answer.status_code == 200
        assert "Nobody writes to Marina now" in answer.text
        assert f'hx-delete="{address}" hx-swap="none">Undo' in answer.text
        assert ">Unblock<" in answer.text
    assert blocked_at(cast, contact) is not None
    answer = cast.bob.client.post(address, {"_method": "delete"})
    assert "Marina can be written to again" in answer.text
    assert ">Block<" in answer.text
    assert blocked_at(cast, contact) is None
    by, topics = {"by": str(cast.bob.membership.id)}, ["inbox", f"contact:{contact.id}"]
    assert events(cast, contact) == [("contact.blocked", by, topics), ("contact.unblocked", by, topics)]


def test_strangers_and_auditors_block_nobody(cast: Cast) -> None:
    contact = make_contact(workspace_id=cast.alice.workspace.id)
    olga = make_person(workspace=cast.alice.workspace, first_name="Olga", role="auditor")
    for person, status in ((olga, 403), (cast.charlie, 404)):
        address = person.url(f"contacts/{contact.id}/blocking/")
        assert (person.client.post(address).status_code, person.client.delete(address).status_code) == (
            status,
            status,
        )
    assert cast.bob.client.post(cast.bob.url(f"contacts/{new_id()}/blocking/")).status_code == 404
    assert blocked_at(cast, contact) is None
