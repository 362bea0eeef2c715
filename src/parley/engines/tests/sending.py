"""A channel at the simulator with somebody who has written, for tests of the sender."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from parley.access.tests.factories import Cast
from parley.channels.gateways import gateway_for
from parley.core.clock import now
from parley.core.ids import new_id
from parley.core.transactions import workspace_transaction
from parley.engines.tests.running import SECRET, Connected, connect_channel, in_workspace, until
from parley.messaging.models import Conversation, Message, SendAttempt
from parley.simulator.testing import Simulator

CUSTOMER = "5519998761234"


@dataclass(frozen=True, slots=True)
class Chat:
    """An open conversation on a channel whose other end is the simulator."""

    channel: Connected
    provider: str
    conversation: Conversation

    def queue(self, body: str) -> UUID:
        """Queue a text as the sending service does, and wake the sender."""
        message_id = new_id()
        with workspace_transaction(self.channel.workspace_id):
            Message.objects.create(
                workspace_id=self.channel.workspace_id,
                id=message_id,
                conversation=self.conversation,
                channel_id=self.channel.id,
                contact_id=self.conversation.contact_id,
                direction="outbound",
                body=body,
                status="queued",
                client_id=new_id(),
                client_ref=gateway_for(self.provider).client_ref_for(message_id),
                at=now(),
            )
            with connection.cursor() as cursor:
                wake = f"{self.channel.workspace_id}:{self.channel.id}"
                cursor.execute("SELECT pg_notify('parley_outbound', %s)", [wake])
        return message_id

    def message(self, message_id: UUID) -> Message:
        found: Message = in_workspace(self.channel.workspace_id, lambda: Message.objects.get(id=message_id))
        return found

    def attempts(self, message_id: UUID) -> list[SendAttempt]:
        return list(
            in_workspace(
                self.channel.workspace_id,
                lambda: list(SendAttempt.objects.filter(message_id=message_id).order_by("attempt")),
            )
        )

    def becomes(self, message_id: UUID, *statuses: str, seconds: float = 10) -> Message:
        """Wait until the message has one of the states."""
        until(lambda: self.message(message_id).status in statuses, seconds=seconds)
        return self.message(message_id)


def cloud_chat(cast: Cast, edge: str, whatsapp: Simulator) -> Chat:
    """A business number whose webhooks go to the edge; the customer has said hello."""
    app = whatsapp.add_cloud_app(app_secret=SECRET)
    number_id = str(app["numbers"][0])
    channel = connect_channel(
        cast.alice.workspace.id, "cloud_api", base_url=f"{whatsapp.url}/v24.0", external_id=number_id,
        secrets=json.dumps({"access_token": app["access_token"]}),
    )  # fmt: skip
    whatsapp.add_cloud_app(
        app_secret=SECRET, callback_url=f"{edge}/hooks/{channel.token}", verify_token="handshake"
    )
    return _with_customer(Chat(channel, "cloud_api", Conversation()), whatsapp, number_id)


def waha_chat(cast: Cast, edge: str, whatsapp: Simulator, *, engine: str = "GOWS") -> Chat:
    """A session whose webhooks go to the edge; the customer has said hello."""
    name = f"shop-{new_id().hex[-8:]}"
    channel = connect_channel(
        cast.alice.workspace.id, "waha", base_url=whatsapp.url, external_id=name,
        secrets=json.dumps({"api_key": whatsapp.api_key}),
    )  # fmt: skip
    whatsapp.add_session(name, webhook_url=f"{edge}/hooks/{channel.token}", hmac_key=SECRET, engine=engine)
    return _with_customer(Chat(channel, "waha", Conversation()), whatsapp, name)


def _with_customer(chat: Chat, whatsapp: Simulator, name: str) -> Chat:
    whatsapp.say(CUSTOMER, "Oi!", channel=name)
    read: Callable[[], Any] = lambda: Conversation.objects.filter(channel_id=chat.channel.id).first()  # noqa: E731
    conversation = until(lambda: in_workspace(chat.channel.workspace_id, read))
    return Chat(chat.channel, chat.provider, conversation)
