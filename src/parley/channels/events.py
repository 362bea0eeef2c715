"""What channels announce."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from parley.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class ChannelFact(DomainEvent):
    """Base of a fact about one channel."""

    object_type: ClassVar[str] = "channel"

    def topics(self) -> Sequence[str]:
        return (f"channel:{self.object_id}", "inbox")


@dataclass(frozen=True, slots=True)
class ChannelConnected(ChannelFact):
    """A number was added to the workspace."""

    type: ClassVar[str] = "channel.connected"

    provider: str


@dataclass(frozen=True, slots=True)
class ChannelStateChanged(ChannelFact):
    """The number's state is another than before, whoever said so."""

    type: ClassVar[str] = "channel.state_changed"

    status: str


@dataclass(frozen=True, slots=True)
class ChannelChanged(ChannelFact):
    """Its name, its keys or its reachability changed, and not its state."""

    type: ClassVar[str] = "channel.changed"


@dataclass(frozen=True, slots=True)
class ChannelRemoved(ChannelFact):
    """The number was taken out of the workspace. Its conversations stay."""

    type: ClassVar[str] = "channel.removed"


@dataclass(frozen=True, slots=True)
class ChannelAlerted(ChannelFact):
    """Something is wrong with the number, or its people should know something. Told once."""

    type: ClassVar[str] = "channel.alert"

    kind: str
    severity: str


@dataclass(frozen=True, slots=True)
class ChannelAlertResolved(ChannelFact):
    """What was alerted is over."""

    type: ClassVar[str] = "channel.alert_resolved"

    kind: str


@dataclass(frozen=True, slots=True)
class ChannelRecovered(ChannelFact):
    """Messages that no webhook had told were read back; so many customers wait because of that."""

    type: ClassVar[str] = "channel.recovered"

    messages: int
    waiting: int


@dataclass(frozen=True, slots=True)
class ChannelFactsChanged(ChannelFact):
    """Its quality, limit, throughput, name or profile is another."""

    type: ClassVar[str] = "channel.facts_changed"
