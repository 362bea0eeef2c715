"""Neutral events applied to a channel as the applier does it, with no webhook and no translation before."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from parley.channels.gateways.neutral import Address, InboundMessage, NeutralEvent
from parley.core.clock import now
from parley.core.environment import environment
from parley.core.ids import new_id
from parley.engines.apply.batch import Batch, ChannelRow, StoredEvent, sql
from parley.engines.apply.stages import apply_stages
from parley.engines.database import open_pool, workspace_transaction
from parley.engines.tests.running import Connected, in_workspace
from parley.messaging.models import Message

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MARINA = Address(wa_id="5519998761234", name="Marina Souza")
OTHER = Address(wa_id="5511987654321", name="Rafael Lima")


def at(seconds: float) -> datetime:
    """So long after the beginning of the story."""
    return START + timedelta(seconds=seconds)


def said(
    id_: str, seconds: float = 0, *, by: Address = MARINA, body: str = "Oi", **rest: Any
) -> InboundMessage:
    """A text message of the customer, or with `from_us` one that we wrote on the phone."""
    return InboundMessage(
        provider_message_id=id_,
        at=at(seconds),
        counterpart=by,
        type=rest.pop("type", "text"),
        body=body,
        **rest,
    )


def apply(channel: Connected, *events: NeutralEvent) -> list[tuple[str, str]]:
    """One batch of the channel. State and error of each event's row."""
    return apply_batches(channel, [events])[0]


def apply_batches(
    channel: Connected, batches: Iterable[Sequence[NeutralEvent]]
) -> list[list[tuple[str, str]]]:
    """One batch after another, each in its own transaction."""
    return asyncio.run(_apply(channel, batches))


async def _apply(
    channel: Connected, batches: Iterable[Sequence[NeutralEvent]]
) -> list[list[tuple[str, str]]]:
    outcomes = []
    async with open_pool(environment(), size=1) as pool:
        for events in batches:
            async with workspace_transaction(pool, channel.workspace_id) as connection:
                place = {"workspace": channel.workspace_id, "channel": channel.id}
                row = await (await connection.execute(sql("lock_channel"), place)).fetchone()
                assert row is not None
                stored = [StoredEvent(new_id(), now(), (event,)) for event in events]
                batch = Batch(connection, channel.workspace_id, ChannelRow(**row), stored)
                batch.may_have_early = (await batch.rows(sql("has_early")))[0]["has_early"]
                outcomes.append(await apply_stages(batch))
    return outcomes


def message(channel: Connected, id: str) -> Message:  # noqa: A002
    """The message with the provider's id."""
    found: Message = in_workspace(
        channel.workspace_id, lambda: Message.objects.get(channel_id=channel.id, provider_message_id=id)
    )
    return found
