"""Meta's WhatsApp Business Cloud API (one phone number id is one channel)."""

import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from parley.channels.gateways.cloud_api import client, codes, inbound, messages, signature, splitting
from parley.channels.gateways.gateway import Ability, HistoryPage, NumberCheck
from parley.channels.gateways.neutral import (
    Accepted,
    Address,
    Consequence,
    Credentials,
    GatewayError,
    Headers,
    MediaRef,
    NeutralEvent,
    OutboundMessage,
    RawEvent,
)
from parley.core.http import HttpClient

_ABILITIES: Final[frozenset[Ability]] = frozenset(
    {
        "text", "image", "video", "audio", "voice", "document", "sticker", "location", "contacts", "reaction",
        "template", "buttons", "list", "link", "flow", "product", "products", "catalog", "location_request",
        "typing", "read",
    }
)  # fmt: skip


class CloudApiGateway:
    """The neutral door to the modules beside this one."""

    name = "cloud_api"
    label = "WhatsApp Business (Meta)"
    has_window = True
    abilities = _ABILITIES

    def verify_signature(self, secret: str, headers: Headers, body: bytes) -> None:
        signature.verify(secret, headers, body)

    def answer_handshake(self, query: Mapping[str, str], verify_token: str) -> str | None:
        """The challenge, to whoever subscribes with our token. Fails closed: no token proves nothing."""
        given = query.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
        if not verify_token or query.get("hub.mode") != "subscribe":
            return None
        return query.get("hub.challenge") if hmac.compare_digest(given, verify_token.encode()) else None

    def split(self, body: bytes) -> list[RawEvent]:
        return splitting.split(body)

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

    async def show_typing(
        self,
        http: HttpClient,
        credentials: Credentials,
        *,
        to: Address,  # noqa: ARG002
        message_id: str | None,
    ) -> None:
        """Meta shows it as an answer to a message: to somebody who has not written yet, nothing is shown."""
        if message_id is not None:
            await client.show_typing(http, credentials, message_id=message_id)

    async def edit(self, *_ways: object, **_what: object) -> None:
        """Always refused: the Cloud API has no such call (Meta's OpenAPI v23.0)."""
        raise _not_there("change a message that was sent")

    async def revoke(self, *_ways: object, **_what: object) -> None:
        """Always refused, as `edit`."""
        raise _not_there("delete a message that was sent")

    async def read_history(self, *_ways: object, **_when: object) -> HistoryPage:
        """Empty: Meta keeps no messages to read again, and repeats lost webhooks by itself for 7 days."""
        return HistoryPage(events=[])

    async def check_number(self, *_ways: object, **_whom: object) -> NumberCheck | None:
        """None: the Cloud API has no such call (Meta's OpenAPI v23.0); the send itself tells."""
        return None

    def consequence_of(self, code: str) -> Consequence:
        return codes.consequence_of(code)


def _not_there(what: str) -> GatewayError:
    said = f"Meta's Cloud API cannot {what}. Nothing was changed."
    return GatewayError("refused", said, code="type_not_supported")


gateway = CloudApiGateway()
