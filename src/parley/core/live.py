"""The words in which the database tells open screens what changed. No Django: engines say them too."""

import json
from collections.abc import Iterable
from uuid import UUID

LIVE_CHANNEL = "parley_live"
EVERYTHING = "*"
_NOTIFY_LIMIT = 7_900
"""PostgreSQL takes payloads of up to 8,000 bytes."""


def live_payload(workspace_id: UUID, topics: Iterable[str]) -> str:
    """The text of a notification; too many topics become "*": anything in this workspace may have changed."""
    text = _text(workspace_id, sorted(topics))
    return text if len(text) <= _NOTIFY_LIMIT else _text(workspace_id, [EVERYTHING])


def _text(workspace_id: UUID, topics: list[str]) -> str:
    return json.dumps({"w": str(workspace_id), "t": topics}, separators=(",", ":"))
