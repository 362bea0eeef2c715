"""Showing the customer that we have read: their ticks turn blue."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import Address, Credentials
from parley.channels.services.credentials import credentials_for
from parley.core.environment import environment
from parley.core.http import call
from parley.messaging.models import Conversation, Message
from parley.messaging.services.addresses import address_of

MOST_MESSAGES: Final = 20
"""A mark covers what came before it; engines that mark one by one get the latest."""


@dataclass(frozen=True, slots=True)
class ReadMark:
    """Everything needed to send the mark without a transaction. The newest message id comes first."""

    provider: str
    credentials: Credentials
    to: Address
    message_ids: list[str]


def read_mark_for(workspace_id: UUID, conversation_id: UUID) -> ReadMark | None:
    """The mark to send; None where it has no meaning: number off, or nothing received and read."""
    rows = Conversation.objects.select_related("channel")
    conversation = rows.filter(workspace_id=workspace_id, id=conversation_id).first()
    if conversation is None or conversation.channel.status != "working" or conversation.channel.deleted_at:
        return None
    received = Message.objects.filter(
        workspace_id=workspace_id,
        conversation_id=conversation_id,
        direction="inbound",
        provider_message_id__isnull=False,
    ).order_by("-at", "-id")
    first = conversation.unread_count  # the newest of them came after what was read
    names = received.values_list("provider_message_id", flat=True)[first : first + MOST_MESSAGES]
    message_ids = [name for name in names if name]
    if not message_ids:
        return None
    return ReadMark(
        provider=conversation.channel.provider,
        credentials=credentials_for(conversation.channel),
        to=address_of(workspace_id, conversation.contact_id),
        message_ids=message_ids,
    )


def send_mark(mark: ReadMark) -> None:
    """Send it, outside of any transaction. Twice is once. Raises `GatewayError`."""
    gateway = gateway_for(mark.provider)
    call(
        lambda http: gateway.mark_read(http, mark.credentials, to=mark.to, message_ids=mark.message_ids),
        environment().gateway_networks,
    )
