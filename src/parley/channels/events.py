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
