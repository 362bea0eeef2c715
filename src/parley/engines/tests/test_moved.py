"""Somebody who changes their number stays one person with one conversation, as Meta's webhooks tell it."""

import json
from typing import Any

from parley.access.tests.factories import make_workspace
from parley.engines.tests.posting import post, signed_cloud
from parley.engines.tests.running import connect_channel, in_workspace, running_edge, until
from parley.messaging.models import Conversation, InboundEvent, Message

OLD, NEW = "5519987654321", "5519911112222"


def body(field: str, **value: Any) -> bytes:
    around = {"metadata": {"display_phone_number": "551932110000", "phone_number_id": "700100"}}
    change = {"field": field, "value": around | value}
    return json.dumps({"entry": [{"id": "1", "time": 1_750_000_000, "changes": [change]}]}).encode()


def said(wa_id: str, number: int, **fields: Any) -> bytes:
    one = {"from": wa_id, "id": f"wamid.{number}", "timestamp": str(1_750_000_000 + number), "type": "text"}
    contact = {"wa_id": wa_id, "profile": {"name": "Bia"}}
    return body("messages", contacts=[contact], messages=[one | {"text": {"body": f"{number}"}} | fields])


def test_new_number_same_person(database: str) -> None:
    workspace = make_workspace()
    channel = connect_channel(workspace.id, "cloud_api", external_id="700100")
    moved = {"body": f"User Bia changed from {OLD} to {NEW}", "type": "user_changed_number", "wa_id": NEW}
    with running_edge() as edge:
        new = InboundEvent.objects.filter(state="new")
        for told in (said(OLD, 1), said(OLD, 2, type="system", system=moved), said(NEW, 3)):
            assert post(f"{edge}/hooks/{channel.token}", told, signed_cloud(told))[0] == 200
            until(lambda: in_workspace(workspace.id, new.count) == 0, seconds=30)

        def read() -> tuple[int, list[tuple[str, str]], int]:
            lines = list(Message.objects.order_by("at").values_list("type", "body"))
            conversation = Conversation.objects.get()
            return Conversation.objects.count(), lines, conversation.unread_count

        count, lines, unread = in_workspace(workspace.id, read)
    assert count == 1
    assert [kind for kind, _ in lines] == ["text", "system", "text"]
    assert unread == 2
