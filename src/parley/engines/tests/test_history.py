"""What a phone remembers of before it was connected: kept as recovered, with the files that come later."""

import json
from typing import Any

import pytest

from parley.access.tests.factories import make_workspace
from parley.engines.tests.posting import post, signed_cloud
from parley.engines.tests.running import Connected, connect_channel, in_workspace, running_edge, until
from parley.messaging.models import InboundEvent, Message

OURS, THEIRS = "551932110000", "5519987654321"


def told(channel: Connected, *, messages: list[dict[str, Any]], is_chunk: bool) -> bytes:
    metadata = {"display_phone_number": OURS, "phone_number_id": channel.external_id}
    chunk = {"metadata": {"phase": 0, "progress": 100}, "threads": [{"id": THEIRS, "messages": messages}]}
    said = {"history": [chunk]} if is_chunk else {"messages": messages}
    change = {"field": "history", "value": {"metadata": metadata} | said}
    return json.dumps({"entry": [{"id": "1", "time": 1, "changes": [change]}]}).encode()


@pytest.mark.parametrize("in_one_batch", [False, True])
def test_a_file_takes_the_place_that_was_kept_for_it(database: str, in_one_batch: bool) -> None:  # noqa: FBT001
    workspace = make_workspace()
    channel = connect_channel(workspace.id, "cloud_api", external_id="700100")
    text = {
        "from": THEIRS,
        "id": "wamid.1",
        "timestamp": "1700000000",
        "type": "text",
        "text": {"body": "Oi"},
    }
    place = {"from": OURS, "id": "wamid.2", "timestamp": "1700000001", "type": "media_placeholder"}
    file = place | {"to": THEIRS, "type": "image", "image": {"id": "55", "mime_type": "image/jpeg"}}
    with running_edge() as edge:
        url = f"{edge}/hooks/{channel.token}"

        def deliver(body: bytes) -> None:
            assert post(url, body, signed_cloud(body))[0] == 200

        def settle() -> None:
            new = InboundEvent.objects.filter(state="new")
            until(lambda: in_workspace(workspace.id, new.count) == 0, seconds=30)

        deliver(told(channel, messages=[text, place], is_chunk=True))
        if not in_one_batch:
            settle()
        deliver(told(channel, messages=[file], is_chunk=False))
        deliver(told(channel, messages=[text, place], is_chunk=True))
        settle()
        found = in_workspace(workspace.id, lambda: list(Message.objects.order_by("at")))
    assert [(one.type, one.direction, one.recovered) for one in found] == [
        ("text", "inbound", True),
        ("image", "outbound", True),
    ]
    assert found[1].media_id is not None
