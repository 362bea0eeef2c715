"""What is told about people: ids of one person, moves, what they accept."""

import pytest

from parley.access.tests.factories import Cast
from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import Address, PersonKnown, PreferenceChange, StatusChange
from parley.contacts.models import ConsentEvent, Contact, ContactIdentity, Suppression
from parley.core.models import Event
from parley.engines.tests.applying import MARINA, OTHER, apply, at, message, said
from parley.engines.tests.running import Connected, connect_channel, in_workspace
from parley.messaging.models import Message

LID = Address(lid="199887766@lid")


@pytest.fixture
def session(cast: Cast) -> Connected:
    return connect_channel(cast.alice.workspace.id, "waha")


def identities(session: Connected) -> set[tuple[str, str, bool]]:
    """Kind, value and whether it can be written to."""
    rows = in_workspace(
        session.workspace_id, lambda: list(ContactIdentity.objects.values_list("kind", "value", "valid_to"))
    )
    return {(kind, value, valid_to is None) for kind, value, valid_to in rows}


def facts(session: Connected, kind: str) -> list[Event]:
    return list(in_workspace(session.workspace_id, lambda: list(Event.objects.filter(type=kind))))


def test_an_id_that_nobody_has_is_attached_and_the_next_message_finds_the_person(session: Connected) -> None:
    apply(session, said("a"))
    both = Address(wa_id=MARINA.wa_id, lid=LID.lid)
    apply(session, PersonKnown(address=both, at=at(1)), said("b", 2, by=LID))
    assert message(session, "b").contact_id == message(session, "a").contact_id
    assert ("lid", "199887766@lid", True) in identities(session)
    [fact] = facts(session, "person.known")
    assert fact.data == {"kinds": ["lid"], "has_moved": False}


def test_it_is_attached_too_where_the_message_comes_in_the_same_batch(session: Connected) -> None:
    both = Address(wa_id=MARINA.wa_id, lid=LID.lid)
    apply(session, said("a"), PersonKnown(address=both, at=at(1)))
    assert ("lid", "199887766@lid", True) in identities(session)


def test_nobody_is_met_by_being_spoken_of(session: Connected) -> None:
    assert apply(session, PersonKnown(address=MARINA, at=at(1))) == [("applied", "")]
    assert in_workspace(session.workspace_id, Contact.objects.count) == 0


def test_two_contacts_that_are_one_person_both_stay(session: Connected) -> None:
    apply(session, said("a"), said("b", by=LID))
    apply(session, PersonKnown(address=Address(wa_id=MARINA.wa_id, lid=LID.lid), at=at(3)))
    [fact] = facts(session, "person.conflict")
    assert fact.object_id == message(session, "a").contact_id
    assert fact.data == {"other_contact_id": str(message(session, "b").contact_id), "kind": "lid"}
    assert in_workspace(session.workspace_id, Contact.objects.count) == 2


def test_who_moves_is_written_to_at_the_new_number_and_still_known_by_the_old(session: Connected) -> None:
    apply(session, said("a"))
    new = Address(wa_id="5521999990000")
    apply(session, PersonKnown(address=new, at=at(5), previous=Address(wa_id=MARINA.wa_id)))
    assert {(value, valid) for kind, value, valid in identities(session) if kind == "phone"} == {
        ("+5519998761234", False), ("+5521999990000", True),
    }  # fmt: skip
    apply(session, said("b", 6), said("c", 7, by=new))
    assert len({message(session, id_).contact_id for id_ in ("a", "b", "c")}) == 1


def test_a_stop_is_noted_with_its_evidence_and_in_force_whatever_comes_late(session: Connected) -> None:
    apply(session, said("a"))
    stop = PreferenceChange(counterpart=MARINA, at=at(20), is_granted=False, detail="stop")
    late = PreferenceChange(counterpart=MARINA, at=at(10), is_granted=True)
    apply(session, stop)
    apply(session, late)

    def read() -> tuple[list[tuple[str, str]], int, bool | None]:
        history = ConsentEvent.objects.order_by("-at").values_list("state", "source")
        return list(history), Suppression.objects.count(), Contact.objects.get().opted_in

    history, suppressed, opted_in = in_workspace(session.workspace_id, read)
    assert history == [("revoked", "meta_preference"), ("granted", "meta_preference")]
    assert (suppressed, opted_in) == (1, False)
    evidence = in_workspace(session.workspace_id, lambda: ConsentEvent.objects.get(state="revoked").evidence)
    assert evidence["text"] == "stop"
    assert evidence["inbound_event_id"]
    apply(session, PreferenceChange(counterpart=MARINA, at=at(30), is_granted=True))
    assert in_workspace(session.workspace_id, Suppression.objects.count) == 0
    assert [fact.data["state"] for fact in facts(session, "consent.changed")] == [
        "revoked",
        "granted",
        "granted",
    ]


def test_a_stop_of_somebody_unknown_is_kept_by_hash(session: Connected) -> None:
    apply(session, PreferenceChange(counterpart=OTHER, at=at(1), is_granted=False))
    assert in_workspace(session.workspace_id, Contact.objects.count) == 0
    assert in_workspace(session.workspace_id, Suppression.objects.count) == 1


def test_a_refusal_that_means_stop_suppresses_the_person(
    session: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_for("waha"), "consequence_of", lambda _code: "stop_person", raising=False)
    apply(session, said("a"), said("ours", 1, from_us=True))
    failed = StatusChange(provider_message_id="ours", kind="failed", at=at(2), error_code="131050")
    apply(session, failed)
    apply(session, StatusChange(provider_message_id="ours", kind="failed", at=at(3), error_code="131050"))
    found = in_workspace(session.workspace_id, ConsentEvent.objects.get)
    ours = in_workspace(session.workspace_id, lambda: Message.objects.get(provider_message_id="ours").id)
    assert (found.source, found.state) == ("error", "revoked")
    assert found.evidence == {"message_id": str(ours), "error_code": "131050"}
    assert in_workspace(session.workspace_id, Suppression.objects.count) == 1


def test_what_names_nobody_is_set_aside_and_the_rest_is_applied(session: Connected) -> None:
    [lost, kept] = apply(session, said("a", by=Address(name="Who?")), said("b", 1))
    assert lost == ("parked", "It names nobody who said it.")
    assert kept == ("applied", "")
    assert message(session, "b").body == "Oi"
