"""WAHA: an unofficial gateway that is a WhatsApp Web client (one session is one number)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from parley.channels.gateways.gateway import Ability, HistoryPage, NumberCheck
from parley.channels.gateways.neutral import (
    Accepted,
    Address,
    Consequence,
    Credentials,
    Headers,
    MediaRef,
    NeutralEvent,
    OutboundMessage,
    RawEvent,
)
from parley.channels.gateways.waha import client, errors, ids, inbound, signature
from parley.core.http import HttpClient

_ABILITIES: Final[frozenset[Ability]] = frozenset(
    {
        "text", "image", "video", "audio", "voice", "document", "sticker", "location", "contacts",
        "reaction", "poll", "list", "link", "edit", "revoke", "typing", "read", "history",
    }
)  # fmt: skip
"""Without buttons: WAHA deprecates its call for them, since phones do not show what it sends."""


class WahaGateway:
    """The neutral door to the modules beside this one."""

    name = "waha"
    label = "WhatsApp (WAHA)"
    has_window = False
    abilities: frozenset[Ability] = _ABILITIES

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

    async def show_typing(
        self,
        http: HttpClient,
        credentials: Credentials,
        *,
        to: Address,
        message_id: str | None,  # noqa: ARG002
    ) -> None:
        await client.start_typing(http, credentials, to=to)

    async def edit(
        self, http: HttpClient, credentials: Credentials, *, to: Address, message_id: str, body: str
    ) -> None:
        await client.edit(http, credentials, to=to, message_id=message_id, body=body)

    async def revoke(
        self, http: HttpClient, credentials: Credentials, *, to: Address, message_id: str
    ) -> None:
        await client.revoke(http, credentials, to=to, message_id=message_id)

    async def read_history(
        self, http: HttpClient, credentials: Credentials, *, since: datetime, until: datetime, cursor: str
    ) -> HistoryPage:
        return await client.read_history(http, credentials, since=since, until=until, cursor=cursor)

    async def check_number(
        self, http: HttpClient, credentials: Credentials, *, phone_number: str
    ) -> NumberCheck | None:
        found = await client.check_exists(http, credentials, phone_number=phone_number)
        return NumberCheck(address=found)

    def consequence_of(self, code: str) -> Consequence:
        return errors.consequence_of(code)


gateway = WahaGateway()
