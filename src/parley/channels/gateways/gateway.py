"""The interface that a gateway fills, in a folder with files of fixed names."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from msgspec import Struct

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
from parley.core.http import HttpClient

Ability = Literal[
    "text", "image", "video", "audio", "voice", "document", "sticker", "location", "contacts", "reaction",
    "poll", "template", "buttons", "list", "link", "flow", "product", "products", "catalog",
    "location_request", "edit", "revoke", "typing", "read", "history",
]  # fmt: skip


class HistoryPage(Struct, frozen=True, kw_only=True):
    """A page of the provider's own memory. `cursor` is '' on the last one.

    `events` have the dedupe keys that their webhooks had or would have had, and translate to messages marked
    `is_history`.
    """

    events: list[RawEvent]
    cursor: str = ""


class NumberCheck(Struct, frozen=True, kw_only=True):
    """Whether a number has WhatsApp. `address` is it in WhatsApp's own spelling, None where it has not."""

    address: Address | None


class Gateway(Protocol):
    """Stateless translation to and from one provider. Pure except for the `async` methods, which call it."""

    name: str
    label: str
    has_window: bool
    """Whether the provider itself refuses free messages 24 hours after the customer's last one."""
    abilities: frozenset[Ability]
    """What can be sent and done here: message types, kinds of interactive message, and acts on messages."""

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

    async def show_typing(
        self, http: HttpClient, credentials: Credentials, *, to: Address, message_id: str | None
    ) -> None:
        """Show that somebody writes, for the provider's own while. `message_id`: the customer's newest."""

    async def edit(
        self, http: HttpClient, credentials: Credentials, *, to: Address, message_id: str, body: str
    ) -> None:
        """Give a message of ours another text. Raises `GatewayError`, refused where no such thing exists."""

    async def revoke(
        self, http: HttpClient, credentials: Credentials, *, to: Address, message_id: str
    ) -> None:
        """Delete a message of ours for everyone. Raises `GatewayError`, as `edit`."""

    async def read_history(
        self, http: HttpClient, credentials: Credentials, *, since: datetime, until: datetime, cursor: str
    ) -> HistoryPage:
        """What was said between two times, as webhooks would have told it. `cursor` '' begins."""

    async def check_number(
        self, http: HttpClient, credentials: Credentials, *, phone_number: str
    ) -> NumberCheck | None:
        """Whether this E.164 number has WhatsApp, asked before the first message to it; None where the
        provider has no such question. Raises `GatewayError`."""

    def consequence_of(self, code: str) -> Consequence:
        """What an error code, of an answer or of a `failed` status, means for the messages after it."""
