"""Events of a provider, told or read back, as rows that PostgreSQL can hold, whatever the JSON held."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from parley.channels.gateways.neutral import RawEvent
from parley.core.ids import new_id

_REPLACEMENT = "\ufffd"
_KEPT_HEADERS = ("user-agent", "x-webhook-request-id", "x-webhook-timestamp", "content-type")


@dataclass(frozen=True, slots=True)
class KnownChannel:
    """What ingest needs of a channel. The secrets are plain and never leave the process."""

    workspace_id: UUID
    id: UUID
    provider: str
    external_id: str
    secret: str
    verify_token: str

    def __repr__(self) -> str:
        return f"KnownChannel({self.id})"


class EventRow(msgspec.Struct, frozen=True, gc=False):
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
        return msgspec.structs.replace(self, payload="{}", raw=raw, state="parked", error=reason)


def kept_headers(headers: Mapping[str, str]) -> str:
    """What is kept of a request's headers, as JSON text."""
    return msgspec.json.encode({name: headers[name] for name in _KEPT_HEADERS if name in headers}).decode()


def row_for(
    event: RawEvent, channel: KnownChannel | None, *, via: KnownChannel, headers: str, body: bytes
) -> EventRow:
    """The row of one event. `channel` is None when the number is not connected: kept under `via`, parked.

    `body` is the request's: it is kept where the event's own part of it cannot be written.
    """
    key, state, error = event.dedupe_key, "new", ""
    if channel is None:
        state, error = "parked", _replaced(f"The number {event.external_id} is not connected here.")
    try:
        payload, raw = _storable(event.payload)
    except RecursionError:
        payload, raw, state, error = "{}", body, "parked", "The JSON is nested too deeply."
    return EventRow(
        via.workspace_id,
        new_id(),
        (channel or via).id,
        key if key.isprintable() else _replaced(key),
        payload,
        raw,
        headers,
        state,
        error,
    )


def _storable(payload: dict[str, Any]) -> tuple[str, bytes | None]:
    """JSON text for jsonb, and the exact text where jsonb cannot hold it (NUL, lone surrogates)."""
    try:
        text = msgspec.json.encode(payload).decode()
    except UnicodeEncodeError:
        text = ""
    if text and "\\u0000" not in text:
        return text, None
    exact = json.dumps(payload, separators=(",", ":"), ensure_ascii=True)
    clean = json.dumps(_replaced(payload), separators=(",", ":"), ensure_ascii=True)
    return (exact, None) if clean == exact else (clean, exact.encode())


def _replaced(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", _REPLACEMENT)
    if isinstance(value, dict):
        return {_replaced(key): _replaced(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item) for item in value]
    return value
