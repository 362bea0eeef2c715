"""Meeting somebody by their telephone number, from our side."""

from uuid import UUID

from django.db import connection

from parley.contacts.models import Contact, ContactIdentity
from parley.core.address_hash import address_hash
from parley.core.ids import new_id
from parley.core.phone import international, variants


def contact_with_phone(workspace_id: UUID, *, phone: str, wa_id: str = "") -> UUID:
    """The contact with this E.164 number in any of its spellings; a new one where nobody has it.

    `wa_id` is WhatsApp's own spelling, in digits, where that is known: from now on it is written to. Two who
    introduce the same stranger at once, the ingest among them, make one contact.
    """
    contact_id = _known(workspace_id, phone, wa_id) or _meet(workspace_id, phone, wa_id)
    if wa_id:
        identity = ContactIdentity(
            id=new_id(),
            workspace_id=workspace_id,
            contact_id=contact_id,
            kind="wa_id",
            value=wa_id,
            source="manual",
        )
        ContactIdentity.objects.bulk_create([identity], ignore_conflicts=True)
    return contact_id


def is_known_to_whatsapp(workspace_id: UUID, *, phone: str) -> bool:
    """Whether somebody here has this E.164 number, and WhatsApp's own spelling of it is known."""
    return ContactIdentity.objects.filter(
        workspace_id=workspace_id,
        scope="",
        kind="wa_id",
        value__in=variants(phone),
        valid_to__isnull=True,
        contact__deleted_at__isnull=True,
    ).exists()


def _meet(workspace_id: UUID, phone: str, wa_id: str) -> UUID:
    with connection.cursor() as cursor:
        # The same lock that the applier takes before it adds people.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('new people of ' || %s::text, 0))",
            [str(workspace_id)],
        )
    return _known(workspace_id, phone, wa_id) or _introduce(workspace_id, phone)


def _known(workspace_id: UUID, phone: str, wa_id: str) -> UUID | None:
    rows = ContactIdentity.objects.filter(
        workspace_id=workspace_id, scope="", contact__deleted_at__isnull=True
    )
    found = rows.filter(kind="phone", value=phone) | rows.filter(
        kind="wa_id", value__in=[*variants(phone), wa_id]
    )
    return found.values_list("contact_id", flat=True).first()


def _introduce(workspace_id: UUID, phone: str) -> UUID:
    contact = Contact.objects.create(
        id=new_id(), workspace_id=workspace_id, display_name=international(phone), source="manual"
    )
    ContactIdentity.objects.create(
        id=new_id(),
        workspace_id=workspace_id,
        contact_id=contact.id,
        kind="phone",
        value=phone,
        address_hash=address_hash(workspace_id, phone),
        is_primary=True,
        source="manual",
    )
    return contact.id
