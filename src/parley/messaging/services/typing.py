"""Showing the customer that somebody writes to them."""

from dataclasses import dataclass
from uuid import UUID

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import Address, Credentials
from parley.channels.services.credentials import credentials_for
from parley.core.environment import environment
from parley.core.http import call
from parley.messaging.models import Conversation, Message
from parley.messaging.services.addresses import address_of


@dataclass(frozen=True, slots=True)
class TypingSign:
    """Everything needed to show it without a transaction. `message_id` is the customer's newest."""

    provider: str
    credentials: Credentials
    to: Address
    message_id: str | None


def sign_for(workspace_id: UUID, conversation_id: UUID) -> TypingSign | None:
    """The sign to show; None where it has no meaning: number off, nothing received, or no such thing."""
    rows = Conversation.objects.select_related("channel")
    conversation = rows.filter(workspace_id=workspace_id, id=conversation_id, closed_at__isnull=True).first()
    if conversation is None or conversation.channel.status != "working" or conversation.channel.deleted_at:
        return None
    if "typing" not in gateway_for(conversation.channel.provider).abilities:
        return None
    received = Message.objects.filter(
        workspace_id=workspace_id,
        conversation_id=conversation_id,
        direction="inbound",
        provider_message_id__isnull=False,
    )
    newest = received.order_by("-at", "-id").values_list("provider_message_id", flat=True).first()
    if newest is None:
        return None
    return TypingSign(
        provider=conversation.channel.provider,
        credentials=credentials_for(conversation.channel),
        to=address_of(workspace_id, conversation.contact_id),
        message_id=newest,
    )


def send_sign(sign: TypingSign) -> None:
    """Show it, outside of any transaction. Raises `GatewayError`."""
    gateway = gateway_for(sign.provider)
    call(
        lambda http: gateway.show_typing(http, sign.credentials, to=sign.to, message_id=sign.message_id),
        environment().gateway_networks,
    )
