"""What a page shows the edge to open its stream: signed, short-lived, and understood without the database.

`<payload>.<signature>`, both base64url without padding; the payload is JSON, the signature HMAC-SHA256.
"""

import base64
import hmac
import json
import time
from binascii import Error as MalformedBase64
from dataclasses import dataclass
from typing import Final
from uuid import UUID

LIFETIME_SECONDS: Final = 600
LONGEST: Final = 600


@dataclass(frozen=True, slots=True)
class StreamGrant:
    """Whose stream it is. `expires_at` is Unix time: a stream that outlives it needs a new token."""

    workspace_id: UUID
    user_id: UUID
    membership_id: UUID
    expires_at: int


def issue(*, workspace_id: UUID, user_id: UUID, membership_id: UUID, key: bytes) -> str:
    """A token for this member, good for ten minutes."""
    claims = [workspace_id.hex, user_id.hex, membership_id.hex, int(time.time()) + LIFETIME_SECONDS]
    payload = _encode(json.dumps(claims, separators=(",", ":")).encode())
    return f"{payload}.{_signature(payload, key)}"


def read(token: str, key: bytes) -> StreamGrant | None:
    """The grant, or None for a token that is not ours, was changed, or is over."""
    payload, _, signature = token.partition(".")
    if len(token) > LONGEST or not token.isascii():
        return None
    if not hmac.compare_digest(_signature(payload, key), signature):
        return None
    try:
        workspace_id, user_id, membership_id, expires_at = json.loads(_decode(payload))
    except (ValueError, MalformedBase64):
        return None
    if expires_at <= time.time():
        return None
    return StreamGrant(
        workspace_id=UUID(workspace_id),
        user_id=UUID(user_id),
        membership_id=UUID(membership_id),
        expires_at=expires_at,
    )


def _signature(payload: str, key: bytes) -> str:
    return _encode(hmac.digest(key, payload.encode(), "sha256"))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
