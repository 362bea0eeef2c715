"""Events of a webhook as rows that PostgreSQL can hold, whatever the JSON held."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from parley.channels.gateways.neutral import RawEvent
from parley.core.ids import new_id
from parley.engines.ingest.directory import KnownChannel

_REPLACEMENT = "\ufffd"
_KEPT_HEADERS = ("user-agent", "x-webhook-request-id", "x-webhook-timestamp", "content-type")


@dataclass(frozen=True, slots=True)
class EventRow:
    """One row of `inbound_event` to be; `payload` and `headers` are JSON text."""

    workspace_id: UUID
    id: UUID
    channel_id: UUID
    dedupe_key: str
    payload: str
    raw: bytes | None
    headers: str
    state: str
    error: str

    def as_unreadable(self, reason: str) -> "EventRow":
        """The same event for a database that refuses its JSON: bytes kept, visible, tried again later."""
        raw = self.raw or self.payload.encode()
        return EventRow(
            self.workspace_id,
            self.id,
            self.channel_id,
            self.dedupe_key,
            "{}",
            raw,
            self.headers,
            "parked",
            reason,
        )


def row_for(
    event: RawEvent, channel: KnownChannel | None, *, via: KnownChannel, headers: Mapping[str, str]
) -> EventRow:
    """The row of one event. `channel` is None when the number is not connected: kept under `via`, parked."""
    row = EventRow(
        workspace_id=via.workspace_id,
        id=new_id(),
        channel_id=(channel or via).id,
        dedupe_key=_replaced(event.dedupe_key),
        payload="{}",
        raw=None,
        headers=json.dumps({name: headers[name] for name in _KEPT_HEADERS if name in headers}),
        state="new" if channel is not None else "parked",
        error=""
        if channel is not None
        else _replaced(f"The number {event.external_id} is not connected here."),
    )
    try:
        payload, raw = _storable(event.payload)
    except RecursionError:
        return row.as_unreadable("The JSON is nested too deeply.")
    return replace(row, payload=payload, raw=raw)


def _storable(payload: dict[str, Any]) -> tuple[str, bytes | None]:
    """JSON text for jsonb, and the exact text where jsonb cannot hold it (NUL, lone surrogates)."""
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=True)
    if "\\u0000" not in text and "\\ud" not in text:
        return text, None
    clean = json.dumps(_replaced(payload), separators=(",", ":"), ensure_ascii=True)
    return (text, None) if clean == text else (clean, text.encode())


def _replaced(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", _REPLACEMENT)
    if isinstance(value, dict):
        return {_replaced(key): _replaced(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item) for item in value]
    return value
