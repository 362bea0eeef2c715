"""The number that a sender holds: its address, its keys and its limits, read again while it is held."""

import json
from typing import Any

from parley.channels.gateways.neutral import Credentials
from parley.core.crypto import decrypt
from parley.engines.database import Connection
from parley.engines.sender.lease import Lease
from parley.engines.sender.statements import sql

_PER_SECOND = 80.0
"""Cloud API's default throughput of a number; one that is shared with the app on a phone has 20, which the
provider tells (section 3 of the protocol's notes)."""

_SESSION_PER_SECOND = 20.0
_HUMAN_PER_SECOND = 1.0
"""A number without such a contract is a person's phone. Many people may answer through it at once; what is
sent to many at once keeps to what a person could type."""


class Number:
    """One channel as the sender needs it. What is sealed is opened once, until it changes."""

    def __init__(self) -> None:
        self.channel: dict[str, Any] = {}
        self.credentials: Credentials | None = None
        self._opened: tuple[bytes, str, str, dict[str, Any]] | None = None

    async def read(self, connection: Connection, lease: Lease) -> bool:
        """Read the row. False when the lease is not ours any more. Raises `CannotDecrypt`.

        Before anything is claimed: what cannot be opened here must not leave messages in doubt.
        """
        channel = await (await connection.execute(sql("channel"), lease.parameters)).fetchone()
        if channel is None:
            return False
        self.channel = channel
        sealed = (
            bytes(channel["credentials"]), channel["base_url"], channel["external_id"], channel["config"]
        )  # fmt: skip
        if sealed != self._opened:
            self.credentials, self._opened = _credentials(channel), sealed
        return True

    @property
    def provider(self) -> str:
        return str(self.channel["provider"])

    @property
    def rests(self) -> bool:
        """Whether nothing may leave just now: it does not work, or the provider wants to hear nothing."""
        return not self.channel["works"] or self.slow_seconds > 0

    @property
    def slow_seconds(self) -> float:
        """How long the provider wants to hear nothing."""
        return float(self.channel["slow_seconds"])

    @property
    def per_second(self) -> float:
        """Messages a second: the operator's `config.pace` (0 is no limit), else what the provider allows."""
        chosen = self._chosen
        if chosen is not None:
            return chosen
        allowed = self.channel["throughput_mps"]
        if allowed:
            return float(allowed)
        return _PER_SECOND if self.has_window else _SESSION_PER_SECOND

    @property
    def bulk_per_second(self) -> float:
        """As `per_second`, of what is sent to many at once; 0 is no limit of its own."""
        told = self._chosen is not None or self.channel["throughput_mps"]
        return 0.0 if told or self.has_window else _HUMAN_PER_SECOND

    @property
    def has_window(self) -> bool:
        return bool(self.channel["has_window"])

    @property
    def _chosen(self) -> float | None:
        chosen = self.channel["config"].get("pace")
        is_number = isinstance(chosen, int | float) and not isinstance(chosen, bool)
        return float(chosen) if is_number and chosen >= 0 else None


def _credentials(channel: dict[str, Any]) -> Credentials:
    place = f"{channel['workspace_id']}:channel:{channel['id']}:credentials"
    return Credentials(
        base_url=channel["base_url"],
        external_id=channel["external_id"],
        secrets=json.loads(decrypt(bytes(channel["credentials"]), bound_to=place)),
        config=channel["config"],
    )
