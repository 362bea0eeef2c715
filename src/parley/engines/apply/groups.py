"""What is said in groups: context to read. No conversation, no unread, no window, and nobody is met there."""

from collections.abc import Sequence
from uuid import UUID

from parley.channels.gateways.neutral import Address, GroupChange, InboundMessage
from parley.core.ids import new_id
from parley.engines.announcing import Fact
from parley.engines.apply.batch import Batch, address_key, as_json, sql
from parley.engines.apply.people import find_people


async def apply_group_changes(batch: Batch, changes: Sequence[GroupChange]) -> None:
    """What a group is called and whether we are in it: what was told last counts, part by part."""
    if not changes:
        return
    groups = await _groups(batch, {change.group_id for change in changes})
    changed: set[UUID] = set()
    # One after another, oldest first: each tells a part only.
    for change in sorted(changes, key=lambda change: change.at):
        rows = await batch.rows(
            sql("change_group", "groups"),
            id=groups[change.group_id],
            at=change.at,
            name=change.name,
            description=change.description,
            participant_count=change.participant_count,
            is_member=change.is_member,
        )
        changed |= {row["id"] for row in rows}
    batch.facts += [
        Fact("group.changed", "chat_group", id_, {}, (f"channel:{batch.channel.id}", f"group:{id_}"))
        for id_ in sorted(changed)
    ]


async def apply_group_messages(batch: Batch, messages: Sequence[InboundMessage]) -> list[str]:
    """Add what is new. Returns the provider's ids of what was added."""
    said = [message for message in messages if message.group_id]
    if not said:
        return []
    groups = await _groups(batch, {message.group_id for message in said if message.group_id})
    contacts = await find_people(batch, [message.counterpart for message in said if not message.from_us])
    rows = await batch.rows(
        sql("add_group_messages", "groups"),
        id=[new_id() for _ in said],
        group=[groups[message.group_id or ""] for message in said],
        contact_id=[
            None if message.from_us else contacts.get(address_key(message.counterpart)) for message in said
        ],
        provider_message_id=[message.provider_message_id for message in said],
        from_us=[message.from_us for message in said],
        author_name=[(message.counterpart.name or "")[:200] for message in said],
        author_address=[_shown(message.counterpart) for message in said],
        type=[message.type for message in said],
        body=[message.body for message in said],
        content=[as_json(message.content) for message in said],
        at=[message.at for message in said],
    )
    newest: dict[UUID, None] = {row["group_id"]: None for row in rows}
    if newest:
        await batch.rows(sql("touch_groups", "groups"), id=sorted(newest))
    batch.facts += [
        Fact(
            "group.message_received",
            "group_message",
            row["id"],
            {"chat_group_id": row["group_id"], "is_change": False},
            (f"group:{row['group_id']}",),
        )
        for row in rows
    ]
    return [row["provider_message_id"] for row in rows]


async def _groups(batch: Batch, group_ids: set[str]) -> dict[str, UUID]:
    wanted = sorted(group_ids)
    known = await batch.rows(sql("groups_of", "groups"), group_id=wanted)
    found = {row["group_id"]: row["id"] for row in known}
    missing = [group for group in wanted if group not in found]
    if missing:
        # One applier works on a channel, so nobody else adds its groups meanwhile.
        found |= {group: new_id() for group in missing}
        await batch.rows(
            sql("add_groups", "groups"), id=[found[group] for group in missing], group_id=missing
        )
    return found


def _shown(address: Address) -> str:
    return address.wa_id or address.lid or address.bsuid or address.username or ""
