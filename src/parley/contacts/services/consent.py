"""What somebody agreed to or took back, with its evidence, and who therefore is not written to.

Two records stand behind one answer: `consent_event` is the history and is never changed; `suppression` is
the refusal in force, a hash that outlives the contact.
"""

from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

from parley.contacts import queries
from parley.contacts.events import ConsentGranted, ConsentRevoked
from parley.contacts.models import PURPOSES, ConsentEvent, Contact, Suppression
from parley.core.address_hash import address_hash
from parley.core.errors import Invalid
from parley.core.events import announce

Source = Literal["keyword", "button", "meta_preference", "error", "form", "import", "api", "agent"]
Evidence = Mapping[str, str]
"""References only: the id of the message, the import's row, the text that was shown."""


def record_consent(
    workspace_id: UUID,
    contact_id: UUID,
    *,
    purpose: str,
    source: Source,
    evidence: Evidence,
    actor_id: UUID | None = None,
) -> None:
    """The contact agreed: note it for each of their addresses, and lift the refusals of this purpose."""
    hashes = _hashes_of(workspace_id, contact_id, purpose)
    _note(
        workspace_id,
        contact_id,
        hashes,
        state="granted",
        purpose=purpose,
        source=source,
        evidence=evidence,
        actor_id=actor_id,
    )
    Suppression.objects.filter(workspace_id=workspace_id, address_hash__in=hashes, purpose=purpose).delete()
    if purpose == "marketing":
        Contact.objects.filter(workspace_id=workspace_id, id=contact_id).update(opted_in=True)
    announce(workspace_id, ConsentGranted(object_id=contact_id, purpose=purpose))


def revoke_consent(
    workspace_id: UUID,
    contact_id: UUID,
    *,
    purpose: str,
    source: Source,
    evidence: Evidence,
    actor_id: UUID | None = None,
) -> None:
    """The contact took it back: from now on none of their addresses is written to for this purpose.

    A second time changes nothing but the history.
    """
    hashes = _hashes_of(workspace_id, contact_id, purpose)
    _note(
        workspace_id,
        contact_id,
        hashes,
        state="revoked",
        purpose=purpose,
        source=source,
        evidence=evidence,
        actor_id=actor_id,
    )
    Suppression.objects.bulk_create(
        [Suppression(workspace_id=workspace_id, address_hash=found, purpose=purpose) for found in hashes],
        ignore_conflicts=True,
    )
    if purpose == "marketing":
        Contact.objects.filter(workspace_id=workspace_id, id=contact_id).update(opted_in=False)
    announce(workspace_id, ConsentRevoked(object_id=contact_id, purpose=purpose))


def suppress_address(workspace_id: UUID, address: str, *, purpose: str) -> None:
    """Refuse an address that belongs to nobody here (yet): a list brought along from another system."""
    _check_purpose(purpose)
    Suppression.objects.bulk_create(
        [
            Suppression(
                workspace_id=workspace_id, address_hash=address_hash(workspace_id, address), purpose=purpose
            )
        ],
        ignore_conflicts=True,
    )


def _hashes_of(workspace_id: UUID, contact_id: UUID, purpose: str) -> list[bytes]:
    _check_purpose(purpose)
    queries.contact_of(workspace_id, contact_id)
    hashes = queries.reachable_hashes(workspace_id, contact_id)
    if not hashes:
        raise Invalid("This contact has no address that could be written to.")
    return hashes


def _check_purpose(purpose: str) -> None:
    if purpose not in PURPOSES:
        raise Invalid("There is no such purpose.", fields={"purpose": [f"One of: {', '.join(PURPOSES)}."]})


def _note(
    workspace_id: UUID,
    contact_id: UUID,
    hashes: Sequence[bytes],
    *,
    state: str,
    purpose: str,
    source: Source,
    evidence: Evidence,
    actor_id: UUID | None,
) -> None:
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            workspace_id=workspace_id,
            contact_id=contact_id,
            address_hash=found,
            purpose=purpose,
            state=state,
            source=source,
            evidence=dict(evidence),
            actor_id=actor_id,
        )
        for found in hashes
    )
