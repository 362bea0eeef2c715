"""Where a message goes: the open conversation of its contact, or a new one."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from parley.core.ids import new_id
from parley.engines.announcing import Fact
from parley.engines.apply.batch import Batch, Placed, sql

_PREVIEW_CHARACTERS = 200


async def open_conversations(batch: Batch, wanted: Mapping[UUID, datetime]) -> dict[UUID, UUID]:
    """The open conversation of each contact, opened where there was none. `wanted` gives the first time."""
    cursor = await batch.connection.execute(
        sql("open_conversations"),
        {
            **batch.parameters,
            "id": [new_id() for _ in wanted],
            "contact_id": list(wanted),
            "at": list(wanted.values()),
        },
    )
    opened = {row["id"] for row in await cursor.fetchall()}
    cursor = await batch.connection.execute(
        sql("conversations_of"), {**batch.parameters, "contact_id": list(wanted)}
    )
    found = {row["contact_id"]: row["id"] for row in await cursor.fetchall()}
    batch.facts += [
        Fact("conversation.opened", "conversation", id_, {"channel_id": batch.channel.id}, ("inbox",))
        for id_ in found.values()
        if id_ in opened
    ]
    return found


async def touch_conversations(batch: Batch, placed: list[Placed]) -> None:
    """Bring what the list shows up to the messages that were added."""
    by_conversation: dict[UUID, list[Placed]] = {}
    for item in placed:
        by_conversation.setdefault(item.conversation_id, []).append(item)
    # In one order everywhere, so that two channels of one contact do not wait for each other.
    changes = sorted(by_conversation.items())
    rows = [_change(items) for _, items in changes]
    await batch.connection.execute(
        sql("touch_conversations"),
        {
            **batch.parameters,
            "has_window": batch.channel.has_window,
            **{name: [row[name] for row in rows] for name in rows[0]},
        },
    )
    people = sorted(
        (
            (items[0].contact_id, row["inbound_at"], row["newest_at"])
            for (_, items), row in zip(changes, rows, strict=True)
        ),
        key=lambda person: person[0],
    )
    await batch.connection.execute(
        sql("touch_contacts"),
        {
            **batch.parameters,
            "contact_id": [contact for contact, _, _ in people],
            "inbound_at": [inbound_at for _, inbound_at, _ in people],
            "newest_at": [newest_at for _, _, newest_at in people],
        },
    )


def _change(items: list[Placed]) -> dict[str, object]:
    newest = max(items, key=lambda item: (item.message.at, item.id))
    inbound = [item.message.at for item in items if not item.message.from_us]
    return {
        "id": newest.conversation_id,
        "message_id": newest.id,
        "newest_at": newest.message.at,
        "preview": preview(newest.message.body, newest.message.content),
        "type": newest.message.type,
        "from_us": newest.message.from_us,
        "inbound_at": max(inbound, default=None),
        "first_inbound_at": min(inbound, default=None),
        "unread": len(inbound),
        "from_us_last": newest.message.from_us,
    }


def preview(body: str, content: Mapping[str, object]) -> str:
    """One line for the list: the text, or the name of what was sent."""
    text = body or str(content.get("name") or content.get("filename") or "")
    return " ".join(text.split())[:_PREVIEW_CHARACTERS]
