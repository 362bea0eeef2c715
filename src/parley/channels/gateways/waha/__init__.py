"""WAHA: an unofficial gateway that is a WhatsApp Web client (one session is one number)."""

from collections.abc import Mapping, Sequence
from typing import Any
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
from parley.channels.gateways.waha import client, ids, inbound, signature
from parley.core.http import HttpClient


class WahaGateway:
    """The neutral door to the modules beside this one."""

    name = "waha"
    label = "WhatsApp (WAHA)"
    has_window = False

    def verify_signature(self, secret: str, headers: Headers, body: bytes) -> None:
        signature.verify(secret, headers, body)

    def answer_handshake(self, query: Mapping[str, str], verify_token: str) -> str | None:  # noqa: ARG002
        """None: WAHA has no handshake."""
        return None

    def split(self, body: bytes) -> list[RawEvent]:
        return inbound.split(body)

    def translate(self, payload: Mapping[str, Any]) -> list[NeutralEvent]:
        return inbound.translate(payload)

    def client_ref_for(self, message_id: UUID) -> str:
        return ids.client_ref_for(message_id)

    async def send(self, http: HttpClient, credentials: Credentials, message: OutboundMessage) -> Accepted:
        return await client.send(http, credentials, message)

    async def fetch_media(
        self, http: HttpClient, credentials: Credentials, media: MediaRef, *, limit: int
    ) -> bytes:
        return await client.fetch_media(http, credentials, media, limit=limit)

    async def mark_read(
        self, http: HttpClient, credentials: Credentials, *, to: Address, message_ids: Sequence[str]
    ) -> None:
        await client.send_seen(http, credentials, to=to, message_ids=message_ids)


gateway = WahaGateway()
