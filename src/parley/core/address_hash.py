"""An address that must be recognised after it was erased: only a keyed hash of it is kept.

The key differs by workspace, so that equal hashes in two workspaces say nothing about each other.
"""

import hashlib
import hmac
from functools import lru_cache
from uuid import UUID

from parley.core.keys import keys


def address_hash(workspace_id: UUID, address: str) -> bytes:
    """32 bytes for an E.164 number, LID or business-scoped id, normalised as in `contact_identity`."""
    return hmac.digest(
        _workspace_key(keys().address_hash_key, workspace_id), address.encode(), hashlib.sha256
    )


@lru_cache(maxsize=1_000)
def _workspace_key(key: bytes, workspace_id: UUID) -> bytes:
    return hmac.digest(key, workspace_id.bytes, hashlib.sha256)
