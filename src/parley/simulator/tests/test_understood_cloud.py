"""Whatever the simulated Cloud API tells means something to our own gateway: nothing is parked."""

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import Kept, NeutralEvent
from parley.simulator.testing import Simulator
from parley.simulator.tests.cloud_people import BODY, NUMBER, REPLIES
from parley.simulator.tests.conftest import Hook, Receiver
from parley.simulator.tests.test_pywa_webhooks import UNTYPED, everything, shop

__all__ = ["shop"]
FIELDS = sorted(UNTYPED | {"account_update", "calls"})


def understood(hooks: list[Hook]) -> list[NeutralEvent]:
    gateway = gateway_for("cloud_api")
    return [
        event
        for hook in hooks
        for raw in gateway.split(hook.body)
        for event in gateway.translate(raw.payload)
    ]


def parked(events: list[NeutralEvent]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Kept) and event.is_unsupported]


def test_whatever_happens_is_understood(shop: Simulator, receiver: Receiver) -> None:
    everything(shop)
    shop.until(lambda: any("account_update" in hook.body.decode() for hook in receiver.hooks))
    events = understood(list(receiver.hooks))
    assert parked(events) == []
    assert {type(event).__name__ for event in events} >= {
        "InboundMessage", "ReactionChange", "MessageEdit", "MessageRevoke", "Call", "StatusChange",
        "NumberFacts", "NumberNotice", "PersonKnown", "PreferenceChange",
    }  # fmt: skip
    assert any(getattr(event, "is_history", False) for event in events)


def test_every_field_that_can_be_ordered_is_understood(shop: Simulator, receiver: Receiver) -> None:
    for field in FIELDS:
        before = len(receiver.hooks)
        shop.tell(NUMBER, field)
        shop.until(lambda before=before: len(receiver.hooks) > before)  # type: ignore[misc]
    made = shop.add_template(name="pedido", components=[BODY])
    for status in ("REJECTED", "PAUSED", "DISABLED", "APPROVED"):
        shop.change_template(made["id"], status=status)
    shop.change_template(made["id"], quality="YELLOW", category="MARKETING", components=[BODY, REPLIES])
    shop.until(lambda: b"template_category_update" in b"".join(hook.body for hook in receiver.hooks))
    events = understood(list(receiver.hooks))
    assert parked(events) == []
    assert {type(event).__name__ for event in events} >= {"TemplateChange", "GroupChange", "NumberNotice"}
