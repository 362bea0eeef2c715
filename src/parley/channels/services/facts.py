"""What is known of a number beside its state: quality, limit, throughput, name, profile, engine.

The engines do the same in SQL for what a webhook says: columns, one line of history for each change.
"""

from typing import Any, Final

from parley.channels.events import ChannelFactsChanged
from parley.channels.gateways.number import NumberFacts
from parley.channels.models import Channel
from parley.channels.services import alerts
from parley.channels.services.state import add_to_history, write
from parley.core.events import announce

_TIERS: Final = ("TIER_50", "TIER_250", "TIER_1K", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED")


def record_facts(channel: Channel, facts: NumberFacts) -> None:
    """Take over what the provider says of a locked channel, and note what is new."""
    changes: dict[str, Any] = {}
    told = {
        "quality": ("quality_rating", facts.quality),
        "limit": ("messaging_limit", facts.messaging_limit),
        "throughput": ("throughput_mps", facts.throughput_mps),
    }
    for kind, (column, value) in told.items():
        before = getattr(channel, column)
        if value is None or value == before:
            continue
        changes[column] = value
        if before:
            add_to_history(channel, kind, from_state=str(before), to_state=str(value))
        if kind == "limit" and before:
            tell_limit(channel, before, str(value))
    metadata = _metadata_after(channel, facts)
    if metadata != channel.metadata:
        changes["metadata"] = metadata
    if changes:
        write(channel, **changes)
        announce(channel.workspace_id, ChannelFactsChanged(object_id=channel.id))


def record_engine(channel: Channel, engine: str) -> None:
    """Which engine runs the session, once that is known or another."""
    if engine and engine != channel.engine:
        if channel.engine:
            add_to_history(channel, "engine", from_state=channel.engine, to_state=engine)
        write(channel, engine=engine)


def tell_limit(channel: Channel, before: str, after: str) -> None:
    """The number may write to more, or to fewer, people first."""
    is_less = before in _TIERS and after in _TIERS and _TIERS.index(after) < _TIERS.index(before)
    alerts.tell(channel, "limit_changed", "warning" if is_less else "info", detail=f"{before} {after}")


def _metadata_after(channel: Channel, facts: NumberFacts) -> dict[str, Any]:
    metadata = dict(channel.metadata)
    if facts.profile is not None and facts.profile != metadata.get("profile"):
        if "profile" in metadata:
            add_to_history(channel, "profile")
        metadata["profile"] = facts.profile
    if facts.name_status and facts.name_status != metadata.get("name_status"):
        if "name_status" in metadata:
            before = str(metadata["name_status"])
            add_to_history(channel, "name", from_state=before, to_state=facts.name_status)
        metadata["name_status"] = facts.name_status
    return metadata
