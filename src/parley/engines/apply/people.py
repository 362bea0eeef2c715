"""Who wrote: found by any of their addresses, or met for the first time, and never twice at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID

from parley.channels.gateways.neutral import Address
from parley.core.address_hash import address_hash
from parley.core.ids import new_id
from parley.core.phone import from_wa_id, international
from parley.engines.announcing import Fact
from parley.engines.apply.batch import Batch, address_key, sql

Identity = tuple[str, str, str]
"""kind, scope, value: what is unique in a workspace."""

HASHED_KINDS: Final = frozenset({"phone", "bsuid", "lid"})
"""What can be written to, and therefore be suppressed."""

_STRENGTH = ("bsuid", "wa_id", "phone", "lid", "username")
"""Where addresses of one person point at different contacts, the first of these decides."""

_phone_of = lru_cache(maxsize=20_000)(from_wa_id)


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a batch with every address the batch gives them; strongest first."""

    identities: tuple[Identity, ...]
    name: str

    @property
    def is_hidden(self) -> bool:
        """Whether the batch gives nothing of them but the ids by which a session hides numbers."""
        return all(kind == "lid" for kind, _, _ in self.identities)

    @property
    def display_name(self) -> str:
        phone = next((value for kind, _, value in self.identities if kind == "phone"), "")
        return self.name or (international(phone) if phone else self.identities[0][2])


async def resolve_people(batch: Batch, addresses: Iterable[Address]) -> dict[str, UUID]:
    """The contact of every address, by `address_key`. Strangers become contacts."""
    people = _people(addresses, scope=batch.channel.scope)
    if not people:
        return {}
    stored = await known_identities(batch, _every(people))
    known = dict(stored)
    if any(contact_among(person.identities, known) is None for person in people.values()):
        await batch.rows(sql("lock_new_people", "people"))
        stored = await known_identities(batch, _every(people))
        known = dict(stored)
        strangers = [p for p in people.values() if contact_among(p.identities, known) is None]
        known |= await _add_contacts(batch, strangers)
    found = {key: _certain(person, known) for key, person in people.items()}
    await batch.rows(sql("lock_contacts", "people"), id=sorted(set(found.values())))
    fresh = {
        identity: found[key]
        for key, person in people.items()
        for identity in person.identities
        if identity not in stored
    }
    await add_identities(batch, fresh)
    await _follow_names(batch, {found[key]: person.name for key, person in people.items() if person.name})
    batch.facts += conflict_facts(
        (found[key], stored[identity], identity[0])
        for key, person in people.items()
        for identity in person.identities
        if stored.get(identity, found[key]) != found[key] and identity[0] != "username"
    )
    await _tell_hidden(batch, {found[key] for key, person in people.items() if person.is_hidden})
    return found


async def find_people(batch: Batch, addresses: Iterable[Address]) -> dict[str, UUID]:
    """The contacts of those addresses that somebody here has, by `address_key`. Nobody is added."""
    people = _people(addresses, scope=batch.channel.scope)
    if not people:
        return {}
    known = await known_identities(batch, _every(people))
    contacts = {key: contact_among(person.identities, known) for key, person in people.items()}
    return {key: contact for key, contact in contacts.items() if contact is not None}


def identities_of(address: Address, scope: str) -> tuple[Identity, ...]:
    """Everything an address says, strongest first; the ids that a provider gives are its `scope`'s own."""
    found: list[Identity] = []
    if address.bsuid:
        found.append(("bsuid", scope, address.bsuid))
    if address.wa_id:
        found.append(("wa_id", "", address.wa_id))
        phone = _phone_of(address.wa_id)
        if phone:
            found.append(("phone", "", phone))
    if address.lid:
        found.append(("lid", scope, address.lid))
    if address.username:
        found.append(("username", "", address.username))
    return tuple(found)


async def known_identities(batch: Batch, wanted: Iterable[Identity]) -> dict[Identity, UUID]:
    """Whose they are, of those that are anybody's."""
    kinds, scopes, values = zip(*sorted(set(wanted)), strict=True)
    rows = await batch.rows(
        sql("known_identities", "people"), kind=list(kinds), scope=list(scopes), value=list(values)
    )
    return {(row["kind"], row["scope"], row["value"]): row["contact_id"] for row in rows}


def contact_among(identities: Iterable[Identity], known: Mapping[Identity, UUID]) -> UUID | None:
    """The contact of the first of these that is known.

    A user name counts only where it is all there is: people give theirs up, and others take them.
    """
    given = list(identities)
    proving = [identity for identity in given if identity[0] != "username"] or given
    return next((known[identity] for identity in proving if identity in known), None)


async def add_identities(batch: Batch, fresh: Mapping[Identity, UUID]) -> None:
    """Attach them. One that somebody else attached meanwhile stays theirs."""
    if not fresh:
        return
    await batch.rows(
        sql("add_identities", "people"),
        id=[new_id() for _ in fresh],
        contact_id=list(fresh.values()),
        kind=[kind for kind, _, _ in fresh],
        scope=[scope for _, scope, _ in fresh],
        value=[value for _, _, value in fresh],
        address_hash=[
            address_hash(batch.workspace_id, value) if kind in HASHED_KINDS else None
            for kind, _, value in fresh
        ],
    )


def conflict_facts(conflicts: Iterable[tuple[UUID, UUID, str]]) -> list[Fact]:
    """What is announced where an id of this kind, said to be the first contact's, is the second one's."""
    return [
        person_fact("person.conflict", owner, {"other_contact_id": other, "kind": kind})
        for owner, other, kind in sorted(set(conflicts))
    ]


def person_fact(type_: str, contact: UUID, data: dict[str, object]) -> Fact:
    """A fact about a contact, for the screens that show them."""
    return Fact(type_, "contact", contact, data, ("inbox", f"contact:{contact}"))


def clean_name(name: str | None) -> str:
    """What somebody calls themselves, fit to be shown in a line."""
    return (name or "").replace("\0", "").strip()[:200]


def _people(addresses: Iterable[Address], *, scope: str) -> dict[str, Person]:
    people: dict[str, Person] = {}
    for address in addresses:
        key = address_key(address)
        identities = identities_of(address, scope)
        before = people.get(key)
        if before is not None and before.identities != identities:
            merged = dict.fromkeys((*before.identities, *identities))
            identities = tuple(sorted(merged, key=lambda identity: _STRENGTH.index(identity[0])))
        if identities:
            people[key] = Person(identities, clean_name(address.name) or (before.name if before else ""))
    return people


def _every(people: Mapping[str, Person]) -> set[Identity]:
    return {identity for person in people.values() for identity in person.identities}


def _certain(person: Person, known: Mapping[Identity, UUID]) -> UUID:
    contact = contact_among(person.identities, known)
    if contact is None:
        raise LookupError("A contact was added and is not there.")
    return contact


async def _add_contacts(batch: Batch, strangers: list[Person]) -> dict[Identity, UUID]:
    """One contact a stranger; two spellings of one stranger in a batch share what they have in common."""
    added: dict[Identity, UUID] = {}
    rows: dict[UUID, Person] = {}
    for person in strangers:
        contact_id = contact_among(person.identities, added)
        if contact_id is None:
            contact_id = new_id()
            rows[contact_id] = person
        added |= dict.fromkeys(person.identities, contact_id)
    if rows:
        await batch.rows(
            sql("add_contacts", "people"),
            id=list(rows),
            display_name=[person.display_name for person in rows.values()],
            profile_name=[person.name for person in rows.values()],
        )
    return added


async def _tell_hidden(batch: Batch, contacts: set[UUID]) -> None:
    """Let somebody ask the provider for the numbers of those who have none here."""
    if not contacts:
        return
    rows = await batch.rows(sql("without_number", "people"), id=sorted(contacts))
    data: dict[str, object] = {"channel_id": batch.channel.id}
    batch.facts += [Fact("person.hidden", "contact", row["id"], data, ()) for row in rows]


async def _follow_names(batch: Batch, names: Mapping[UUID, str]) -> None:
    if names:
        ordered = dict(sorted(names.items()))
        await batch.rows(
            sql("name_contacts", "people"), id=list(ordered), profile_name=list(ordered.values())
        )
