"""A number with customers and a queue, made by rows alone, and one claim of it: no gateway, no edge."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from parley.access.tests.factories import Cast
from parley.channels.gateways.neutral import Accepted
from parley.channels.models import Channel
from parley.contacts.models import Contact, ContactIdentity
from parley.core.address_hash import address_hash
from parley.core.clock import now
from parley.core.environment import environment
from parley.core.ids import new_id
from parley.engines.database import open_pool
from parley.engines.sender.claims import Claimed, claim
from parley.engines.sender.lease import release_lease, take_lease
from parley.engines.sender.number import Number
from parley.engines.sender.outcomes import outcome_of
from parley.engines.sender.pacing import Pace
from parley.engines.sender.recording import Recorder
from parley.engines.tests.running import Connected, connect_channel, in_workspace
from parley.messaging.models import Conversation, Message

BULK = datetime(1970, 1, 1, tzinfo=UTC)
"""What is queued for the epoch goes to many at once and comes after everything else."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A number and the conversations on it."""

    channel: Connected
    talks: list[Conversation]

    @property
    def workspace_id(self) -> UUID:
        return self.channel.workspace_id

    def queue(self, place: int, **further: Any) -> UUID:
        """Queue a text, or what is said, to the customer at that place."""
        talk, message_id = self.talks[place], new_id()
        values: dict[str, Any] = {"body": "Oi", "status": "queued", "at": now(), **further}
        in_workspace(
            self.workspace_id,
            lambda: Message.objects.create(
                workspace_id=self.workspace_id, id=message_id, conversation=talk, channel_id=self.channel.id,
                contact_id=talk.contact_id, direction="outbound", client_ref=str(message_id), **values,
            ),
        )  # fmt: skip
        return message_id

    def message(self, message_id: UUID) -> Message:
        found: Message = in_workspace(self.workspace_id, lambda: Message.objects.get(id=message_id))
        return found

    def change_channel(self, **values: Any) -> None:
        in_workspace(self.workspace_id, lambda: Channel.objects.filter(id=self.channel.id).update(**values))

    def claim(
        self,
        *,
        most: int = 50,
        pace: Pace | None = None,
        answer: Callable[[UUID], Accepted | Exception] | None = None,
    ) -> list[UUID]:
        """One turn of a sender: what it claimed, in its order, answered as told."""
        claimed = asyncio.run(self._turn(most, pace or Pace(0), answer))
        return [item.id for item in claimed.claims]

    async def _turn(
        self, most: int, pace: Pace, answer: Callable[[UUID], Accepted | Exception] | None
    ) -> Claimed:
        async with open_pool(environment()) as pool:
            lease = await take_lease(
                pool, workspace_id=self.workspace_id, channel_id=self.channel.id, holder=uuid4(), seconds=30
            )
            assert lease is not None
            claimed = await claim(pool, lease, Number(), pace=pace, most=most)
            assert claimed is not None
            recorder = Recorder(pool, lease)
            for item in claimed.claims:
                result = (answer or accepted)(item.id)
                recorder.add(outcome_of(item, result, retry_seconds=1))
            await recorder.flush()
            await release_lease(pool, lease)
        return claimed


def accepted(message_id: UUID) -> Accepted:
    return Accepted(provider_message_id=f"wamid.{message_id}")


def desk(
    cast: Cast, *, customers: int, provider: str = "cloud_api", first: int = 0,
    window: timedelta | None = timedelta(hours=5),
) -> Desk:  # fmt: skip
    """A number and its customers, counted from `first`; their windows close after `window`, None: none."""
    channel = connect_channel(cast.alice.workspace.id, provider)

    def make(place: int) -> Conversation:
        phone = f"+55119{place:08d}"
        contact = Contact.objects.create(workspace_id=channel.workspace_id, display_name=f"Cliente {place}")
        ContactIdentity.objects.create(
            workspace_id=channel.workspace_id, contact=contact, kind="phone", value=phone, is_primary=True,
            address_hash=address_hash(channel.workspace_id, phone),
        )  # fmt: skip
        return Conversation.objects.create(
            workspace_id=channel.workspace_id, contact=contact, channel_id=channel.id,
            window_expires_at=None if window is None else now() + window,
        )  # fmt: skip

    talks = in_workspace(channel.workspace_id, lambda: [make(first + place) for place in range(customers)])
    return Desk(channel, talks)
