"""Plain volume: workspaces with an owner, a number, contacts and conversations, for measuring.

The tables refuse COPY, since row security holds for everybody here, so rows go in by statements of many.
"""

import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from parley.access.models import Membership
from parley.access.services.members import add_member, create_user, create_workspace
from parley.channels.models import Channel, ChannelLease
from parley.channels.services.connecting import LEASE_PURPOSES
from parley.channels.services.credentials import seal_credentials, seal_webhook_secret
from parley.contacts.models import Contact, ContactIdentity
from parley.core.address_hash import address_hash
from parley.core.clock import now
from parley.core.errors import Invalid
from parley.core.ids import new_id
from parley.core.transactions import enter_workspace, platform_transaction, workspace_transaction
from parley.messaging.models import Conversation, Message

SPAN = timedelta(days=30)
ROWS_AT_ONCE = 2_000
NAMES = ("Alba", "Bruno", "Clara", "Davi", "Elena", "Fábio", "Greta", "Hugo", "Inês", "Jorge")
SENTENCES = (
    "Bom dia! Ainda tem em estoque?", "Yes, we have two left.", "¿Hacen envíos?", "Claro que sim!",
    "Obrigado, vou pensar.", "Wann ist es fertig?", "Amanhã à tarde.", "Perfect, thank you",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """One workspace, and how to sign in to it. The password is known here and to nobody else."""

    slug: str
    email: str
    password: str
    contacts: int
    messages: int
    seconds: float


def fill(*, workspaces: int, contacts: int, messages: int) -> Iterator[dict[str, Any]]:
    """Make so many workspaces, each with so many contacts and messages, and tell of each when it is done.

    Every contact gets one conversation; the messages go round among them over the last thirty days.
    """
    if workspaces < 1 or contacts < 1 or messages < contacts:
        raise Invalid("Wanted: a workspace, a contact, and a message for each contact at least.")
    for _ in range(workspaces):
        began = time.monotonic()
        workspace_id, slug, email, password, member_id = _workspace()
        with workspace_transaction(workspace_id):
            channel = _channel(workspace_id)
            people = _people(workspace_id, contacts)
            _talk(channel, people, count=messages, member_id=member_id)
        yield asdict(Made(slug, email, password, contacts, messages, round(time.monotonic() - began, 2)))


def _workspace() -> tuple[UUID, str, str, str, UUID]:
    word, password = secrets.token_hex(4), secrets.token_urlsafe(12)
    email = f"owner@{word}.example"
    with platform_transaction():
        workspace = create_workspace(name=f"Volume {word}")
        user = create_user(email=email, password=password, first_name="Olga", last_name=word)
        enter_workspace(workspace.id)
        member: Membership = add_member(workspace_id=workspace.id, user_id=user.id, role="owner")
    return workspace.id, workspace.slug, email, password, member.id


def _channel(workspace_id: UUID) -> Channel:
    """A number that nobody starts: what stands in its conversations never leaves."""
    channel_id = new_id()
    channel = Channel.objects.create(
        id=channel_id,
        workspace_id=workspace_id,
        name="Volume",
        provider="waha",
        status="stopped",
        base_url="https://gateway.example",
        external_id=f"volume-{channel_id}",
        credentials=seal_credentials(workspace_id, channel_id, {"api_key": secrets.token_hex(16)}),
        webhook_token=secrets.token_urlsafe(32),
        webhook_secret=seal_webhook_secret(workspace_id, channel_id, secrets.token_hex(32)),
    )
    ChannelLease.objects.bulk_create(
        ChannelLease(workspace_id=workspace_id, channel_id=channel_id, purpose=purpose)
        for purpose in LEASE_PURPOSES
    )
    return channel


def _people(workspace_id: UUID, count: int) -> list[UUID]:
    contacts, identities = [], []
    for number in range(count):
        name, digits = f"{NAMES[number % len(NAMES)]} {number}", f"55119{20_000_000 + number}"
        contact = Contact(
            id=new_id(), workspace_id=workspace_id, display_name=name, profile_name=name, source="whatsapp"
        )
        contacts.append(contact)
        for kind, value in (("phone", f"+{digits}"), ("wa_id", digits)):
            is_phone = kind == "phone"
            identities.append(
                ContactIdentity(
                    workspace_id=workspace_id,
                    contact_id=contact.id,
                    kind=kind,
                    value=value,
                    is_primary=is_phone,
                    address_hash=address_hash(workspace_id, value) if is_phone else None,
                    source="whatsapp",
                )
            )
    Contact.objects.bulk_create(contacts, batch_size=ROWS_AT_ONCE)
    ContactIdentity.objects.bulk_create(identities, batch_size=ROWS_AT_ONCE)
    return [contact.id for contact in contacts]


def _talk(channel: Channel, people: list[UUID], *, count: int, member_id: UUID) -> None:
    end = now()
    ids = [new_id() for _ in people]
    messages = [
        _message(
            channel,
            number,
            contact_id=people[number % len(people)],
            conversation_id=ids[number % len(people)],
            at=end - SPAN + SPAN * (number + 1) / count,
            member_id=member_id,
            turn=number // len(people),
        )
        for number in range(count)
    ]
    newest = {message.conversation_id: message for message in messages}
    Conversation.objects.bulk_create(
        (
            _conversation(
                channel, newest[conversation_id], assignee_id=member_id if number % 3 == 0 else None
            )
            for number, conversation_id in enumerate(ids)
        ),
        batch_size=ROWS_AT_ONCE,
    )
    for start in range(0, count, ROWS_AT_ONCE):
        Message.objects.bulk_create(messages[start : start + ROWS_AT_ONCE])


def _message(
    channel: Channel,
    number: int,
    *,
    contact_id: UUID,
    conversation_id: UUID,
    at: datetime,
    member_id: UUID,
    turn: int,
) -> Message:
    is_ours = turn % 2 == 1
    return Message(
        id=new_id(),
        workspace_id=channel.workspace_id,
        conversation_id=conversation_id,
        channel_id=channel.id,
        contact_id=contact_id,
        direction="outbound" if is_ours else "inbound",
        body=SENTENCES[number % len(SENTENCES)],
        status="read" if is_ours else "received",
        author_id=member_id if is_ours else None,
        provider_message_id=f"volume-{number}",
        at=at,
        accepted_at=at if is_ours else None,
        read_at=at if is_ours else None,
    )


def _conversation(channel: Channel, last: Message, *, assignee_id: UUID | None) -> Conversation:
    is_ours = last.direction == "outbound"
    return Conversation(
        id=last.conversation_id,
        workspace_id=channel.workspace_id,
        contact_id=last.contact_id,
        channel_id=channel.id,
        assignee_id=assignee_id,
        last_message=last.body,
        last_message_from_us=is_ours,
        last_message_ref=last.id,
        last_message_at=last.at,
        last_inbound_at=None if is_ours else last.at,
        waiting_since=None if is_ours else last.at,
        unread_count=0 if is_ours else 1,
    )
