"""Every captured webhook, signed, posted to a running edge: applied, or kept with its reason."""

from pathlib import Path
from typing import Any

import pytest

from parley.access.tests.factories import make_workspace
from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import InboundMessage
from parley.engines.tests.posting import post, signed_cloud, signed_waha
from parley.engines.tests.running import Connected, connect_channel, in_workspace, running_edge, until
from parley.messaging.models import Conversation, InboundEvent, Message, MessageStatusEvent, Reaction

FIXTURES = Path(__file__).parents[5] / "shared" / "protocols" / "fixtures"
SIGNED = {"waha": signed_waha, "cloud_api": signed_cloud}

pytestmark = pytest.mark.skipif(
    not FIXTURES.is_dir(), reason=f"The captured payloads are not beside the checkout: {FIXTURES}"
)


def bodies(provider: str) -> dict[str, bytes]:
    files = sorted((FIXTURES / provider).glob("webhook_*.json"))
    assert len(files) > 30, "The folder is there and has too little in it."
    return {path.stem: path.read_bytes() for path in files}


def connect_all(workspace_id: Any, provider: str, captured: dict[str, bytes]) -> Connected:
    """A channel for every number that the captures speak of; all share one callback and secret."""
    gateway = gateway_for(provider)
    numbers = {event.external_id for body in captured.values() for event in gateway.split(body)}
    channels = [
        connect_channel(workspace_id, provider, external_id=number)
        for number in sorted(filter(None, numbers))
    ]
    return channels[0]


def spoken(provider: str, captured: dict[str, bytes]) -> set[tuple[str | None, str]]:
    """The messages that the captures hold, each once: number and id."""
    gateway = gateway_for(provider)
    return {
        (event.external_id, neutral.provider_message_id)
        for body in captured.values()
        for event in gateway.split(body)
        for neutral in gateway.translate(event.payload)
        if isinstance(neutral, InboundMessage) and neutral.group_id is None
    }


def everything(workspace_id: Any) -> dict[str, Any]:
    """What there is, to compare before and after."""

    def read() -> dict[str, Any]:
        return {
            "events": list(InboundEvent.objects.order_by("id").values_list("dedupe_key", "state", "error")),
            "messages": list(
                Message.objects.exclude(provider_message_id__startswith="call:")
                .order_by("id")
                .values_list("id", "status", "body")
            ),
            "statuses": MessageStatusEvent.objects.count(),
            "reactions": Reaction.objects.count(),
            "unread": list(Conversation.objects.order_by("id").values_list("unread_count", flat=True)),
        }

    found: dict[str, Any] = in_workspace(workspace_id, read)
    return found


@pytest.mark.parametrize("provider", ["waha", "cloud_api"])
def test_every_capture_is_applied_or_kept_and_posting_again_changes_nothing(
    database: str, provider: str
) -> None:
    captured = bodies(provider)
    workspace = make_workspace()
    channel = connect_all(workspace.id, provider, captured)
    with running_edge() as edge:
        url = f"{edge}/hooks/{channel.token}"

        def post_all() -> dict[str, Any]:
            for name, body in captured.items():
                status, answer = post(url, body, SIGNED[provider](body))
                assert status == 200, (name, answer)
                assert answer["received"] >= 1, f"{name}: nothing was taken from it"
            new = InboundEvent.objects.filter(state="new")
            until(lambda: in_workspace(workspace.id, new.count) == 0, seconds=30)
            return everything(workspace.id)

        first = post_all()
        second = post_all()

    assert set(second["events"]) - set(first["events"]) == set()
    assert second == first
    keys = {event.dedupe_key for body in captured.values() for event in gateway_for(provider).split(body)}
    assert {key for key, _, _ in first["events"]} == keys
    states = {state for _, state, _ in first["events"]}
    assert states <= {"applied", "ignored"}, [event for event in first["events"] if event[1] == "parked"]
    assert all(reason for _, state, reason in first["events"] if state == "ignored")
    assert len(first["messages"]) == len(spoken(provider, captured)) > 1
