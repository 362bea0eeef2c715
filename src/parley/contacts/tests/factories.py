"""Contacts for tests."""

from uuid import UUID

from parley.contacts.models import Contact, ContactIdentity
from parley.core.address_hash import address_hash
from parley.core.transactions import workspace_transaction


def make_contact(
    *,
    workspace_id: UUID,
    profile_name: str = "Marina",
    phone: str = "+5519987654321",
    display_name: str = "",
    tags: tuple[str, ...] = (),
) -> Contact:
    """Somebody who wrote to us, the way the engine makes them."""
    with workspace_transaction(workspace_id):
        contact = Contact.objects.create(
            workspace_id=workspace_id,
            profile_name=profile_name,
            display_name=display_name or profile_name or phone,
            tags=list(tags),
            source="whatsapp",
        )
        if phone:
            ContactIdentity.objects.create(
                workspace_id=workspace_id,
                contact_id=contact.id,
                kind="phone",
                value=phone,
                address_hash=address_hash(workspace_id, phone),
                is_primary=True,
            )
    return contact
