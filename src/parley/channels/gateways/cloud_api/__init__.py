"""Meta's WhatsApp Business Cloud API (one phone number id is one channel)."""

import hmac
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from parley.channels.gateways.cloud_api import client, inbound, messages, signature
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


class CloudApiGateway:
    """The neutral door to the modules beside this one."""

    name = "cloud_api"
    label = "WhatsApp Business (Meta)"
    has_window = True

    def verify_signature(self, secret: str, headers: Headers, body: bytes) -> None:
        signature.verify(secret, headers, body)

    def answer_handshake(self, query: Mapping[str, str], verify_token: str) -> str | None:
        """The challenge, to whoever subscribes with our token. Fails closed: no token proves nothing."""
        given = query.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
        if not verify_token or query.get("hub.mode") != "subscribe":
            return None
        return query.get("hub.challenge") if hmac.compare_digest(given, verify_token.encode()) else None

    def split(self, body: bytes) -> list[RawEvent]:
        return inbound.split(body)

    def translate(self, payload: Mapping[str, Any]) -> list[NeutralEvent]:
        return inbound.translate(payload)

    def client_ref_for(self, message_id: UUID) -> str:
        """The message's own id: it comes back in every status."""
        return str(message_id)

    async def send(self, http: HttpClient, credentials: Credentials, message: OutboundMessage) -> Accepted:
        return await messages.send(http, credentials, message)

    async def fetch_media(
        self, http: HttpClient, credentials: Credentials, media: MediaRef, *, limit: int
    ) -> bytes:
        return await messages.fetch_media(http, credentials, media, limit=limit)

    async def mark_read(
        self,
        http: HttpClient,
        credentials: Credentials,
        *,
        to: Address,  # noqa: ARG002
        message_ids: Sequence[str],
    ) -> None:
        """Meta marks everything up to a message with it; who wrote it is not asked."""
        if message_ids:
            await client.mark_read(http, credentials, message_id=message_ids[0])


gateway = CloudApiGateway()
