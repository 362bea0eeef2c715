"""No JSON that anybody can write breaks a gateway, and what it says survives."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parley.channels.gateways import PROVIDERS, gateway_for
from parley.channels.gateways.cloud_api.errors import refusal as cloud_refusal
from parley.channels.gateways.cloud_api.outbound import sent_in
from parley.channels.gateways.neutral import BadPayload, GatewayError, InboundMessage
from parley.channels.gateways.waha.errors import refusal as waha_refusal
from parley.channels.gateways.waha.outbound import message_id_in
from parley.core.http import Response

WORDS = st.sampled_from(
    [
        "id",
        "_serialized",
        "event",
        "message",
        "message.any",
        "message.ack",
        "message.reaction",
        "session.status",
        "payload",
        "from",
        "to",
        "fromMe",
        "body",
        "hasMedia",
        "media",
        "url",
        "mimetype",
        "error",
        "ack",
        "ackName",
        "replyTo",
        "location",
        "latitude",
        "longitude",
        "vCards",
        "_data",
        "message",
        "Message",
        "key",
        "Info",
        "type",
        "true_5519987654321@c.us_3EB0",
        "false_1@lid_A",
        "_",
        "@",
        "@c.us",
        "entry",
        "changes",
        "field",
        "value",
        "messages",
        "statuses",
        "errors",
        "contacts",
        "metadata",
        "phone_number_id",
        "wa_id",
        "user_id",
        "profile",
        "text",
        "image",
        "audio",
        "interactive",
        "order",
        "reaction",
        "button",
        "context",
        "referral",
        "timestamp",
        "time",
        "object",
        "status",
        "statuses",
        "code",
        "error_data",
        "whatsapp_business_account",
        "exception",
        "statusCode",
        "expected",
    ]
)
TEXTS = WORDS | st.text(alphabet=st.characters(exclude_categories=()), max_size=12)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=6),
    max_leaves=40,
)
OBJECTS = st.dictionaries(TEXTS, JSON, max_size=6)
QUIET = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


def around(provider: str, inner: Any) -> dict[str, Any]:
    """The inner object where the provider puts a message."""
    if provider == "waha":
        return {"event": "message", "session": "a", "payload": inner}
    kind = str(inner.get("field", "messages"))
    value = {name: [inner] for name in ("messages", "statuses", "message_echoes", "contacts")}
    return {"entry": [{"changes": [{"field": kind, "value": value}]}]}


@pytest.mark.parametrize("provider", PROVIDERS)
@QUIET
@given(value=JSON)
def test_any_json_is_split_or_refused(provider: str, value: object) -> None:
    gateway = gateway_for(provider)
    with contextlib.suppress(BadPayload):
        for event in gateway.split(json.dumps(value).encode()):
            assert 0 < len(event.dedupe_key) <= 200
            assert event.dedupe_key.isprintable()
            assert gateway.translate(event.payload)


@pytest.mark.parametrize("provider", PROVIDERS)
@QUIET
@given(body=st.binary())
def test_any_bytes_are_refused_or_split(provider: str, body: bytes) -> None:
    with contextlib.suppress(BadPayload):
        gateway_for(provider).split(body)


@pytest.mark.parametrize("provider", PROVIDERS)
@QUIET
@given(inner=OBJECTS)
def test_any_envelope_is_translated(provider: str, inner: dict[str, Any]) -> None:
    gateway = gateway_for(provider)
    assert gateway.translate(inner)
    body = json.dumps(around(provider, inner), default=str)
    with contextlib.suppress(BadPayload):
        for event in gateway.split(body.encode()):
            assert gateway.translate(event.payload)


@QUIET
@given(
    event=st.sampled_from(["message.any", "message.ack", "message.reaction", "session.status"]), inner=OBJECTS
)
def test_any_payload_of_a_known_event_is_translated(event: str, inner: dict[str, Any]) -> None:
    payload = {"id": "false_5519987654321@c.us_3A", "reaction": inner} | inner
    assert gateway_for("waha").translate({"event": event, "payload": payload, "me": inner})


@QUIET
@given(
    kind=st.sampled_from(
        ["text", "image", "audio", "location", "contacts", "button", "interactive", "order", "reaction"]
    ),
    part=JSON,
)
def test_any_part_of_a_known_type_is_translated(kind: str, part: object) -> None:
    one = {"id": "m", "from": "5519987654321", "type": kind, kind: part}
    assert gateway_for("cloud_api").translate({"field": "messages", "value": {"messages": [one]}})


@QUIET
@given(status=st.integers(100, 599), body=st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_answer_is_judged(status: int, body: bytes) -> None:
    answer = Response(status=status, headers={"retry-after": "Sun, 99"}, body=body)
    assert isinstance(waha_refusal(answer), GatewayError)
    assert isinstance(cloud_refusal(answer), GatewayError)
    message_id_in(body)
    sent_in(body)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'"text"', b"{", b"\xff\xfe", b'{"a": NaN}', b"[" * 100_000, b"1" * 5000]
)
def test_what_is_no_envelope_is_refused(provider: str, body: bytes) -> None:
    with pytest.raises(BadPayload):
        gateway_for(provider).split(body)


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "👩‍👩‍👧", "x" * 1_000_000, " \u202e\u2066 "])
def test_odd_text_survives(text: str) -> None:
    bodies = {
        "waha": {"event": "message", "payload": {"id": "false_5519987654321@c.us_3A", "body": text}},
        "cloud_api": {
            "entry": [
                {
                    "changes": [
                        {
                            "field": "messages",
                            "value": {
                                "messages": [
                                    {
                                        "id": "m",
                                        "from": "5519987654321",
                                        "type": "text",
                                        "text": {"body": text},
                                    }
                                ]
                            },
                        }
                    ]
                }
            ]
        },
    }
    for provider, body in bodies.items():
        gateway = gateway_for(provider)
        (event,) = gateway.split(json.dumps(body).encode())
        (found,) = gateway.translate(event.payload)
        assert isinstance(found, InboundMessage)
        assert found.body == text


def test_one_bad_entry_does_not_cost_the_rest() -> None:
    good = {"id": "boa", "from": "5519987654321", "type": "text", "text": {"body": "oi"}}
    deep: list[Any] = []
    for _ in range(500):
        deep = [deep]
    value = {"messages": [None, "x", good | {"id": "funda", "context": deep}, good]}
    body = {"entry": [7, {"changes": [None, {"field": "messages", "value": value}]}, {"changes": "x"}]}
    gateway = gateway_for("cloud_api")
    events = gateway.split(json.dumps(body).encode())
    found = [one for event in events for one in gateway.translate(event.payload)]
    assert [one.provider_message_id for one in found if isinstance(one, InboundMessage)] == ["funda", "boa"]
    assert len(events) == 7
