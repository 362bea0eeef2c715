"""What is told about people outside of what they write: which ids are one person, and who moved.

Nobody is added here, and no data of two people is put together: where two contacts turn out to be one person,
that is announced and both stay.
"""

from datetime import datetime
from uuid import UUID

from parley.channels.gateways.neutral import PersonKnown
from parley.core.phone import international
from parley.engines.announcing import Fact
from parley.engines.apply.batch import Batch, sql
from parley.engines.apply.people import (
    Identity,
    add_identities,
    clean_name,
    conflict_facts,
    contact_among,
    identities_of,
    known_identities,
    person_fact,
)


async def apply_people_news(batch: Batch, news: list[PersonKnown]) -> list[PersonKnown]:
    """Attach the ids that nobody has yet. Returns the news of people whom nobody here knows."""
    if not news:
        return []
    scope = batch.channel.scope
    told = [
        (one, identities_of(one.address, scope), identities_of(one.previous, scope) if one.previous else ())
        for one in sorted(news, key=lambda one: one.at)
    ]
    known = await known_identities(
        batch, (identity for _, now, before in told for identity in (*now, *before))
    )
    linking = _Linking(batch, known)
    strangers = [one for one, now, before in told if not linking.link(one, now, before)]
    await linking.write()
    return strangers


class _Linking:
    """Goes through the news in order and collects what to write."""

    def __init__(self, batch: Batch, known: dict[Identity, UUID]) -> None:
        self._batch = batch
        self._known = known
        self._fresh: dict[Identity, UUID] = {}
        self._retired: dict[Identity, tuple[UUID, datetime]] = {}
        self._names: dict[UUID, str] = {}
        self._conflicts: set[tuple[UUID, UUID, str]] = set()

    def link(self, one: PersonKnown, now: tuple[Identity, ...], before: tuple[Identity, ...]) -> bool:
        """False where none of the ids is anybody's."""
        owner = contact_among((*before, *now), self._known)
        if owner is None:
            return False
        for identity in now:
            holder = self._known.get(identity)
            if holder is None:
                self._known[identity] = self._fresh[identity] = owner
            elif holder != owner and identity[0] != "username":
                self._conflicts.add((owner, holder, identity[0]))
        self._retire(owner, one.at, now=now, before=before)
        if name := clean_name(one.address.name):
            self._names[owner] = name
        return True

    def _retire(
        self, owner: UUID, at: datetime, *, now: tuple[Identity, ...], before: tuple[Identity, ...]
    ) -> None:
        """What has a successor of its kind is not written to; what still comes from it is theirs."""
        successors = {identity[0] for identity in now if self._known[identity] == owner}
        for identity in before:
            if self._known.get(identity) == owner and identity not in now and identity[0] in successors:
                self._retired[identity] = (owner, at)

    async def write(self) -> None:
        batch = self._batch
        await add_identities(batch, self._fresh)
        await self._name_by_number()
        if self._retired:
            await batch.rows(
                sql("retire_identities", "people"),
                kind=[kind for kind, _, _ in self._retired],
                scope=[scope for _, scope, _ in self._retired],
                value=[value for _, _, value in self._retired],
                at=[at for _, at in self._retired.values()],
            )
        renamed: set[UUID] = set()
        if self._names:
            names = dict(sorted(self._names.items()))
            rows = await batch.rows(
                sql("name_contacts", "people"), id=list(names), profile_name=list(names.values())
            )
            renamed = {row["id"] for row in rows}
        changed = renamed | set(self._fresh.values()) | {contact for contact, _ in self._retired.values()}
        batch.facts += [self._known_fact(contact) for contact in sorted(changed)]
        batch.facts += conflict_facts(self._conflicts)

    async def _name_by_number(self) -> None:
        """Who is called nothing yet, and was shown by an id that says nothing, is shown by their number."""
        numbers = {
            owner: international(value)
            for (kind, _, value), owner in sorted(self._fresh.items())
            if kind == "phone"
        }
        if numbers:
            await self._batch.rows(
                sql("show_numbers", "people"), id=list(numbers), number=list(numbers.values())
            )

    def _known_fact(self, contact: UUID) -> Fact:
        kinds = sorted({identity[0] for identity, owner in self._fresh.items() if owner == contact})
        has_moved = any(owner == contact for owner, _ in self._retired.values())
        return person_fact("person.known", contact, {"kinds": kinds, "has_moved": has_moved})
