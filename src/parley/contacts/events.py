"""What contacts announce."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from parley.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class ContactEvent(DomainEvent):
    """Something about a contact."""

    object_type: ClassVar[str] = "contact"

    def topics(self) -> Sequence[str]:
        return ("inbox", f"contact:{self.object_id}")


@dataclass(frozen=True, slots=True)
class ContactRenamed(ContactEvent):
    """Somebody gave the contact another name, which the lists show."""

    type: ClassVar[str] = "contact.renamed"


@dataclass(frozen=True, slots=True)
class ContactBlocked(ContactEvent):
    """Nobody writes to the contact any more."""

    type: ClassVar[str] = "contact.blocked"

    by: UUID


@dataclass(frozen=True, slots=True)
class ContactUnblocked(ContactEvent):
    """The contact can be written to again."""

    type: ClassVar[str] = "contact.unblocked"

    by: UUID


@dataclass(frozen=True, slots=True)
class ConsentGranted(ContactEvent):
    """The contact agreed to be written to for this purpose."""

    type: ClassVar[str] = "consent.granted"

    purpose: str


@dataclass(frozen=True, slots=True)
class ConsentRevoked(ContactEvent):
    """The contact does not want to be written to for this purpose any more."""

    type: ClassVar[str] = "consent.revoked"

    purpose: str


@dataclass(frozen=True, slots=True)
class ContactDoubted(ContactEvent):
    """The contact may be the same person as another, and people have to say."""

    type: ClassVar[str] = "contact.doubted"

    other_id: UUID
