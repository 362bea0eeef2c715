"""What a provider says about a number, its account and its templates. Part of `neutral`."""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct, field

ChannelStatus = Literal["stopped", "starting", "scan_qr", "passkey", "working", "failed"]
Severity = Literal["info", "warning", "critical"]


class ChannelState(Struct, frozen=True, kw_only=True, tag_field="event", tag="state"):
    """The number's own state. `phone_number` in E.164.

    `is_refusal`: it failed because what it should send was refused, whatever it says of itself.
    """

    status: ChannelStatus
    at: datetime
    detail: str | None = None
    phone_number: str | None = None
    display_name: str | None = None
    is_refusal: bool = False


class NumberFacts(Struct, frozen=True, kw_only=True, tag_field="event", tag="facts"):
    """Measures of the number, each None unless told.

    `quality` is GREEN, YELLOW, RED or UNKNOWN; `messaging_limit` the provider's tier (TIER_250, TIER_2K,
    TIER_10K, TIER_100K, TIER_UNLIMITED); `throughput_mps` messages a second, in and out; `profile` what
    customers see (about, address, description, email, websites, vertical, picture).
    """

    at: datetime
    quality: str | None = None
    messaging_limit: str | None = None
    throughput_mps: int | None = None
    phone_number: str | None = None
    display_name: str | None = None
    name_status: str | None = None
    profile: dict[str, Any] | None = None


class NumberNotice(Struct, frozen=True, kw_only=True, tag_field="event", tag="notice"):
    """Something a person in charge of the number should know. `kind` is a short word with underscores.

    `until` is when a restriction ends, where the provider says. `about_account`: it concerns every number of
    the business account, not this one alone.
    """

    at: datetime
    kind: str
    detail: str
    severity: Severity = "info"
    until: datetime | None = None
    about_account: bool = False


class TemplateChange(Struct, frozen=True, kw_only=True, tag_field="event", tag="template"):
    """News of a message template; each field is None unless told. Statuses and categories in Meta's words."""

    at: datetime
    external_id: str
    name: str = ""
    language: str = ""
    status: str | None = None
    reason: str | None = None
    quality: str | None = None
    category: str | None = None
    previous_category: str | None = None
    components: list[dict[str, Any]] | None = None


class GroupChange(Struct, frozen=True, kw_only=True, tag_field="event", tag="group"):
    """A group that the number is in. `name` and `participant_count` are None unless told.

    `is_member` False: the number is no longer in it.
    """

    group_id: str
    at: datetime
    name: str | None = None
    description: str | None = None
    participant_count: int | None = None
    is_member: bool | None = None
    extra: dict[str, Any] = field(default_factory=dict)
