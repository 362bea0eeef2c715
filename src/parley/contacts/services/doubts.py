"""Contacts that may be one person, for people to see."""

from uuid import UUID

from parley.contacts.events import ContactDoubted
from parley.contacts.models import Contact, SamePersonDoubt
from parley.core.events import announce


def note(workspace_id: UUID, contact_id: UUID, other_id: UUID) -> None:
    """Remember that the two may be one. Once; not of contacts that are gone, nor of one with itself."""
    pair = {contact_id, other_id}
    found = Contact.objects.filter(workspace_id=workspace_id, id__in=pair, deleted_at__isnull=True)
    rows = SamePersonDoubt.objects.filter(workspace_id=workspace_id)
    if found.count() < 2 or rows.filter(contact_id=contact_id, other_id=other_id).exists():
        return
    both = ((contact_id, other_id), (other_id, contact_id))
    SamePersonDoubt.objects.bulk_create(
        [SamePersonDoubt(workspace_id=workspace_id, contact_id=one, other_id=two) for one, two in both],
        ignore_conflicts=True,
    )
    announce(workspace_id, *(ContactDoubted(object_id=one, other_id=two) for one, two in both))
