"""The interface that a gateway fills, in a folder with files of fixed names."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from parley.channels.gateways.neutral import (
    Accepted,
    Address,
    Credentials,
    Headers,
    MediaRef,
    NeutralEvent,
    OutboundMessage,
    RawEvent,
)
from parley.core.http import HttpClient


class Gateway(Protocol):
    """Stateless translation to and from one provider. Pure except for the `async` methods, which call it."""

    name: str
    label: str
    has_window: bool
    """Whether the provider itself refuses free messages 24 hours after the customer's last one."""

    def verify_signature(self, secret: str, headers: Headers, body: bytes) -> None:
        """Raise `BadSignature` unless the headers prove `body`. An empty secret proves nothing."""

    def answer_handshake(self, query: Mapping[str, str], verify_token: str) -> str | None:
        """The body to answer a GET handshake with; None where it is wrong or the provider has none."""

    def split(self, body: bytes) -> list[RawEvent]:
        """Take a webhook body apart. Raises `BadPayload` for what is not the provider's envelope."""

    def translate(self, payload: Mapping[str, Any]) -> list[NeutralEvent]:
        """One raw event to neutral ones, never raising for any JSON: the unknown is `Kept`."""

    def client_ref_for(self, message_id: UUID) -> str:
        """The id we choose for a message, so that we recognise it when the answer is lost."""

    async def send(self, http: HttpClient, credentials: Credentials, message: OutboundMessage) -> Accepted:
        """Send once. Raises `GatewayError`."""

    async def fetch_media(
        self, http: HttpClient, credentials: Credentials, media: MediaRef, *, limit: int
    ) -> bytes:
        """The bytes of a received file, at most `limit`. Raises `GatewayError`."""

    async def mark_read(
        self, http: HttpClient, credentials: Credentials, *, to: Address, message_ids: Sequence[str]
    ) -> None:
        """Show the customer that these messages, newest first, and those before were read. `GatewayError`."""
