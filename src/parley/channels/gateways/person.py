"""What a provider says about a person, beside what the person wrote. Part of `neutral`."""

from datetime import datetime

from msgspec import Struct


class Address(Struct, frozen=True, kw_only=True):
    """A person as the provider knows them. At least one of wa_id, lid and bsuid is set.

    `wa_id` is digits only; `lid` and `bsuid` are opaque; `name` is what the person calls themselves.
    """

    wa_id: str | None = None
    lid: str | None = None
    bsuid: str | None = None
    username: str | None = None
    name: str | None = None


class PersonKnown(Struct, frozen=True, kw_only=True, tag_field="event", tag="person"):
    """Ids that belong to one person, or what they are called, told outside of a message.

    `previous` is set when the person moved: from now on they are `address`, and were `previous` before.
    """

    address: Address
    at: datetime
    previous: Address | None = None


class PreferenceChange(Struct, frozen=True, kw_only=True, tag_field="event", tag="preference"):
    """The person told the provider whether they accept marketing. `detail` is the provider's own text."""

    counterpart: Address
    at: datetime
    is_granted: bool
    detail: str = ""
