"""Rows of `inbound_event` in neutral words, off the database's time."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
import structlog
from msgspec import structs

from parley.channels.gateways import gateway_for
from parley.channels.gateways.gateway import Gateway
from parley.channels.gateways.neutral import Kept
from parley.engines.apply.batch import StoredEvent

log = structlog.get_logger(__name__)

_AT_ONCE = 100
"""Rows between two looks at what else waits: webhooks are answered in the same process."""


async def translated(provider: str, rows: Sequence[dict[str, Any]]) -> list[StoredEvent]:
    """The rows in their order. A translation that breaks parks its event, not the rest."""
    gateway = gateway_for(provider)
    stored: list[StoredEvent] = []
    for start in range(0, len(rows), _AT_ONCE):
        stored += [_translated(gateway, row) for row in rows[start : start + _AT_ONCE]]
        await asyncio.sleep(0)
    return stored


def _translated(gateway: Gateway, row: dict[str, Any]) -> StoredEvent:
    id_, received_at = row["id"], row["received_at"]
    try:
        events = gateway.translate(msgspec.json.decode(row["payload"]))
    except Exception as error:
        log.exception("apply.untranslatable", inbound_event=str(id_))
        return StoredEvent(id_, received_at, (), f"Not understood: {type(error).__name__}.", is_parked=True)
    kept = [event for event in events if isinstance(event, Kept)]
    # Their clock may be wrong: nothing that reached us was said after it reached us.
    useful = tuple(
        structs.replace(event, at=received_at) if event.at > received_at else event
        for event in events
        if not isinstance(event, Kept)
    )
    reason = "; ".join(event.reason for event in kept) or ("" if useful else "Nothing to apply.")
    return StoredEvent(
        id_, received_at, useful, reason, is_parked=any(event.is_unsupported for event in kept)
    )
