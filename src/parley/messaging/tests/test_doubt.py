"""Two contacts that may be one person and both have a history: people decide."""

from collections.abc import Callable
from typing import Any

import pytest

from parley.access.tests.factories import Cast, Person
from parley.contacts.models import ConsentEvent, Contact, ContactIdentity, SamePersonDoubt, Suppression
from parley.core.ids import new_id
from parley.core.transactions import workspace_transaction
from parley.engines.tests.applying import apply, message, said
from parley.engines.tests.running import Connected, connect_channel
from parley.messaging.models import Conversation
from parley.messaging.services import assigning, closing, notes, sending
from parley.messaging.services.joining import join
from parley.messaging.tests.factories import as_member
from parley.messaging.tests.joining import ALICIA, HIDDEN, facts, learn, live, settle


@pytest.fixture
def session(cast: Cast) -> Connected:
    return connect_channel(cast.alice.workspace.id, "waha")


def assign(bob: Person, talk: Conversation) -> None:
    assigning.assign_to(as_member(bob), talk.id, membership_id=bob.membership.id)


def note(bob: Person, talk: Conversation) -> None:
    notes.add_note(as_member(bob), talk.id, client_id=new_id(), body="Pays late")


def answer(bob: Person, talk: Conversation) -> None:
    sending.send_text(as_member(bob), talk.id, client_id=new_id(), body="Olá")


def tag(bob: Person, talk: Conversation) -> None:
    Contact.objects.filter(id=talk.contact_id).update(tags=["vip"])


def rename(bob: Person, talk: Conversation) -> None:
    Contact.objects.filter(id=talk.contact_id).update(first_name="Alícia")


def label(bob: Person, talk: Conversation) -> None:
    Conversation.objects.filter(id=talk.id).update(labels=["refund"])


def close(bob: Person, talk: Conversation) -> None:
    closing.close(as_member(bob), talk.id)


def refuse(bob: Person, talk: Conversation) -> None:
    identity = ContactIdentity.objects.get(contact_id=talk.contact_id, kind="lid")
    assert identity.address_hash is not None
    Suppression.objects.create(
        workspace_id=talk.workspace_id, address_hash=bytes(identity.address_hash), purpose="marketing"
    )


def consent(bob: Person, talk: Conversation) -> None:
    ConsentEvent.objects.create(
        workspace_id=talk.workspace_id,
        contact_id=talk.contact_id,
        address_hash=b"x",
        purpose="marketing",
        state="granted",
        source="agent",
    )


@pytest.mark.parametrize("touch", [assign, note, answer, tag, rename, label, close, refuse, consent])
def test_what_somebody_has_touched_stays_and_both_panels_say_so(
    cast: Cast, session: Connected, touch: Callable[[Person, Conversation], Any]
) -> None:
    apply(session, said("a", by=ALICIA), said("b", 1, by=HIDDEN))
    known, hidden = message(session, "a"), message(session, "b")
    with workspace_transaction(session.workspace_id):
        touch(cast.bob, Conversation.objects.get(id=hidden.conversation_id))
    learn(session)
    settle(session)
    assert len(live(session)) == 2
    assert message(session, "b").conversation_id == hidden.conversation_id
    assert facts(session, "person.joined") == []
    assert len(facts(session, "contact.doubted")) == 2
    for one, other in ((known, hidden), (hidden, known)):
        panel = cast.bob.client.get(cast.bob.url(f"contacts/{one.contact_id}/panel/")).text
        assert "Perhaps the same person" in panel
        link = cast.bob.url(f"contacts/{other.contact_id}/thread/")
        assert link in panel
        assert cast.bob.client.get(link)["Location"] == cast.bob.url(f"inbox/{other.conversation_id}/")
        assert (
            cast.charlie.client.get(cast.charlie.url(f"contacts/{one.contact_id}/thread/")).status_code == 404
        )


def test_a_doubt_ends_with_either_contact(session: Connected, cast: Cast) -> None:
    apply(session, said("a", by=ALICIA), said("b", 1, by=HIDDEN))
    known, hidden = message(session, "a"), message(session, "b")
    with workspace_transaction(session.workspace_id):
        tag(cast.bob, Conversation.objects.get(id=hidden.conversation_id))
    learn(session)
    with workspace_transaction(session.workspace_id):
        assert SamePersonDoubt.objects.count() == 2
        Contact.objects.filter(id=hidden.contact_id).update(tags=[])
    settle(session)
    assert len(live(session)) == 1
    panel = cast.bob.client.get(cast.bob.url(f"contacts/{known.contact_id}/panel/")).text
    assert "Perhaps the same person" not in panel


def test_a_contact_of_another_workspace_is_nobody(cast: Cast, session: Connected) -> None:
    theirs = connect_channel(cast.charlie.workspace.id, "waha")
    apply(session, said("a", by=ALICIA))
    apply(theirs, said("b", by=HIDDEN))
    ours, other = message(session, "a").contact_id, message(theirs, "b").contact_id
    with workspace_transaction(session.workspace_id):
        assert join(session.workspace_id, ours, other) is None
    assert len(live(theirs)) == 1
