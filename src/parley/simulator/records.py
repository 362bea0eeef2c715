"""What the simulated world consists of. Records are frozen: a change is a new record in the journal."""

from typing import Any, Literal

from msgspec import Struct

from parley.simulator.quirks import Quirks, SessionStatus

Json = dict[str, Any]
Api = Literal["waha", "cloud"]
Engine = Literal["WEBJS", "WPP", "NOWEB", "GOWS"]
Addressing = Literal["phone", "lid"]
MessageStatus = Literal["pending", "sent", "delivered", "read", "played", "failed"]
Presence = Literal["typing", "recording", "paused", "online", "offline"]

STATUS_ORDER: dict[MessageStatus, int] = {
    "pending": 0, "sent": 1, "delivered": 2, "read": 3, "played": 4, "failed": 5,
}  # fmt: skip


class Person(Struct, frozen=True, kw_only=True):
    """A customer with a phone. `wa_id` is digits only; an unregistered one has no WhatsApp."""

    wa_id: str
    name: str
    lid: str
    user_id: str
    language: str = ""
    registered: bool = True
    reads: bool = True
    username: str = ""
    hides_number: bool = False
    """Somebody with a username, whom the Cloud API names by user id only."""
    no_marketing: list[str] = []
    """Cloud API channels that may not send marketing any more."""


class StatusPoint(Struct, frozen=True, kw_only=True):
    status: SessionStatus
    timestamp: int


class Session(Struct, frozen=True, kw_only=True):
    """A WAHA session. `phone` is set while it is paired with the shop's phone, `pairing` while the phone has
    scanned and a passkey is still wanted."""

    name: str
    engine: Engine
    addressing: Addressing = "phone"
    status: SessionStatus = "STOPPED"
    config: Json = {}
    phone: str | None = None
    push_name: str = ""
    statuses: list[StatusPoint] = []
    qr: str = ""
    qr_round: int = 0
    pairing_code: str = ""
    quirks: Quirks = Quirks()
    pairing: Json = {}
    about: str = ""
    first_messages: int = 0

    @property
    def channel(self) -> str:
        return f"waha:{self.name}"


class App(Struct, frozen=True, kw_only=True):
    """A Meta app: one secret signs its webhooks, one token opens its numbers."""

    id: str
    secret: str
    access_token: str
    callback_url: str = ""
    verify_token: str = ""
    is_revoked: bool = False
    """The token opens nothing any more."""


class Account(Struct, frozen=True, kw_only=True):
    """A WhatsApp business account (WABA)."""

    id: str
    app_id: str
    name: str
    subscribed: bool = False
    override_url: str = ""
    portfolio_id: str = ""
    messaging_limit: str = "TIER_2K"
    review: str = "APPROVED"
    is_locked: bool = False

    @property
    def portfolio(self) -> str:
        """Whose messaging limit it shares; its own where no portfolio is named."""
        return self.portfolio_id or self.id


class Number(Struct, frozen=True, kw_only=True):
    """A Cloud API phone number.

    With `late_refusals` a refusal comes as a failed status after a 200. `throughput` is STANDARD (80 a
    second), HIGH (1000) or, whatever it says, 20 for a number in `coexistence` with the phone app.
    `allowed` names the only people a test number may write to. A number with `spam` is stopped with 131048.
    `tells_changes`: customers' edits and deletions come as such.
    """

    id: str
    account_id: str
    display_phone_number: str
    verified_name: str
    quality_rating: str = "GREEN"
    status: str = "CONNECTED"
    override_url: str = ""
    profile: Json = {}
    late_refusals: bool = False
    throughput: str = "STANDARD"
    coexistence: bool = False
    tells_changes: bool = False
    registered: bool = True
    pin: str = ""
    allowed: list[str] | None = None
    spam: bool = False
    name_status: str = "APPROVED"
    username: str = ""
    blocked: list[str] = []
    commerce: Json = {}
    settings: Json = {}
    can_send: str = "AVAILABLE"

    @property
    def messages_per_second(self) -> int:
        if self.coexistence:
            return 20
        return 1000 if self.throughput == "HIGH" else 80

    @property
    def channel(self) -> str:
        return f"cloud:{self.id}"

    @property
    def digits(self) -> str:
        return "".join(mark for mark in self.display_phone_number if mark.isdigit())


class Template(Struct, frozen=True, kw_only=True):
    """A message template of one language. `edits` are the times of its changes since it was approved."""

    id: str
    account_id: str
    name: str
    language: str
    category: str
    components: list[Json]
    status: str = "APPROVED"
    parameter_format: str = "POSITIONAL"
    quality: str = "UNKNOWN"
    rejected_reason: str = "NONE"
    pauses: int = 0
    edits: list[float] = []


class Media(Struct, frozen=True, kw_only=True):
    """A file's facts; the bytes stay in the journal. `offered_at` starts the life of its address."""

    id: str
    mime_type: str
    filename: str | None
    sha256: str
    byte_size: int
    offered_at: float


class Place(Struct, frozen=True, kw_only=True):
    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None


class Failure(Struct, frozen=True, kw_only=True):
    """Why a message of ours did not arrive, in the words of the Cloud API."""

    code: int
    title: str
    details: str


class Message(Struct, frozen=True, kw_only=True):
    """One message of one chat. `id` is WAHA's bare id or Meta's wamid; `at` is in seconds.

    In a group `wa_id` is the group's id and `participant` the member who wrote. `content` keeps what only one
    API understands (template, interactive, poll). `reactions` maps "customer" and "shop" to an emoji, `votes`
    the wa_id of a voter, or "shop", to the options of a poll. A `silent` message never causes a webhook.
    `callback` is what the caller chose to recognise it by.
    """

    id: str
    channel: str
    wa_id: str
    from_us: bool
    type: str
    at: float
    body: str = ""
    media_id: str | None = None
    location: Place | None = None
    contacts: list[Json] = []
    quoted_id: str | None = None
    status: MessageStatus = "pending"
    status_at: float = 0
    failure: Failure | None = None
    callback: str | None = None
    silent: bool = False
    source: Literal["api", "app"] = "api"
    content: Json = {}
    reactions: dict[str, str] = {}
    edited: bool = False
    revoked: bool = False
    participant: str = ""
    forwarded: bool = False
    starred: bool = False
    pinned_until: float = 0
    votes: dict[str, list[str]] = {}


class Reaction(Struct, frozen=True, kw_only=True):
    """Somebody reacted to `target`, or took it back with an empty emoji."""

    id: str
    target: Message
    emoji: str
    from_us: bool
    at: float
    callback: str | None = None
    silent: bool = False
    participant: str = ""


class LedgerEntry(Struct, frozen=True, kw_only=True):
    """What was accepted, once for each id; `attempts` counts how often it was posted."""

    seq: int
    id: str
    api: Api
    channel: str
    recipient: str
    type: str
    body: str
    callback: str | None
    at: float
    attempts: int


class Delivery(Struct, frozen=True, kw_only=True):
    """One webhook on its way. `waits` are the pauses before each further attempt, in real seconds."""

    id: str
    api: Api
    event: str
    channel: str
    url: str
    headers: dict[str, str]
    body: str
    waits: list[float]
