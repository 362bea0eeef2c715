"""No JSON in any event or answer of WAHA breaks the gateway."""

import contextlib
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import BadPayload, GatewayError
from parley.channels.gateways.tests.provider import Answer
from parley.channels.gateways.tests.test_control import run
from parley.channels.gateways.tests.test_robustness import JSON, OBJECTS, QUIET
from parley.channels.gateways.waha import client as waha
from parley.channels.gateways.waha.inbound import _NOT_APPLIED, _READERS, raw_event
from parley.channels.gateways.waha.kinds import KINDS, WRAPPERS

GATEWAY = gateway_for("waha")
EVENTS = st.sampled_from([*_READERS, *_NOT_APPLIED])
IDS = st.sampled_from(
    [
        "false_5519987654321@c.us_3A", "true_88@lid_3A", "false_1203@g.us_3A_5519987654321@c.us", "3A", "",
        "false_status@broadcast_3A", {"_serialized": "true_5519987654321@c.us_3A"}, None,
    ]
)  # fmt: skip
PARTS = st.sampled_from(
    [
        "protocolMessage", "contextInfo", "externalAdReply", "key", "participant", "author", "editedMessage",
        "editedMessageId", "revokedMessageId", "before", "after", "vote", "poll", "selectedOptions", "group",
        "participants", "recipientIds", "statuses", "data", "reachoutTimelock", "messageCapping", "isActive",
        "timeEnforcementEnds", "cappingStatus", "messageTimestamp", "Timestamp", "ctwaContext", "isGroup",
        "error", "messageStubParameters", "update", "paramsJson", "nativeFlowResponseMessage", "product",
    ]
)  # fmt: skip
DEEP = st.dictionaries(PARTS, OBJECTS | JSON, max_size=5)


def survives(envelope: dict[str, Any]) -> None:
    assert GATEWAY.translate(envelope)
    with contextlib.suppress(BadPayload):
        event = raw_event(envelope)
        assert 0 < len(event.dedupe_key) <= 200
        assert event.dedupe_key.isprintable()
    with contextlib.suppress(BadPayload):
        for one in GATEWAY.split(json.dumps(envelope).encode()):
            assert GATEWAY.translate(one.payload)


@QUIET
@given(event=EVENTS, message_id=IDS, inner=OBJECTS, deep=DEEP, me=OBJECTS)
def test_any_payload_of_any_event(
    event: str, message_id: object, inner: dict[str, Any], deep: dict[str, Any], me: dict[str, Any]
) -> None:
    survives({"event": event, "me": me, "payload": {"id": message_id} | inner | deep, "history": True})


@QUIET
@given(
    name=st.sampled_from([*KINDS, *sorted(WRAPPERS)]),
    part=DEEP | JSON,
    engine=st.sampled_from(["message", "Message"]),
)
def test_any_message_of_any_kind(name: str, part: object, engine: str) -> None:
    data = {engine: {name: part, "messageContextInfo": part}, "type": name}
    for event in ("message", "message.edited", "message.revoked"):
        payload = {"id": "false_5519987654321@c.us_3A", "_data": data, "after": {"id": "3A", "_data": data}}
        survives({"event": event, "payload": payload})
    browser = {"type": name} | (part if isinstance(part, dict) else {})
    survives({"event": "message", "payload": {"id": "false_5519987654321@c.us_3A", "_data": browser}})


@QUIET
@given(message=DEEP | JSON)
def test_any_wrapper_around_anything(message: object) -> None:
    for wrapper in WRAPPERS:
        data = {"message": {wrapper: {"message": message}}}
        survives({"event": "message.any", "payload": {"id": "true_88@lid_3A", "_data": data}})


@QUIET
@given(said=JSON | OBJECTS | DEEP)
def test_any_answer_is_understood_or_refused(said: object) -> None:
    for verb in (waha.read_session, waha.probe, waha.server_version):
        result, _ = run(verb, Answer(200, json.dumps(said)))
        assert not isinstance(result, Exception) or isinstance(result, GatewayError), result
