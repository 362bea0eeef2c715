"""One person under two ids, for tests: what is said, what is learned, what is there then."""

from parley.channels.gateways.neutral import (
    Address,
    PersonKnown,
)
from parley.contacts.models import Contact
from parley.core.models import Event
from parley.core.transactions import workspace_transaction
from parley.engines.tests.applying import apply, at
from parley.engines.tests.running import Connected
from parley.messaging.models import Conversation
from parley.messaging.tasks import join_people

ALICIA = Address(wa_id="5519998761234", name="Alicia")
HIDDEN = Address(lid="88001122", name="Alicia")
BOTH = PersonKnown(address=Address(wa_id="5519998761234", lid="88001122"), at=at(50))


def learn(channel: Connected, known: PersonKnown = BOTH) -> None:
    """The provider says that they are one; what is announced is reacted to."""
    apply(channel, known)
    settle(channel)


def settle(channel: Connected) -> None:
    for fact in facts(channel, "person.conflict"):
        join_people(
            workspace_id=str(channel.workspace_id),
            contact_id=str(fact.object_id),
            other_id=str(fact.data["other_contact_id"]),
        )


def facts(channel: Connected, kind: str) -> list[Event]:
    with workspace_transaction(channel.workspace_id):
        return list(Event.objects.filter(type=kind).order_by("seq"))


def live(channel: Connected) -> list[Contact]:
    with workspace_transaction(channel.workspace_id):
        return list(Contact.objects.filter(deleted_at__isnull=True).order_by("created_at"))


def talks(channel: Connected) -> list[Conversation]:
    with workspace_transaction(channel.workspace_id):
        return list(Conversation.objects.order_by("id"))
