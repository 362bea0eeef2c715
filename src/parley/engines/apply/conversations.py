"""Where a message goes: the open conversation of its contact, or a new one."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from parley.channels.gateways.neutral import InboundMessage
from parley.core.ids import new_id
from parley.engines.announcing import Fact
from parley.engines.apply.batch import Batch, Placed, address_key, sql

_PREVIEW_CHARACTERS = 200
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


async def place(
    batch: Batch, messages: Sequence[InboundMessage], contacts: Mapping[str, UUID]
) -> list[Placed]:
    """A conversation for each message, opened where there is none.

    What was said before a conversation was closed, and is told only now, belongs to that one.
    """
    whose = [(message, contacts[address_key(message.counterpart)]) for message in messages]
    closed = await _closed_since(batch, whose)
    first_at: dict[UUID, datetime] = {}
    for index, (message, contact) in enumerate(whose):
        if index not in closed:
            first_at[contact] = min(message.at, first_at.get(contact, message.at))
    opened = await _open(batch, first_at) if first_at else {}
    return [
        Placed(new_id(), message, contact, closed[index] if index in closed else opened[contact])
        for index, (message, contact) in enumerate(whose)
    ]


async def touch_conversations(batch: Batch, placed: Sequence[Placed]) -> None:
    """Bring what the list shows up to the messages that were added."""
    by_conversation: dict[UUID, list[Placed]] = {}
    for item in placed:
        by_conversation.setdefault(item.conversation_id, []).append(item)
    # In one order everywhere, so that two channels of one contact do not wait for each other.
    changes = sorted(by_conversation.items())
    answered = await _answers(batch, [id_ for id_, items in changes if any(_is_late(one) for one in items)])
    rows = [_change(items, answered.get(id_)) for id_, items in changes]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    await batch.rows(sql("touch_conversations"), has_window=batch.channel.has_window, **columns)
    people: dict[UUID, tuple[datetime | None, datetime]] = {}
    for (_, items), row in zip(changes, rows, strict=True):
        contact = items[0].contact_id
        inbound_at, newest_at = people.get(contact, (None, _LONG_AGO))
        both = [at for at in (inbound_at, row["inbound_at"]) if at is not None]
        people[contact] = max(both, default=None), max(newest_at, row["newest_at"])
    ordered = sorted(people.items())
    await batch.rows(
        sql("touch_contacts"),
        contact_id=[contact for contact, _ in ordered],
        inbound_at=[inbound_at for _, (inbound_at, _) in ordered],
        newest_at=[newest_at for _, (_, newest_at) in ordered],
    )


def preview(body: str, content: Mapping[str, object]) -> str:
    """One line for the list: the text, or the name of what was sent."""
    text = body or str(content.get("name") or content.get("filename") or "")
    return " ".join(text[: 4 * _PREVIEW_CHARACTERS].split())[:_PREVIEW_CHARACTERS]


async def _closed_since(batch: Batch, whose: Sequence[tuple[InboundMessage, UUID]]) -> dict[int, UUID]:
    """For messages of the past, by their place in the list: the conversation that was closed after them."""
    late = {contact for message, contact in whose if message.is_history}
    if not late:
        return {}
    rows = await batch.rows(sql("last_closed"), contact_id=sorted(late))
    closed = {row["contact_id"]: row for row in rows}
    return {
        index: closed[contact]["id"]
        for index, (message, contact) in enumerate(whose)
        if message.is_history and contact in closed and message.at <= closed[contact]["closed_at"]
    }


async def _open(batch: Batch, wanted: Mapping[UUID, datetime]) -> dict[UUID, UUID]:
    """The open conversation of each contact, opened where there was none. `wanted` gives the first time."""
    found = await _open_of(batch, sorted(wanted))
    missing = [contact for contact in sorted(wanted) if contact not in found]
    if not missing:
        return found
    rows = await batch.rows(
        sql("open_conversations"),
        id=[new_id() for _ in missing],
        contact_id=missing,
        at=[wanted[contact] for contact in missing],
    )
    opened = {row["id"] for row in rows}
    found |= await _open_of(batch, missing)
    batch.facts += [
        Fact("conversation.opened", "conversation", id_, {"channel_id": batch.channel.id}, ("inbox",))
        for id_ in found.values()
        if id_ in opened
    ]
    return found


async def _open_of(batch: Batch, contacts: Sequence[UUID]) -> dict[UUID, UUID]:
    rows = await batch.rows(sql("conversations_of"), contact_id=list(contacts))
    return {row["contact_id"]: row["id"] for row in rows}


def _is_late(item: Placed) -> bool:
    return item.message.is_history and not item.message.from_us


async def _answers(batch: Batch, conversations: Sequence[UUID]) -> dict[UUID, datetime]:
    """When our side last wrote, or closed, of conversations that now learn of something older."""
    if not conversations:
        return {}
    rows = await batch.rows(sql("last_answers"), id=list(conversations))
    return {row["conversation_id"]: row["at"] for row in rows if row["at"] is not None}


def _change(items: Sequence[Placed], answered: datetime | None) -> dict[str, Any]:
    newest = max(items, key=lambda item: (item.message.at, item.id))
    contact = [item.message.at for item in items if item.is_contact]
    ours = max((item.message.at for item in items if item.message.from_us and item.is_said), default=None)
    waiting = [
        item.message.at
        for item in items
        if item.wants_answer and not (_is_late(item) and item.message.at <= (answered or _LONG_AGO))
    ]
    after = [at for at in waiting if ours is None or at > ours]
    return {
        "id": newest.conversation_id,
        "message_id": newest.id,
        "newest_at": newest.message.at,
        "preview": preview(newest.message.body, newest.message.content),
        "type": newest.message.type,
        "from_us": newest.message.from_us,
        "inbound_at": max(contact, default=None),
        "answered_at": ours,
        "unread": len(waiting),
        "first_waiting_at": min(waiting, default=None),
        "unread_after": len(after),
        "first_after_at": min(after, default=None),
    }
