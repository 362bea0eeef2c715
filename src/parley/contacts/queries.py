"""Reads of contacts, as plain values for the pages. The first argument is the reader or the workspace."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from parley.access.doors import Member
from parley.contacts.errors import ContactGone
from parley.contacts.models import (
    PURPOSES,
    ConsentEvent,
    Contact,
    ContactIdentity,
    SamePersonDoubt,
    Suppression,
)


@dataclass(frozen=True, slots=True)
class Identity:
    """One way to reach the contact, or to know them again."""

    kind: str
    value: str
    is_primary: bool


@dataclass(frozen=True, slots=True)
class Consent:
    """What was last said about one purpose. `state` is granted, revoked or unknown."""

    purpose: str
    state: str
    source: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Another contact that may be the same person."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What the side panel of a conversation shows of a person. `phone` is E.164, or empty where unknown."""

    id: UUID
    name: str
    first_name: str
    last_name: str
    profile_name: str
    phone: str
    identities: list[Identity]
    tags: list[str]
    attributes: dict[str, object]
    address: str
    language: str
    country: str
    lifecycle: str
    source: str
    notes: str
    created_at: datetime
    last_inbound_at: datetime | None
    is_blocked: bool
    consents: list[Consent]
    maybe_same_as: list[Lookalike]


def contact_of(workspace_id: UUID, contact_id: UUID) -> Contact:
    """The contact, unless it is another workspace's or was removed: `ContactGone`."""
    found = Contact.objects.filter(workspace_id=workspace_id, id=contact_id, deleted_at__isnull=True).first()
    if found is None:
        raise ContactGone
    return found


def profile_of(member: Member, contact_id: UUID) -> Profile:
    """Everything the panel shows, in five statements."""
    contact = contact_of(member.workspace_id, contact_id)
    known_by = list(
        ContactIdentity.objects.filter(
            workspace_id=member.workspace_id, contact_id=contact_id, valid_to__isnull=True
        ).order_by("-is_primary", "kind", "valid_from")
    )
    hashes = [bytes(identity.address_hash) for identity in known_by if identity.address_hash is not None]
    return Profile(
        id=contact.id,
        name=contact.display_name,
        first_name=contact.first_name,
        last_name=contact.last_name,
        profile_name=contact.profile_name,
        phone=next((identity.value for identity in known_by if identity.kind == "phone"), ""),
        identities=[
            Identity(kind=identity.kind, value=identity.value, is_primary=identity.is_primary)
            for identity in known_by
        ],
        tags=contact.tags,
        attributes=contact.attributes,
        address=contact.address,
        language=contact.language,
        country=contact.country,
        lifecycle=contact.lifecycle,
        source=contact.source,
        notes=contact.notes,
        created_at=contact.created_at,
        last_inbound_at=contact.last_inbound_at,
        is_blocked=contact.blocked_at is not None,
        consents=_consents(member.workspace_id, hashes),
        maybe_same_as=_lookalikes(member.workspace_id, contact_id),
    )


def reachable_hashes(workspace_id: UUID, contact_id: UUID) -> list[bytes]:
    """The hashes of every address of the contact that can be written to."""
    found = ContactIdentity.objects.filter(
        workspace_id=workspace_id, contact_id=contact_id, address_hash__isnull=False
    ).values_list("address_hash", flat=True)
    return sorted({bytes(address) for address in found if address is not None})


def _lookalikes(workspace_id: UUID, contact_id: UUID) -> list[Lookalike]:
    found = SamePersonDoubt.objects.filter(
        workspace_id=workspace_id, contact_id=contact_id, other__deleted_at__isnull=True
    )
    rows = found.order_by("id").values_list("other_id", "other__display_name")
    return [Lookalike(id=other_id, name=name) for other_id, name in rows]


def _consents(workspace_id: UUID, hashes: list[bytes]) -> list[Consent]:
    """The last word per purpose. A suppressed address is a "no" even where its history was erased."""
    suppressed = dict(
        Suppression.objects.filter(workspace_id=workspace_id, address_hash__in=hashes).values_list(
            "purpose", "since"
        )
    )
    said = {
        event.purpose: event
        for event in ConsentEvent.objects.filter(workspace_id=workspace_id, address_hash__in=hashes).order_by(
            "at", "id"
        )
    }
    answers = []
    for purpose in PURPOSES:
        event = said.get(purpose)
        if purpose in suppressed:
            source = event.source if event and event.state == "revoked" else ""
            answers.append(Consent(purpose=purpose, state="revoked", source=source, at=suppressed[purpose]))
        elif event is None:
            answers.append(Consent(purpose=purpose, state="unknown", source="", at=None))
        else:
            answers.append(Consent(purpose=purpose, state=event.state, source=event.source, at=event.at))
    return answers
