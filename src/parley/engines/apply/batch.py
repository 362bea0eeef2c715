"""What one transaction of the applier works on, and what it collects on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import structlog

from parley.channels.gateways.neutral import Address, InboundMessage, NeutralEvent
from parley.core.sql import statement
from parley.engines.announcing import Fact
from parley.engines.database import Connection

log = structlog.get_logger(__name__)


def sql(name: str, file: str = "apply") -> str:
    """A statement of `engines/sql/<file>.sql`."""
    return statement("parley.engines", file, name)


def as_json(value: object) -> str:
    """JSON text for jsonb. What came out of jsonb holds neither NUL nor lone surrogates, and goes back in."""
    return msgspec.json.encode(value).decode()


@dataclass(frozen=True, slots=True)
class ChannelRow:
    id: UUID
    provider: str
    has_window: bool
    status: str
    waba_id: str
    portfolio_id: str

    @property
    def scope(self) -> str:
        """Within what the ids that the provider gives to people are unique."""
        return self.portfolio_id or str(self.id)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One row of `inbound_event`, translated. `reason` says why nothing, or not everything, is applied."""

    id: UUID
    received_at: datetime
    events: tuple[NeutralEvent, ...]
    reason: str = ""
    is_parked: bool = False

    @property
    def outcome(self) -> tuple[str, str]:
        """State and error of the row once the rest of the batch is applied."""
        if self.is_parked:
            return "parked", self.reason
        return ("ignored", self.reason) if self.reason and not self.events else ("applied", self.reason)


@dataclass(slots=True)
class Batch:
    """Events of one channel in the order they came, applied in one transaction."""

    connection: Connection
    workspace_id: UUID
    channel: ChannelRow
    stored: list[StoredEvent]
    facts: list[Fact] = field(default_factory=list)
    may_have_early: bool = True
    _turned_down: dict[UUID, str] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, object]:
        """What every statement of the applier names."""
        return {"workspace": self.workspace_id, "channel": self.channel.id}

    def part(self, stored: list[StoredEvent]) -> "Batch":
        """Some of the same events, with nothing collected yet."""
        return Batch(self.connection, self.workspace_id, self.channel, stored)

    async def rows(self, query: str, /, **values: object) -> list[dict[str, Any]]:
        """Run a statement of this batch's channel; what it returned."""
        cursor = await self.connection.execute(query, {**self.parameters, **values})
        return await cursor.fetchall() if cursor.description else []

    def turn_down(self, event: NeutralEvent, reason: str) -> None:
        """Leave an event out, visibly: its row is parked with the reason."""
        stored = self._stored(event)
        if stored is None:
            log.warning("apply.turned_down", channel=str(self.channel.id), reason=reason)
        else:
            self._turned_down[stored.id] = reason

    def stored_id(self, event: NeutralEvent) -> UUID:
        """The row of `inbound_event` that an event came in."""
        stored = self._stored(event)
        if stored is None:
            raise LookupError("This event is not of this batch.")
        return stored.id

    def _stored(self, event: NeutralEvent) -> StoredEvent | None:
        return next((one for one in self.stored if any(part is event for part in one.events)), None)

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """State and error of each row, in order."""
        return [
            ("parked", self._turned_down[one.id]) if one.id in self._turned_down else one.outcome
            for one in self.stored
        ]


@dataclass(frozen=True, slots=True)
class Placed:
    """A message with its contact and conversation found."""

    id: UUID
    message: InboundMessage
    contact_id: UUID
    conversation_id: UUID

    @property
    def is_said(self) -> bool:
        """Whether somebody said it, as opposed to something that WhatsApp tells of."""
        return self.message.type != "system"

    @property
    def is_contact(self) -> bool:
        """Whether the customer got in touch: what they said, and a call of theirs. It opens the window."""
        return not self.message.from_us and (self.is_said or "call" in self.message.content)

    @property
    def wants_answer(self) -> bool:
        """Whether it counts as unread: what the customer said, and a call of theirs that nobody took."""
        return not self.message.from_us and (self.is_said or is_missed_call(self.message.content))


def address_key(address: Address) -> str:
    """What makes two events of one batch be about the same person."""
    return address.bsuid or address.wa_id or address.lid or address.username or ""


def is_missed_call(content: Mapping[str, Any]) -> bool:
    """Whether a message of type system is about a call that was missed."""
    call = content.get("call")
    return isinstance(call, dict) and call.get("missed") is True
