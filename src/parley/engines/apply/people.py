"""Who wrote: found by any of their addresses, or met for the first time, and never twice at once."""

from dataclasses import dataclass
from uuid import UUID

from parley.channels.gateways.neutral import Address
from parley.core.address_hash import address_hash
from parley.core.ids import new_id
from parley.core.phone import from_wa_id, international
from parley.core.sql import statement
from parley.engines.apply.batch import Batch, address_key

Identity = tuple[str, str, str]
"""kind, scope, value: what is unique in a workspace."""

_STRENGTH = ("bsuid", "wa_id", "phone", "lid", "username")
"""Where addresses of one person point at different contacts, the first of these decides."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a batch with every address the batch gives them; strongest first."""

    identities: tuple[Identity, ...]
    name: str

    @property
    def display_name(self) -> str:
        phone = next((value for kind, _, value in self.identities if kind == "phone"), "")
        return self.name or (international(phone) if phone else self.identities[0][2])


async def resolve_people(batch: Batch, addresses: list[Address]) -> dict[str, UUID]:
    """The contact of every address, by `address_key`. Strangers become contacts."""
    people = _people(addresses, scope=batch.channel.portfolio_id or str(batch.channel.id))
    known = await _known(batch, people)
    if any(_contact(person, known) is None for person in people.values()):
        await batch.connection.execute(_sql("lock_new_people"), batch.parameters)
        known = await _known(batch, people)
        known |= await _add_contacts(batch, [p for p in people.values() if _contact(p, known) is None])
    found = {key: _certain(person, known) for key, person in people.items()}
    await _add_identities(batch, people, found)
    await _follow_names(batch, people, found)
    return found


def _people(addresses: list[Address], *, scope: str) -> dict[str, Person]:
    people: dict[str, Person] = {}
    for address in addresses:
        key = address_key(address)
        before = people.get(key, Person((), ""))
        merged = dict.fromkeys((*before.identities, *_identities(address, scope)))
        ordered = tuple(sorted(merged, key=lambda identity: _STRENGTH.index(identity[0])))
        people[key] = Person(ordered, (address.name or before.name).replace("\0", "").strip()[:200])
    return {key: person for key, person in people.items() if person.identities}


def _identities(address: Address, scope: str) -> list[Identity]:
    found: list[Identity] = []
    if address.bsuid:
        found.append(("bsuid", scope, address.bsuid))
    if address.wa_id:
        found.append(("wa_id", "", address.wa_id))
        phone = from_wa_id(address.wa_id)
        if phone:
            found.append(("phone", "", phone))
    if address.lid:
        found.append(("lid", scope, address.lid))
    if address.username:
        found.append(("username", "", address.username))
    return found


async def _known(batch: Batch, people: dict[str, Person]) -> dict[Identity, UUID]:
    wanted = {identity for person in people.values() for identity in person.identities}
    kinds, scopes, values = zip(*wanted, strict=True) if wanted else ((), (), ())
    cursor = await batch.connection.execute(
        _sql("known_identities"),
        {**batch.parameters, "kind": list(kinds), "scope": list(scopes), "value": list(values)},
    )
    return {(row["kind"], row["scope"], row["value"]): row["contact_id"] for row in await cursor.fetchall()}


def _contact(person: Person, known: dict[Identity, UUID]) -> UUID | None:
    return next((known[identity] for identity in person.identities if identity in known), None)


def _certain(person: Person, known: dict[Identity, UUID]) -> UUID:
    contact = _contact(person, known)
    if contact is None:
        raise LookupError("A contact was added and is not there.")
    return contact


async def _add_contacts(batch: Batch, strangers: list[Person]) -> dict[Identity, UUID]:
    """One contact a stranger; two spellings of one stranger in a batch share what they have in common."""
    added: dict[Identity, UUID] = {}
    rows: dict[UUID, Person] = {}
    for person in strangers:
        contact_id = _contact(person, added)
        if contact_id is None:
            contact_id = new_id()
            rows[contact_id] = person
        added |= dict.fromkeys(person.identities, contact_id)
    await batch.connection.execute(
        _sql("add_contacts"),
        {
            **batch.parameters,
            "id": list(rows),
            "display_name": [person.display_name for person in rows.values()],
            "profile_name": [person.name for person in rows.values()],
        },
    )
    return added


async def _add_identities(batch: Batch, people: dict[str, Person], found: dict[str, UUID]) -> None:
    stored = set(await _known(batch, people))
    fresh = {
        identity: found[key] for key, person in people.items() for identity in person.identities
        if identity not in stored
    }  # fmt: skip
    if not fresh:
        return
    await batch.connection.execute(
        _sql("add_identities"),
        {
            **batch.parameters,
            "id": [new_id() for _ in fresh],
            "contact_id": list(fresh.values()),
            "kind": [kind for kind, _, _ in fresh],
            "scope": [scope for _, scope, _ in fresh],
            "value": [value for _, _, value in fresh],
            "address_hash": [
                address_hash(batch.workspace_id, value) if kind in {"phone", "bsuid", "lid"} else None
                for kind, _, value in fresh
            ],
        },
    )


async def _follow_names(batch: Batch, people: dict[str, Person], found: dict[str, UUID]) -> None:
    names = dict(sorted({found[key]: person.name for key, person in people.items() if person.name}.items()))
    if names:
        await batch.connection.execute(
            _sql("name_contacts"),
            {**batch.parameters, "id": list(names), "profile_name": list(names.values())},
        )


def _sql(name: str) -> str:
    return statement("parley.engines", "people", name)
