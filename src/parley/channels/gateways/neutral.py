"""What every gateway speaks inside Parley: no provider word passes this line.

`translate` of a gateway turns provider JSON into the events below; `send` turns an `OutboundMessage` into
provider JSON and answers `Accepted` or raises `GatewayError`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct, field

from parley.core.errors import ParleyError

MessageType = Literal[
    "text", "image", "video", "audio", "voice", "document", "sticker", "location", "contacts", "interactive",
    "button", "list", "reaction", "template", "order", "poll", "system", "unsupported",
]  # fmt: skip
StatusKind = Literal["accepted", "sent", "delivered", "read", "failed"]
ChannelStatus = Literal["stopped", "starting", "scan_qr", "passkey", "working", "failed"]


class Address(Struct, frozen=True, kw_only=True):
    """A person as the provider knows them. At least one of wa_id, lid and bsuid is set.

    `wa_id` is digits only; `lid` and `bsuid` are opaque; `name` is what the person calls themselves.
    """

    wa_id: str | None = None
    lid: str | None = None
    bsuid: str | None = None
    username: str | None = None
    name: str | None = None


class MediaRef(Struct, frozen=True, kw_only=True):
    """Bytes that are still with the provider. `reference` means something to the same gateway only."""

    reference: str
    mime_type: str = "application/octet-stream"
    filename: str | None = None
    sha256: str | None = None
    byte_size: int | None = None
    error: str | None = None


class Location(Struct, frozen=True, kw_only=True):
    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None


class InboundMessage(Struct, frozen=True, kw_only=True, tag_field="event", tag="message"):
    """One message in a one-to-one chat. `from_us` marks what our own side wrote on the phone (an echo).

    `counterpart` is always the customer, whoever wrote. `client_ref` is set where an echo carries the id that
    Parley chose. `content` holds the neutral rest, each key only where it applies: `contacts` (name, phones),
    `order` (lines, note), `choice` (id, description), `form` (answers), `poll` (options), `referral` (the
    ad), `product`, `animated`, and for type `unsupported` what it was, in words, under `what`.
    """

    provider_message_id: str
    at: datetime
    counterpart: Address
    type: MessageType
    from_us: bool = False
    body: str = ""
    media: MediaRef | None = None
    location: Location | None = None
    quoted_id: str | None = None
    forwarded: bool = False
    client_ref: str | None = None
    content: dict[str, Any] = field(default_factory=dict)


class ReactionChange(Struct, frozen=True, kw_only=True, tag_field="event", tag="reaction"):
    """`emoji` is empty when the reaction was taken back."""

    target_id: str
    at: datetime
    counterpart: Address
    emoji: str
    from_us: bool = False


class StatusChange(Struct, frozen=True, kw_only=True, tag_field="event", tag="status"):
    """What became of a message of ours. `client_ref` is the id we chose, where the provider returns it."""

    provider_message_id: str
    kind: StatusKind
    at: datetime
    client_ref: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    pricing: dict[str, Any] | None = None


class ChannelState(Struct, frozen=True, kw_only=True, tag_field="event", tag="state"):
    """The number's own state. `phone_number` in E.164."""

    status: ChannelStatus
    at: datetime
    detail: str | None = None
    phone_number: str | None = None
    display_name: str | None = None


class Kept(Struct, frozen=True, kw_only=True, tag_field="event", tag="kept"):
    """Understood or not, nothing to apply: kept with the reason so that an admin can see it."""

    reason: str


NeutralEvent = InboundMessage | ReactionChange | StatusChange | ChannelState | Kept


class RawEvent(Struct, frozen=True, kw_only=True):
    """One event split out of a webhook body, before translation.

    `dedupe_key` (up to 200 characters) is equal exactly when the provider says the same thing again.
    `external_id` is the session name or number id the event is for, None when the body does not say.
    `payload` is the smallest part of the body that `translate` understands alone.
    """

    dedupe_key: str
    external_id: str | None
    payload: dict[str, Any]


class Credentials(Struct, frozen=True, kw_only=True):
    """How to reach one channel at its provider. `secrets` never leaves the process: api_key or access_token,
    and webhook_secret (the key of the signature)."""

    base_url: str
    external_id: str
    secrets: dict[str, str]
    config: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Credentials({self.external_id})"


class OutboundMedia(Struct, frozen=True, kw_only=True):
    data: bytes
    mime_type: str
    filename: str


class OutboundMessage(Struct, frozen=True, kw_only=True):
    """One message to send. `client_ref` comes from the gateway's `client_ref_for(message_id)`.

    `quoted_id` is the message that this one answers; a reaction has its emoji in `body` (empty takes it back)
    and its message in `target_id`. The `…_from_us` flags say who wrote the one pointed at: some providers
    cannot find a message without knowing that.
    """

    message_id: UUID
    client_ref: str
    to: Address
    type: MessageType
    body: str = ""
    media: OutboundMedia | None = None
    location: Location | None = None
    quoted_id: str | None = None
    quoted_from_us: bool = False
    target_id: str | None = None
    target_from_us: bool = False
    content: dict[str, Any] = field(default_factory=dict)


class Accepted(Struct, frozen=True, kw_only=True):
    """The provider took the message. `provider_message_id` may be None where the answer hides it."""

    provider_message_id: str | None
    wa_id: str | None = None
    http_status: int = 200


GatewayErrorKind = Literal["refused", "throttled", "unreachable", "uncertain"]


class GatewayError(ParleyError):
    """A call to the provider did not succeed.

    refused: the provider read it and said no (final for this message; `stops_channel` when no other message
    could succeed either). throttled: nothing was sent, slow down. unreachable: no byte of the request was
    written. uncertain: nobody can know whether the provider acted.
    """

    def __init__(
        self,
        kind: GatewayErrorKind,
        message: str,
        *,
        code: str = "",
        http_status: int | None = None,
        retry_after: float | None = None,
        stops_channel: bool = False,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.code = code
        self.http_status = http_status
        self.retry_after = retry_after
        self.stops_channel = stops_channel


class ChannelNotWorking(GatewayError):
    """The number is not connected just now: nothing was sent, and nothing goes out until it is `working`.

    `state` is what the provider says the number is instead.
    """

    def __init__(self, state: ChannelStatus, message: str, *, http_status: int | None = None) -> None:
        # A starting channel comes up by itself; every other state waits for a person or a restart.
        starting = state == "starting"
        super().__init__(
            "throttled",
            message,
            code=f"channel_{state}",
            http_status=http_status,
            retry_after=10.0,
            stops_channel=not starting,
        )
        self.state = state


class BadSignature(ParleyError):
    """The webhook is not from whom it says. Nothing of it may be read."""


class BadPayload(ParleyError):
    """The signed body is not what the provider promises; the text says where it breaks."""


Headers = Mapping[str, str]
"""Header names in lower case. A header that came twice is joined with ", " and so verifies nothing."""
