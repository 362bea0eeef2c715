"""Keeping the team from writing to somebody. What they write is taken in all the same."""

from uuid import UUID

from django.db.models.functions import Now

from parley.contacts import queries
from parley.contacts.events import ContactBlocked, ContactUnblocked
from parley.contacts.models import Contact
from parley.core.events import announce


def block(workspace_id: UUID, contact_id: UUID, *, actor_id: UUID) -> None:
    """From now on nothing leaves for this contact, not even what is queued. A second time changes nothing."""
    queries.contact_of(workspace_id, contact_id)
    free = Contact.objects.filter(workspace_id=workspace_id, id=contact_id, blocked_at__isnull=True)
    if free.update(blocked_at=Now()):
        announce(workspace_id, ContactBlocked(object_id=contact_id, by=actor_id))


def unblock(workspace_id: UUID, contact_id: UUID, *, actor_id: UUID) -> None:
    """The contact can be written to again."""
    queries.contact_of(workspace_id, contact_id)
    blocked = Contact.objects.filter(workspace_id=workspace_id, id=contact_id, blocked_at__isnull=False)
    if blocked.update(blocked_at=None):
        announce(workspace_id, ContactUnblocked(object_id=contact_id, by=actor_id))
