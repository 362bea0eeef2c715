"""Conversations for tests, written as the applier and the sender would leave them."""

import struct
import zlib
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from parley.access.doors import Member
from parley.access.tests.factories import Person
from parley.channels.models import Channel, ChannelLease
from parley.channels.services.credentials import seal_credentials, seal_webhook_secret
from parley.contacts.models import Contact, ContactIdentity
from parley.core.address_hash import address_hash
from parley.core.clock import now
from parley.core.ids import new_id
from parley.core.models import Event
from parley.core.storage import new_key, put
from parley.core.transactions import workspace_transaction
from parley.messaging.models import CLOSED_STATES, ChatGroup, Conversation, MediaFile, Message

_number = count(1)


def as_member(person: Person) -> Member:
    """The person as services and queries want them."""
    return Member(
        user_id=person.user.id,
        membership_id=person.membership.id,
        workspace_id=person.workspace.id,
        workspace_slug=person.workspace.slug,
        workspace_name=person.workspace.name,
        role=person.membership.role,
        record_scope="all",
        display_name=person.user.display_name,
        timezone=person.workspace.timezone,
        locale=person.workspace.locale,
        currency=person.workspace.currency,
    )


def make_channel(
    person: Person,
    *,
    status: str = "working",
    has_window: bool = False,
    base_url: str = "",
    session: str = "",
) -> Channel:
    """A number with its leases. It calls nobody unless `base_url` and `session` name a simulator's."""
    channel_id, workspace_id = new_id(), person.workspace.id
    with workspace_transaction(workspace_id):
        channel = Channel.objects.create(
            id=channel_id,
            workspace_id=workspace_id,
            name="Shop",
            provider="cloud_api" if has_window else "waha",
            status=status,
            has_window=has_window,
            base_url=base_url,
            external_id=session or f"session-{next(_number)}",
            phone_number="+551932110000",
            credentials=seal_credentials(workspace_id, channel_id, {"api_key": "simulator-key"}),
            webhook_token=new_id().hex,
            webhook_secret=seal_webhook_secret(workspace_id, channel_id, "secret"),
        )
        for purpose in ("send", "apply"):
            ChannelLease.objects.create(
                id=new_id(), workspace_id=workspace_id, channel_id=channel_id, purpose=purpose
            )
    return channel


def make_contact(person: Person, *, name: str = "Marina Souza", phone: str = "", **facts: Any) -> Contact:
    """Somebody with a number of their own unless told otherwise."""
    phone = phone or f"+55199{next(_number):08}"
    workspace_id = person.workspace.id
    with workspace_transaction(workspace_id):
        contact = Contact.objects.create(
            id=new_id(), workspace_id=workspace_id, display_name=name, profile_name=name, **facts
        )
        for kind, value in (("phone", phone), ("wa_id", phone.removeprefix("+"))):
            ContactIdentity.objects.create(
                id=new_id(),
                workspace_id=workspace_id,
                contact_id=contact.id,
                kind=kind,
                value=value,
                address_hash=address_hash(workspace_id, value) if kind == "phone" else None,
                is_primary=kind == "phone",
            )
    return contact


def make_conversation(
    person: Person,
    *,
    channel: Channel | None = None,
    contact: Contact | None = None,
    window_open: bool = True,
    **facts: Any,
) -> Conversation:
    """An open conversation in which nothing was said yet."""
    channel = channel or make_channel(person)
    contact = contact or make_contact(person)
    if channel.has_window:
        facts["window_expires_at"] = now() + timedelta(hours=2 if window_open else -2)
    if facts.get("status") in CLOSED_STATES:
        facts.setdefault("closed_at", now())
    with workspace_transaction(person.workspace.id):
        return Conversation.objects.create(
            **{
                "id": new_id(),
                "workspace_id": person.workspace.id,
                "channel": channel,
                "contact": contact,
                "last_message_at": now(),
                "status": "open",
                "unread_count": 0,
                **facts,
            }
        )


def make_message(conversation: Conversation, *, inbound: bool = True, **facts: Any) -> Message:
    """A message of the customer's, or of ours, that WhatsApp knows."""
    message_id = new_id()
    with workspace_transaction(conversation.workspace_id):
        return Message.objects.create(
            **{
                "id": message_id,
                "workspace_id": conversation.workspace_id,
                "conversation_id": conversation.id,
                "channel_id": conversation.channel_id,
                "contact_id": conversation.contact_id,
                "direction": "inbound" if inbound else "outbound",
                "kind": "message",
                "type": "text",
                "body": "Oi!",
                "status": "received" if inbound else "sent",
                "provider_message_id": f"provider-{message_id.hex}",
                "at": now(),
                **facts,
            }
        )


def make_thread(conversation: Conversation, *, length: int, start: datetime | None = None) -> list[Message]:
    """A talk of this many messages, a minute apart, oldest first, the customer's and ours in turn."""
    first = start or now() - timedelta(minutes=length)
    return [
        make_message(
            conversation,
            inbound=number % 2 == 0,
            body=f"number {number}",
            at=first + timedelta(minutes=number),
        )
        for number in range(length)
    ]


def make_media(
    person: Person, *, data: bytes = b"", mime: str = "image/png", filename: str = "table.png", **facts: Any
) -> MediaFile:
    """A stored file, bytes included."""
    media_id = new_id()
    data = data or picture()
    key = new_key(person.workspace.id, media_id, now())
    put(key, data, mime)
    with workspace_transaction(person.workspace.id):
        return MediaFile.objects.create(
            **{
                "id": media_id,
                "workspace_id": person.workspace.id,
                "storage_url": key,
                "mime_type": mime,
                "byte_size": len(data),
                "sha256": media_id.hex,
                "filename": filename,
                "state": "stored",
                **facts,
            }
        )


def make_group(channel: Channel, *, name: str = "Condomínio <Sol>", **facts: Any) -> ChatGroup:
    """A group that the number is in."""
    with workspace_transaction(channel.workspace_id):
        return ChatGroup.objects.create(
            workspace_id=channel.workspace_id,
            channel_id=channel.id,
            group_id=f"{next(_number)}@g.us",
            name=name,
            **facts,
        )


def reread(conversation: Conversation) -> Conversation:
    """The row as it is now."""
    with workspace_transaction(conversation.workspace_id):
        return Conversation.objects.get(id=conversation.id)


def messages_in(conversation: Conversation) -> list[Message]:
    """Everything in it, oldest first."""
    with workspace_transaction(conversation.workspace_id):
        rows = Message.objects.filter(conversation_id=conversation.id)
        return list(rows.select_related("media").order_by("at", "id"))


def announced(person: Person, object_id: UUID) -> list[str]:
    """The types of what was announced about it, in order."""
    with workspace_transaction(person.workspace.id):
        return list(Event.objects.filter(object_id=object_id).order_by("seq").values_list("type", flat=True))


def picture(width: int = 3, height: int = 2) -> bytes:
    """A whole grey PNG."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + part(b"IDAT", zlib.compress(lines))
        + part(b"IEND", b"")
    )
