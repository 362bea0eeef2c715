"""WAHA's receipts, reactions and states of a number in neutral words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from parley.channels.gateways.neutral import (
    Address,
    ChannelState,
    Kept,
    NumberNotice,
    ReactionChange,
    StatusChange,
)
from parley.channels.gateways.tests.test_translate_waha import AT, CHAT, GATEWAY, SECONDS, hook, only


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


@pytest.mark.parametrize(
    ("ack", "name", "kind"),
    [
        (3, "DEVICE", "delivered"),  # NOWEB's own 3 is a delivery
        (0, "ERROR", "failed"),
        (2, "UNKNOWN", "delivered"),
        ("2", "", "delivered"),
        (1, "read", "read"),
    ],
)
def test_the_name_of_a_level_goes_before_its_number(ack: object, name: str, kind: str) -> None:
    found = only("message.ack", {"id": f"true_{CHAT}_3EB0", "fromMe": True, "ack": ack, "ackName": name})
    assert isinstance(found, StatusChange)
    assert found.kind == kind


@pytest.mark.parametrize(
    ("fields", "code", "told"),
    [
        ({}, "not_delivered", "Check on the phone"),
        ({"error": {"code": "463", "message": "nack"}}, "463", "nobody new"),
        ({"error": {"code": 463, "blocked": True}}, "463", "nobody new"),
        ({"error": {"reason": "account_restricted"}}, "463", "nobody new"),
        ({"_data": {"messageStubParameters": ["463"]}}, "463", "nobody new"),
        ({"_data": {"update": {"messageStubParameters": ["479"]}}}, "479", "Check on the phone"),
        ({"error": {"code": "500", "message": "strange"}}, "500", "strange"),
    ],
)
def test_why_a_message_failed(fields: dict[str, Any], code: str, told: str) -> None:
    payload = {"id": f"true_{CHAT}_3EB0", "fromMe": True, "ack": -1, "ackName": "ERROR"} | fields
    found = GATEWAY.translate(hook("message.ack", payload).payload)
    status = found[0]
    assert isinstance(status, StatusChange)
    assert status.error_code == code
    assert told in (status.error_message or "")
    error = fields.get("error", {})
    assert len(found) == 1 + ("blocked" in error or "reason" in error)


LOCK = {"isActive": True, "enforcementType": "RESTRICT_ALL_COMPANIONS", "timeEnforcementEnds": SECONDS + 60}


def notices(payload: dict[str, Any], me: dict[str, Any] | None = None) -> list[NumberNotice]:
    raw = hook("session.status", {"name": "casa-lume", "status": "WORKING"} | payload, me=me)
    state, *rest = GATEWAY.translate(raw.payload)
    assert isinstance(state, ChannelState)
    return [one for one in rest if isinstance(one, NumberNotice)]


def test_locks_and_caps_of_the_number() -> None:
    until = datetime.fromtimestamp(SECONDS + 60, UTC)
    for found in (
        notices({"data": {"reachoutTimelock": LOCK}}),
        notices({"data": None}, me={"id": "551930001000@c.us", "reachoutTimelock": LOCK}),
        notices({"data": {"reachoutTimelock": LOCK | {"timeEnforcementEnds": until.isoformat()}}}),
    ):
        (lock,) = found
        assert (lock.kind, lock.severity, lock.until, lock.at) == ("reachout_timelock", "critical", until, AT)
    (lifted,) = notices({"data": {"reachoutTimelock": {"isActive": False}}})
    assert (lifted.kind, lifted.severity) == ("reachout_timelock_lifted", "info")
    assert notices({}, me={"reachoutTimelock": {"isActive": False}}) == []
    cap = {"cappingStatus": "FIRST_WARNING", "totalQuota": 100, "usedQuota": 80, "cycleEnd": SECONDS + 60}
    (near,) = notices({}, me={"messageCapping": cap})
    assert (near.kind, near.severity, near.until) == ("message_capping", "warning", until)
    assert "80 of 100" in near.detail
    (full,) = notices({"data": {"messageCapping": {"cappingStatus": "CAPPED", "totalQuota": -1}}})
    assert full.severity == "critical"
    assert notices({}, me={"messageCapping": {"cappingStatus": "NONE"}}) == []


def test_a_state_said_again_with_other_limits_is_news() -> None:
    points = [{"status": "WORKING", "timestamp": SECONDS * 1000}]
    state = {"status": "WORKING", "statuses": points, "data": None}
    locked, lifted = (
        hook("session.status", state | {"data": {"reachoutTimelock": {"isActive": one}}}) for one in (1, 0)
    )
    keys = {one.dedupe_key for one in (hook("session.status", state), locked, lifted)}
    assert len(keys) == 3
    assert hook("session.status", state).dedupe_key in keys


def test_states_of_a_passkey_say_what_to_type() -> None:
    confirm = only("session.status", {"status": "PASSKEY_CONFIRMATION_REQUIRED", "data": {"code": "1234"}})
    challenge = only("session.status", {"status": "PASSKEY_REQUIRED", "data": {"challenge": "9WVU"}})
    assert isinstance(confirm, ChannelState)
    assert isinstance(challenge, ChannelState)
    assert (confirm.detail, challenge.detail) == ("1234", None)


def test_what_is_new_to_this_version_waits_for_the_next() -> None:
    for event, payload in (("session.status", {"status": "DREAMING"}), ("tea.time", {})):
        found = only(event, payload)
        assert isinstance(found, Kept)
        assert found.is_unsupported
    known = only("presence.update", {"id": CHAT})
    assert isinstance(known, Kept)
    assert not known.is_unsupported
