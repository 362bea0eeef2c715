"""What people here call a contact."""

from uuid import UUID

from parley.contacts import queries
from parley.contacts.events import ContactRenamed
from parley.contacts.models import Contact, ContactIdentity
from parley.core.events import announce


def rename(workspace_id: UUID, contact_id: UUID, *, first_name: str, last_name: str) -> None:
    """Give the contact a name of our own; with both empty they are called what they call themselves again.

    The name that the lists show is derived here: own names, else the profile's, else the phone number.
    """
    contact = queries.contact_of(workspace_id, contact_id)
    first, last = " ".join(first_name.split()), " ".join(last_name.split())
    shown = f"{first} {last}".strip() or contact.profile_name or _number(workspace_id, contact_id)
    if (first, last, shown) == (contact.first_name, contact.last_name, contact.display_name):
        return
    Contact.objects.filter(workspace_id=workspace_id, id=contact_id).update(
        first_name=first, last_name=last, display_name=shown
    )
    announce(workspace_id, ContactRenamed(object_id=contact_id))


def _number(workspace_id: UUID, contact_id: UUID) -> str:
    found = ContactIdentity.objects.filter(workspace_id=workspace_id, contact_id=contact_id, kind="phone")
    return found.order_by("-is_primary", "valid_from").values_list("value", flat=True).first() or ""
