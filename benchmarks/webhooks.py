"""A workspace with one connected number, and the signed webhooks that its provider would deliver."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import django

from benchmarks.load import post_request

if TYPE_CHECKING:
    from parley.engines.tests.running import Connected


@dataclass(frozen=True, slots=True)
class Number:
    """The number, and the address of its webhooks."""

    channel: "Connected"
    hook: str

    def text(self, message_id: str, *, customer: int, words: str) -> bytes:
        """The request that tells of a customer's message. Customers are counted from 0."""
        from parley.engines.tests.posting import cloud_text

        wa_id = f"551999{customer:07d}"
        return self._signed(
            cloud_text(
                self.channel.external_id, wa_id=wa_id, id=message_id, text=words, name=f"Cliente {customer}"
            )
        )

    def statuses(self, told: Sequence[tuple[str, str]]) -> bytes:
        """The request that tells what became of messages of ours: ids and states."""
        from parley.engines.tests.posting import cloud_body

        at = str(int(time.time()))
        entries = [
            {"id": message_id, "status": status, "timestamp": at, "recipient_id": "1"}
            for message_id, status in told
        ]
        return self._signed(cloud_body(self.channel.external_id, statuses=entries))

    def _signed(self, body: bytes) -> bytes:
        from parley.engines.tests.posting import signed_cloud

        return post_request(self.hook, body, signed_cloud(body))


def connect_number(variables: Mapping[str, str]) -> "Connected":
    """Make the workspace and its number, with Django in this process; nothing stays connected."""
    os.environ.update(variables, DJANGO_SETTINGS_MODULE="parley.config.settings")
    django.setup()
    from django.db import connection

    from parley.access.services.members import create_workspace
    from parley.core.transactions import platform_transaction
    from parley.engines.tests.running import connect_channel

    with platform_transaction():
        workspace = create_workspace(name="Casa Lume")
    made = connect_channel(workspace.id, "cloud_api")
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    return made
