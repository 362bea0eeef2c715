"""The people of the sample company's past: contacts, the ways to reach them, what they agreed to."""

from uuid import UUID

from parley.contacts.models import ConsentEvent, Contact, ContactIdentity
from parley.core.address_hash import address_hash
from parley.core.ids import new_id
from parley.core.phone import from_wa_id, international
from parley.operations.seed.scripts import Customer


def contact_of(customer: Customer, *, workspace_id: UUID) -> Contact:
    """Who it is. When they were heard of is up to the caller."""
    own_name = f"{customer.first_name} {customer.last_name}".strip()
    phone = from_wa_id(customer.wa_id) or ""
    return Contact(
        id=new_id(),
        workspace_id=workspace_id,
        first_name=customer.first_name,
        last_name=customer.last_name,
        display_name=own_name or customer.calls_themselves or international(phone),
        profile_name=customer.calls_themselves,
        address=customer.address,
        notes=customer.notes,
        language=customer.language,
        country=customer.country,
        source="whatsapp",
        tags=list(customer.tags),
        attributes=customer.facts,
    )


def identities_of(customer: Customer, contact: Contact) -> list[ContactIdentity]:
    """How they are known from their first message on."""
    phone = from_wa_id(customer.wa_id) or ""
    known: list[tuple[str, str, bytes | None]] = [
        ("phone", phone, address_hash(contact.workspace_id, phone)),
        ("wa_id", customer.wa_id, None),
    ]
    return [
        ContactIdentity(
            id=new_id(),
            workspace_id=contact.workspace_id,
            contact_id=contact.id,
            kind=kind,
            value=value,
            is_primary=kind == "phone",
            source="whatsapp",
            address_hash=hashed,
        )
        for kind, value, hashed in known
    ]


def consent_of(customer: Customer, contact: Contact) -> ConsentEvent:
    """That they agreed to be told of offers."""
    return ConsentEvent(
        id=new_id(),
        workspace_id=contact.workspace_id,
        contact_id=contact.id,
        address_hash=address_hash(contact.workspace_id, from_wa_id(customer.wa_id) or ""),
        purpose="marketing",
        state="granted",
        source="form",
        evidence={"form": "Order form at the counter"},
        at=contact.created_at,
    )
