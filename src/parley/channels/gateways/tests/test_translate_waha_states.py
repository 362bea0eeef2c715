"""WAHA's receipts, reactions and states of a number in neutral words."""

import pytest

from parley.channels.gateways.neutral import Address, ChannelState, ReactionChange, StatusChange
from parley.channels.gateways.tests.test_translate_waha import AT, CHAT, SECONDS, hook, only


def test_reactions() -> None:
    payload = {
        "id": f"false_{CHAT}_3AFF", "from": CHAT, "fromMe": False, "timestamp": SECONDS + 0.25,
        "reaction": {"text": "🙏", "messageId": f"true_{CHAT}_3EB0AB12CD34EF56AB78CD"},
    }  # fmt: skip
    found = only("message.reaction", payload)
    assert isinstance(found, ReactionChange)
    assert (found.target_id, found.emoji, found.from_us) == ("3EB0AB12CD34EF56AB78CD", "🙏", False)
    assert found.counterpart == Address(wa_id="5519987654321")
    gone = payload | {"reaction": {"text": "", "messageId": "3EB0AB12CD34EF56AB78CD"}}
    taken_back = only("message.reaction", gone)
    assert isinstance(taken_back, ReactionChange)
    assert taken_back.emoji == ""
    keys = {hook("message.reaction", one).dedupe_key for one in (payload, gone, payload)}
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("ack", "name", "kind"),
    [
        (-1, "ERROR", "failed"),
        (0, "PENDING", "accepted"),
        (1, "SERVER", "sent"),
        (2, "DEVICE", "delivered"),
        (3, "READ", "read"),
        (4, "PLAYED", "read"),
        (None, "DEVICE", "delivered"),
    ],
)
def test_receipts(ack: int | None, name: str, kind: str) -> None:
    payload = {
        "id": "true_99@lid_3EB0AB12CD34EF56AB78CD",
        "from": "99@lid",
        "fromMe": True,
        "ack": ack,
        "ackName": name,
    }
    found = only("message.ack", payload)
    assert isinstance(found, StatusChange)
    assert (found.kind, found.at, found.client_ref) == (kind, AT, "3EB0AB12CD34EF56AB78CD")
    assert (found.error_code is not None) == (kind == "failed")


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("STOPPED", "stopped"),
        ("STARTING", "starting"),
        ("SCAN_QR_CODE", "scan_qr"),
        ("PASSKEY_REQUIRED", "passkey"),
        ("PASSKEY_CONFIRMATION_REQUIRED", "passkey"),
        ("WORKING", "working"),
        ("FAILED", "failed"),
    ],
)
def test_states(told: str, status: str) -> None:
    found = only("session.status", {"name": "casa-lume", "status": told, "data": {"code": "1234"}})
    assert found == ChannelState(
        status=status,  # type: ignore[arg-type]
        at=AT,
        detail="1234",
        phone_number="+551930001000",
        display_name="Casa Lume",
    )
    assert isinstance(only("session.status", {"status": told}, me=None), ChannelState)
