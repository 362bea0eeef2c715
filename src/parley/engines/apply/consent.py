"""What people told the provider, or a refusal tells, about being written to.

The same two records as `parley.contacts.services.consent`: the history, and the refusal in force.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from parley.channels.gateways.neutral import PreferenceChange
from parley.core.address_hash import address_hash
from parley.engines.announcing import Fact
from parley.engines.apply.batch import Batch, address_key, as_json, sql
from parley.engines.apply.people import HASHED_KINDS, find_people, identities_of
from parley.engines.database import Connection


@dataclass(frozen=True, slots=True)
class Stop:
    """A refusal that means: no marketing to this person any more."""

    contact_id: UUID
    message_id: UUID
    error_code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Word:
    """One word of one person. `hashes` where the person is nobody whom we know."""

    contact_id: UUID | None
    hashes: tuple[bytes, ...]
    is_granted: bool
    source: str
    evidence: dict[str, str]
    at: datetime


async def apply_preferences(batch: Batch, changes: list[PreferenceChange]) -> None:
    """Note each change; the newest word of a person about marketing is in force, whatever came first."""
    if not changes:
        return
    contacts = await find_people(batch, [change.counterpart for change in changes])
    words = []
    for change in changes:
        contact = contacts.get(address_key(change.counterpart))
        hashes = () if contact else _hashes(batch, change)
        evidence = {"inbound_event_id": str(batch.stored_id(change)), "text": change.detail[:500]}
        words.append(_Word(contact, hashes, change.is_granted, "meta_preference", evidence, change.at))
    batch.facts += await _note(batch.connection, batch.workspace_id, batch.channel.id, words)


async def note_stops(
    connection: Connection, workspace_id: UUID, channel_id: UUID, stops: list[Stop]
) -> list[Fact]:
    """Suppress marketing to these people, with the refused message as evidence. Returns what to announce.

    The same refusal of the same message is noted once.
    """
    words = [
        _Word(
            contact_id=stop.contact_id,
            hashes=(),
            is_granted=False,
            source="error",
            evidence={"message_id": str(stop.message_id), "error_code": stop.error_code},
            at=stop.at,
        )
        for stop in stops
    ]
    return await _note(connection, workspace_id, channel_id, words)


def _hashes(batch: Batch, change: PreferenceChange) -> tuple[bytes, ...]:
    identities = identities_of(change.counterpart, batch.channel.scope)
    return tuple(
        address_hash(batch.workspace_id, value) for kind, _, value in identities if kind in HASHED_KINDS
    )


async def _note(
    connection: Connection, workspace_id: UUID, channel_id: UUID, words: list[_Word]
) -> list[Fact]:
    facts: dict[UUID, Fact] = {}
    people = sorted({word.contact_id for word in words if word.contact_id is not None})
    if people:
        # Two numbers may hear of one person at once: the second then sees what the first one wrote.
        await connection.execute(sql("lock_contacts", "people"), {"workspace": workspace_id, "id": people})
    # One after another, oldest first: there are few, and the second one about a person builds on the first.
    for word in sorted(words, key=lambda word: word.at):
        state = "granted" if word.is_granted else "revoked"
        cursor = await connection.execute(
            sql("note_consent", "consent"),
            {
                "workspace": workspace_id,
                "channel": channel_id,
                "contact": word.contact_id,
                "hashes": list(word.hashes),
                "state": state,
                "source": word.source,
                "evidence": as_json(word.evidence),
                "at": word.at,
            },
        )
        row = await cursor.fetchone()
        if row is not None and row["noted"] and word.contact_id is not None:
            facts[word.contact_id] = Fact(
                "consent.changed",
                "contact",
                word.contact_id,
                {"purpose": "marketing", "state": state, "source": word.source},
                ("inbox", f"contact:{word.contact_id}"),
            )
    return list(facts.values())
