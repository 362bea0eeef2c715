"""The one place that asks what time it is."""

from datetime import UTC, datetime


def now() -> datetime:
    """This machine's clock, aware, in UTC. Leases and schedules compare with the database's clock instead."""
    return datetime.now(UTC)


def from_unix(seconds: float) -> datetime:
    """A Unix time as providers write it; out of range becomes the nearest time that PostgreSQL can hold."""
    return datetime.fromtimestamp(min(max(seconds, 0), 253_402_300_799), UTC)
