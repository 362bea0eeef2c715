"""Plain volume: workspaces with an owner, a number, contacts and conversations, for measuring."""

import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from parley.access.models import Membership
from parley.access.services.members import add_member, create_user, create_workspace
from parley.channels.models import Channel, ChannelLease
from parley.channels.services.connecting import LEASE_PURPOSES
from parley.channels.services.credentials import seal_credentials, seal_webhook_secret
from parley.core.address_hash import address_hash
from parley.core.clock import now
from parley.core.errors import Invalid
from parley.core.ids import new_id
from parley.core.sql import statement
from parley.core.transactions import enter_workspace, platform_transaction, workspace_transaction

SPAN = timedelta(days=30)
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
        workspace_id, slug, email, password, member_id = make_workspace()
        with workspace_transaction(workspace_id):
            channel = add_channel(workspace_id)
            _write(channel, member_id=member_id, contacts=contacts, messages=messages)
        yield asdict(Made(slug, email, password, contacts, messages, round(time.monotonic() - began, 2)))


def make_workspace() -> tuple[UUID, str, str, str, UUID]:
    """Its id and slug, and the owner's address, password and membership."""
    word, password = secrets.token_hex(4), secrets.token_urlsafe(12)
    email = f"owner@{word}.example"
    with platform_transaction():
        workspace = create_workspace(name=f"Volume {word}")
        user = create_user(email=email, password=password, first_name="Olga", last_name=word)
        enter_workspace(workspace.id)
        member: Membership = add_member(workspace_id=workspace.id, user_id=user.id, role="owner")
    return workspace.id, workspace.slug, email, password, member.id


def add_channel(workspace_id: UUID) -> Channel:
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


def _write(channel: Channel, *, member_id: UUID, contacts: int, messages: int) -> None:
    workspace_id = channel.workspace_id
    digits = [f"55119{20_000_000 + number}" for number in range(contacts)]
    values: dict[str, Any] = {
        "workspace": workspace_id,
        "channel": channel.id,
        "member": member_id,
        "people": contacts,
        "messages": messages,
        "contact_id": [new_id() for _ in range(contacts)],
        "conversation_id": [new_id() for _ in range(contacts)],
        "message_id": [new_id() for _ in range(messages)],
        "name": [f"{NAMES[number % len(NAMES)]} {number}" for number in range(contacts)],
        "digits": digits,
        "hash": [address_hash(workspace_id, f"+{number}") for number in digits],
        "sentence": list(SENTENCES),
        "until": now(),
        "span": SPAN,
    }
    with connection.cursor() as cursor:
        for name in ("add_contacts", "add_identities", "add_conversations", "add_messages", "touch"):
            cursor.execute(statement("parley.operations", "volume", name), values)
