"""The same thing said twice has one key; two things never share one."""

import json
from typing import Any

from parley.channels.gateways import gateway_for
from parley.channels.gateways.tests.test_translate_cloud_api import SECONDS as META_SECONDS
from parley.channels.gateways.tests.test_translate_cloud_api import change, split
from parley.channels.gateways.tests.test_translate_waha import CHAT, SECONDS, hook

DELETED = {"field": "account_update", "value": {"event": "ACCOUNT_DELETED"}}


def test_waha_says_it_again() -> None:
    message = {"id": f"false_{CHAT}_3A", "body": "Oi", "timestamp": SECONDS}
    again = hook("message", message, id="evt_another", timestamp=SECONDS * 1000 + 5)
    assert hook("message", message).dedupe_key == again.dedupe_key == hook("message.any", message).dedupe_key
    receipt = {"id": f"true_{CHAT}_3EB0", "ack": 2, "fromMe": True}
    hidden = receipt | {"id": "true_99@lid_3EB0"}
    assert hook("message.ack", receipt).dedupe_key == hook("message.ack", hidden, id="evt_2").dedupe_key
    points = [{"status": "WORKING", "timestamp": SECONDS * 1000 - 9}]
    state = {"status": "WORKING", "statuses": points}
    assert hook("session.status", state).dedupe_key == hook("session.status", state, timestamp=1).dedupe_key


def test_waha_says_something_else() -> None:
    bodies: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("message", {"id": f"false_{CHAT}_3A"}, {}),
        ("message", {"id": f"false_{CHAT}_3B"}, {}),
        ("message", {"id": "false_5511900000000@c.us_3A"}, {}),
        ("message.waiting", {"id": f"false_{CHAT}_3A"}, {}),
        ("message.ack", {"id": f"true_{CHAT}_3A", "ack": 1}, {}),
        ("message.ack", {"id": f"true_{CHAT}_3A", "ack": 2}, {}),
        ("session.status", {"status": "WORKING"}, {}),
        ("session.status", {"status": "FAILED"}, {}),
        ("session.status", {"status": "WORKING"}, {"timestamp": SECONDS * 1000 + 60_000}),
        ("session.status", {"status": "WORKING"}, {"timestamp": None}),
        ("label.upsert", {"id": "1"}, {}),
        ("label.upsert", {"id": "2"}, {}),
        ("message", {"id": "false_" + "9" * 500}, {}),
        ("message", {"id": "false_" + "9" * 501}, {}),
    ]
    assert len({hook(event, payload, **around).dedupe_key for event, payload, around in bodies}) == len(
        bodies
    )


def test_meta_says_it_again_or_something_else() -> None:
    status = {"id": "wamid.S", "status": "sent", "timestamp": META_SECONDS}
    told = [
        change(statuses=[status]),
        change(statuses=[status | {"status": "read"}]),
        change(statuses=[status | {"timestamp": "1"}]),
        change(messages=[{"id": "wamid.S", "from": "1", "type": "text"}]),
        change("account_update", event="VERIFIED_ACCOUNT"),
        change("account_update", event="ACCOUNT_DELETED"),
        change(messages=[{"id": "w" * 900, "from": "1"}]),
        change(messages=[{"id": "w" * 901, "from": "1"}]),
    ]
    keys = [split(one)[0].dedupe_key for one in told]
    assert len(set(keys)) == len(told)
    assert keys == [split(one)[0].dedupe_key for one in told]
    assert split(told[4], time=7)[0].dedupe_key != keys[4]


def test_two_accounts_say_the_same_at_once() -> None:
    entries = [{"id": account, "time": 7, "changes": [DELETED]} for account in ("9900", "9901")]
    body = json.dumps({"entry": entries}).encode()
    assert len({raw.dedupe_key for raw in gateway_for("cloud_api").split(body)}) == 2
