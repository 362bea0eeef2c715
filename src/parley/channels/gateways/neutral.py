"""What every gateway speaks inside Parley: no provider word passes this line.

`translate` of a gateway turns provider JSON into the events below; `send` turns an `OutboundMessage` into
provider JSON and answers `Accepted` or raises `GatewayError`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct, field

from parley.channels.gateways.failures import ChannelNotWorking, Consequence, GatewayError, GatewayErrorKind
from parley.channels.gateways.number import (
    ChannelState,
    ChannelStatus,
    GroupChange,
    NumberFacts,
    NumberNotice,
    TemplateChange,
)
from parley.channels.gateways.person import Address, PersonKnown, PreferenceChange
from parley.core.errors import ParleyError

MessageType = Literal[
    "text", "image", "video", "audio", "voice", "document", "sticker", "location", "contacts", "interactive",
    "button", "list", "reaction", "template", "order", "poll", "system", "unsupported",
]  # fmt: skip
StatusKind = Literal["accepted", "sent", "delivered", "read", "failed"]
CallPhase = Literal["ringing", "accepted", "rejected", "missed", "ended"]


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
    """One message. `from_us` marks what our own side wrote on the phone (an echo).

    `counterpart` is always the customer, whoever wrote; in a group (`group_id` set) whoever wrote it.
    `client_ref` is set where an echo carries the id that Parley chose. `is_history`: told long after it was
    said, so nothing reacts to it. `content` holds the neutral rest, each key only where it applies:
    `contacts` (name, phones), `order` (lines, note), `choice` (id, description), `form` (answers), `poll`
    (name, options, multiple), `referral` (the ad), `product`, `animated`, `note` (a round video),
    `view_once`, `live` (a place that moves), `event` (of a calendar), `call_permission`, `system` (what
    WhatsApp says of the account), and for type `unsupported` what it was, in words, under `what`.
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
    group_id: str | None = None
    is_history: bool = False
    content: dict[str, Any] = field(default_factory=dict)


class ReactionChange(Struct, frozen=True, kw_only=True, tag_field="event", tag="reaction"):
    """`emoji` is empty when the reaction was taken back."""

    target_id: str
    at: datetime
    counterpart: Address
    emoji: str
    from_us: bool = False


class MessageEdit(Struct, frozen=True, kw_only=True, tag_field="event", tag="edit"):
    """A message got another text. `group_id` as in `InboundMessage`."""

    target_id: str
    at: datetime
    counterpart: Address
    body: str
    from_us: bool = False
    group_id: str | None = None


class MessageRevoke(Struct, frozen=True, kw_only=True, tag_field="event", tag="revoke"):
    """A message was deleted for everyone by its writer."""

    target_id: str
    at: datetime
    counterpart: Address
    from_us: bool = False
    group_id: str | None = None


class PollVote(Struct, frozen=True, kw_only=True, tag_field="event", tag="vote"):
    """What a side has chosen in a poll; no option takes the vote back, None when it could not be read."""

    target_id: str
    at: datetime
    counterpart: Address
    options: tuple[str, ...] | None
    from_us: bool = False


class Call(Struct, frozen=True, kw_only=True, tag_field="event", tag="call"):
    """One phase of a call. `from_us`: our side rang. `seconds` is how long they spoke, where told."""

    call_id: str
    at: datetime
    counterpart: Address
    phase: CallPhase
    from_us: bool = False
    is_video: bool = False
    seconds: int | None = None


class StatusChange(Struct, frozen=True, kw_only=True, tag_field="event", tag="status"):
    """What became of a message of ours. `client_ref` is the id we chose, where the provider returns it."""

    provider_message_id: str
    kind: StatusKind
    at: datetime
    client_ref: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    pricing: dict[str, Any] | None = None


class Kept(Struct, frozen=True, kw_only=True, tag_field="event", tag="kept"):
    """Nothing to apply: kept with the reason so that an admin can see it.

    `is_unsupported`: it may mean something that this version does not know, so a later one tries again.
    """

    reason: str
    is_unsupported: bool = False


MessageChange = ReactionChange | MessageEdit | MessageRevoke | PollVote
"""What happens to a message that is there, or that is still on its way to us."""
NumberNews = NumberFacts | NumberNotice | TemplateChange
PersonNews = PersonKnown | PreferenceChange
NeutralEvent = (
    InboundMessage
    | MessageChange
    | Call
    | StatusChange
    | ChannelState
    | NumberNews
    | GroupChange
    | PersonNews
    | Kept
)


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
    cannot find a message without knowing that. `content` as `parley.channels.gateways.composed` describes.
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


class BadSignature(ParleyError):
    """The webhook is not from whom it says. Nothing of it may be read."""


class BadPayload(ParleyError):
    """The signed body is not what the provider promises; the text says where it breaks."""


Headers = Mapping[str, str]
"""Header names in lower case. A header that came twice is joined with ", " and so verifies nothing."""

__all__ = [
    "Accepted",
    "Address",
    "BadPayload",
    "BadSignature",
    "Call",
    "CallPhase",
    "ChannelNotWorking",
    "ChannelState",
    "ChannelStatus",
    "Consequence",
    "Credentials",
    "GatewayError",
    "GatewayErrorKind",
    "GroupChange",
    "Headers",
    "InboundMessage",
    "Kept",
    "Location",
    "MediaRef",
    "MessageChange",
    "MessageEdit",
    "MessageRevoke",
    "MessageType",
    "NeutralEvent",
    "NumberFacts",
    "NumberNews",
    "NumberNotice",
    "OutboundMedia",
    "OutboundMessage",
    "PersonKnown",
    "PersonNews",
    "PollVote",
    "PreferenceChange",
    "RawEvent",
    "ReactionChange",
    "StatusChange",
    "StatusKind",
    "TemplateChange",
]
