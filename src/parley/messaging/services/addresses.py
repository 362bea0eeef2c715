"""How a provider knows a contact."""

from uuid import UUID

from django.db import connection

from parley.channels.gateways.neutral import Address
from parley.core.sql import statement


def address_of(workspace_id: UUID, contact_id: UUID) -> Address:
    """The newest of each kind of address; what WhatsApp calls the person goes before the telephone number."""
    with connection.cursor() as cursor:
        sql = statement("parley.messaging", "reading", "addresses")
        cursor.execute(sql, {"workspace_id": workspace_id, "contact_id": contact_id})
        known: dict[str, str] = dict(cursor.fetchall())
    return Address(
        wa_id=known.get("wa_id") or known.get("phone", "").removeprefix("+") or None,
        lid=known.get("lid"),
        bsuid=known.get("bsuid"),
    )
