"""What somebody agreed to, and that a refusal holds."""

from typing import Any

import pytest

from parley.access.tests.factories import Cast, make_person
from parley.contacts.models import ConsentEvent, Contact, Suppression
from parley.contacts.services.consent import record_consent, revoke_consent, suppress_address
from parley.contacts.tests.factories import make_contact
from parley.core.address_hash import address_hash
from parley.core.errors import Invalid, NotFound
from parley.core.models import Event
from parley.core.transactions import workspace_transaction

PHONE = "+5519987654321"


@pytest.fixture
def contact(cast: Cast) -> Contact:
    return make_contact(workspace_id=cast.alice.workspace.id, phone=PHONE)


def say(cast: Cast, contact: Contact, state: str, *, purpose: str = "marketing") -> Any:
    data = {"purpose": purpose, "state": state}
    return cast.bob.client.post(cast.bob.url(f"contacts/{contact.id}/consent/"), data)


def test_a_yes_is_noted_with_who_noted_it(cast: Cast, contact: Contact) -> None:
    answer = say(cast, contact, "granted")
    assert "noted by the team" in answer.content.decode()
    with workspace_transaction(cast.alice.workspace.id):
        event = ConsentEvent.objects.get()
        assert (event.state, event.source, event.actor_id) == ("granted", "agent", cast.bob.membership.id)
        assert event.evidence == {"noted_by": str(cast.bob.membership.id)}
        assert Contact.objects.get(id=contact.id).opted_in is True
        assert not Suppression.objects.exists()


def test_what_was_not_said_is_offered(cast: Cast, contact: Contact) -> None:
    page = cast.bob.client.get(cast.bob.url(f"contacts/{contact.id}/panel/")).text
    assert (page.count("Note a yes"), page.count("Note a no")) == (2, 2)
    page = say(cast, contact, "granted").text
    assert (page.count("Note a yes"), page.count("Note a no")) == (1, 2)
    page = say(cast, contact, "revoked").text
    assert (page.count("Note a yes"), page.count("Note a no")) == (2, 1)


def test_a_no_suppresses_the_address_for_this_purpose_only(cast: Cast, contact: Contact) -> None:
    say(cast, contact, "revoked")
    with workspace_transaction(cast.alice.workspace.id):
        refused = Suppression.objects.get()
        assert bytes(refused.address_hash) == address_hash(cast.alice.workspace.id, PHONE)
        assert refused.purpose == "marketing"
        assert Contact.objects.get(id=contact.id).opted_in is False
        assert Event.objects.filter(type="consent.revoked", object_id=contact.id).exists()


def test_a_yes_after_a_no_lifts_it_and_keeps_the_history(cast: Cast, contact: Contact) -> None:
    for state in ("revoked", "revoked", "granted"):
        assert say(cast, contact, state).status_code == 200
    with workspace_transaction(cast.alice.workspace.id):
        assert not Suppression.objects.exists()
        assert list(ConsentEvent.objects.order_by("at", "id").values_list("state", flat=True)) == [
            "revoked",
            "revoked",
            "granted",
        ]


def test_a_refusal_outlives_the_contact(cast: Cast, contact: Contact) -> None:
    workspace_id = cast.alice.workspace.id
    with workspace_transaction(workspace_id):
        revoke_consent(
            workspace_id, contact.id, purpose="marketing", source="keyword", evidence={"message_id": "m1"}
        )
        ConsentEvent.objects.update(contact_id=None)
        Contact.objects.filter(id=contact.id).delete()
    again = make_contact(workspace_id=workspace_id, phone=PHONE)
    page = cast.bob.client.get(cast.bob.url(f"contacts/{again.id}/panel/")).content.decode()
    assert "Note a yes" in page
    assert '<span class="chip bad">' in page


def test_an_address_of_nobody_may_be_suppressed_in_advance(cast: Cast) -> None:
    workspace_id = cast.alice.workspace.id
    with workspace_transaction(workspace_id):
        for _ in range(2):
            suppress_address(workspace_id, PHONE, purpose="marketing")
        assert Suppression.objects.count() == 1


def test_equal_addresses_have_other_hashes_elsewhere(cast: Cast) -> None:
    ours, theirs = cast.alice.workspace.id, cast.charlie.workspace.id
    assert address_hash(ours, PHONE) == address_hash(ours, PHONE)
    assert address_hash(ours, PHONE) != address_hash(theirs, PHONE)
    assert PHONE.encode() not in address_hash(ours, PHONE)


def test_what_makes_no_sense_is_refused(cast: Cast, contact: Contact) -> None:
    assert say(cast, contact, "maybe").status_code == 422
    assert say(cast, contact, "granted", purpose="spam").status_code == 422
    nameless = make_contact(workspace_id=cast.alice.workspace.id, phone="")
    with workspace_transaction(cast.alice.workspace.id):
        with pytest.raises(Invalid):
            record_consent(
                cast.alice.workspace.id, nameless.id, purpose="marketing", source="form", evidence={}
            )
        assert not ConsentEvent.objects.exists()


def test_strangers_and_auditors_note_nothing(cast: Cast, contact: Contact) -> None:
    olga = make_person(workspace=cast.alice.workspace, first_name="Olga", role="auditor")
    data = {"purpose": "marketing", "state": "revoked"}
    assert (
        cast.charlie.client.post(cast.charlie.url(f"contacts/{contact.id}/consent/"), data).status_code == 404
    )
    assert olga.client.post(olga.url(f"contacts/{contact.id}/consent/"), data).status_code == 403
    with workspace_transaction(cast.alice.workspace.id):
        assert not Suppression.objects.exists()
    with pytest.raises(NotFound), workspace_transaction(cast.charlie.workspace.id):
        revoke_consent(
            cast.charlie.workspace.id, contact.id, purpose="marketing", source="agent", evidence={}
        )
