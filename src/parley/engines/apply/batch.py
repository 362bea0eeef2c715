"""What one transaction of the applier works on, and what it collects on the way."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from parley.channels.gateways.neutral import Address, InboundMessage, NeutralEvent
from parley.core.sql import statement
from parley.engines.announcing import Fact
from parley.engines.database import Connection


def sql(name: str) -> str:
    """A statement of `engines/sql/apply.sql`."""
    return statement("parley.engines", "apply", name)


@dataclass(frozen=True, slots=True)
class ChannelRow:
    id: UUID
    provider: str
    has_window: bool
    status: str
    portfolio_id: str


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One row of `inbound_event`, translated. `reason` is set when there is nothing to apply."""

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
        return ("ignored", self.reason) if self.reason else ("applied", "")


@dataclass(slots=True)
class Batch:
    """Events of one channel in the order they came, applied in one transaction."""

    connection: Connection
    workspace_id: UUID
    channel: ChannelRow
    stored: list[StoredEvent]
    facts: list[Fact] = field(default_factory=list)

    @property
    def parameters(self) -> dict[str, object]:
        """What every statement of the applier names."""
        return {"workspace": self.workspace_id, "channel": self.channel.id}


@dataclass(frozen=True, slots=True)
class Placed:
    """A message with its contact and conversation found."""

    id: UUID
    message: InboundMessage
    contact_id: UUID
    conversation_id: UUID


def address_key(address: Address) -> str:
    """What makes two events of one batch be about the same person."""
    return address.bsuid or address.wa_id or address.lid or address.username or ""
