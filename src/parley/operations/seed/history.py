"""The past of the sample company: told to the simulated phones first, then written with the ids they gave.

So a message of last week can be quoted, reacted to and marked as read, like any other.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from parley.access.models import Workspace
from parley.access.queries import colleagues
from parley.channels.models import Channel
from parley.contacts.models import ContactIdentity
from parley.core.clock import now as clock_now
from parley.core.ids import new_id
from parley.core.phone import from_wa_id
from parley.core.storage import new_key, put
from parley.core.transactions import workspace_transaction
from parley.messaging.dimensions import dimensions
from parley.messaging.models import MediaFile
from parley.messaging.sniffing import sniff
from parley.operations.seed import abroad, regulars, today
from parley.operations.seed.rows import Cast, Timed, insert, rows_of
from parley.operations.seed.scripts import Customer, Entry, Talk
from parley.operations.seed.whatsapp import SimulatedWhatsApp

CUSTOMERS: tuple[Customer, ...] = (*today.CUSTOMERS, *abroad.CUSTOMERS, *regulars.CUSTOMERS)


def tell(workspace_id: UUID, whatsapp: SimulatedWhatsApp, *, channels: dict[str, Channel]) -> None:
    """Write every customer who is not known yet, with all conversations, in one transaction."""
    with workspace_transaction(workspace_id):
        workspace = Workspace.objects.get(id=workspace_id)
        staff = {colleague.name.split()[0]: colleague for colleague in colleagues(workspace_id)}
        strangers = _strangers(workspace_id, CUSTOMERS)
    cast = Cast(
        workspace_id=workspace_id,
        now=clock_now(),
        channels=channels,
        members={name: colleague.membership_id for name, colleague in staff.items()},
        names={name: colleague.name for name, colleague in staff.items()},
    )
    zone = ZoneInfo(workspace.timezone)
    told = [(customer, _told(customer, whatsapp, cast=cast, zone=zone)) for customer in strangers]
    with workspace_transaction(workspace_id):
        insert(rows_of(customer, talks, cast=cast) for customer, talks in told)


def timed(talk: Talk, *, now: datetime, zone: ZoneInfo) -> list[Timed]:
    """The entries with their times: each its own, or so many minutes after the one before."""
    result: list[Timed] = []
    at = now
    for entry in talk.entries:
        at = entry.moment.at(now, zone) if entry.moment else at + timedelta(minutes=entry.after)
        result.append(Timed(entry, at))
    return result


def _strangers(workspace_id: UUID, customers: Iterable[Customer]) -> list[Customer]:
    phones = {customer.wa_id: from_wa_id(customer.wa_id) for customer in customers}
    known = set(
        ContactIdentity.objects.filter(
            workspace_id=workspace_id, kind="phone", value__in=[phone for phone in phones.values() if phone]
        ).values_list("value", flat=True)
    )
    return [customer for customer in customers if phones[customer.wa_id] not in known]


def _told(
    customer: Customer, whatsapp: SimulatedWhatsApp, *, cast: Cast, zone: ZoneInfo
) -> list[tuple[Talk, list[Timed]]]:
    """The customer's conversations after the phones heard of them."""
    talks = [(talk, timed(talk, now=cast.now, zone=zone)) for talk in customer.talks]
    sent = [item for _, items in talks for item in items if _left(item.entry)]
    names = {item.entry.name: number for number, item in enumerate(sent) if item.entry.name}
    remembered = whatsapp.remember(
        customer.wa_id,
        {
            "channel": cast.channels[customer.talks[0].channel].external_id,
            "name": customer.calls_themselves,
            "language": customer.language,
            "reads": customer.reads,
            "entries": [_past(item, names) for item in sent],
        },
    )
    heard = {id(item): facts for item, facts in zip(sent, remembered, strict=True)}
    return [(talk, [_heard(item, heard, whatsapp, cast=cast) for item in items]) for talk, items in talks]


def _left(entry: Entry) -> bool:
    """Whether WhatsApp knows of it: not of notes, nor (as far as we know) of what is uncertain."""
    return entry.side in {"customer", "shop"} and entry.status != "uncertain"


def _past(item: Timed, names: dict[str, int]) -> dict[str, Any]:
    entry = item.entry
    letter = {
        "type": entry.type,
        "body": entry.text,
        "at": item.at.timestamp(),
        "from_shop": entry.side == "shop",
        **entry.letter,
    }
    who = "shop" if entry.side == "customer" else "customer"
    return {
        "letter": letter,
        "status": entry.status if entry.side == "shop" else "delivered",
        "quotes": names[entry.quotes] if entry.quotes else None,
        "reactions": {who: entry.reaction} if entry.reaction else {},
    }


def _heard(
    item: Timed, heard: dict[int, dict[str, Any]], whatsapp: SimulatedWhatsApp, *, cast: Cast
) -> Timed:
    facts = heard.get(id(item))
    if facts is None:
        return item
    media = facts["media"]
    if media is None:
        return Timed(item.entry, item.at, facts["id"])
    data = whatsapp.file(media["id"])
    file = _media_file(cast.workspace_id, item, media, data)
    put(file.storage_url, data, file.mime_type)
    return Timed(item.entry, item.at, facts["id"], file)


def _media_file(workspace_id: UUID, item: Timed, media: dict[str, Any], data: bytes) -> MediaFile:
    mime = sniff(data)
    width, height = dimensions(data, mime) or (None, None)
    file_id = new_id()
    return MediaFile(
        id=file_id,
        workspace_id=workspace_id,
        created_at=item.at,
        storage_url=new_key(workspace_id, file_id, item.at),
        mime_type=mime,
        byte_size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        filename=media["filename"] or "",
        width=width,
        height=height,
        duration=item.entry.letter.get("seconds"),
        state="stored",
    )
