"""Keys that sort by time, made before the row is written."""

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """A UUIDv7: 48 bits of Unix milliseconds, then randomness. Two from one process never go backwards."""
    return UUID(int=uuid_utils.uuid7().int)
