"""No JSON under any field or name that Meta uses breaks the Cloud API's gateway, and each says something."""

import contextlib
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parley.channels.gateways import gateway_for
from parley.channels.gateways.cloud_api.content import _READERS
from parley.channels.gateways.cloud_api.inbound import _FIELDS, _KEPT
from parley.channels.gateways.cloud_api.splitting import _LISTS
from parley.channels.gateways.neutral import BadPayload

GATEWAY = gateway_for("cloud_api")
FIELDS = st.sampled_from(sorted({*_FIELDS, *_KEPT, "tea_time"}))
KINDS = st.sampled_from(sorted({*_READERS, "reaction", "edit", "revoke", "system", "hologram"}))
NAMES = st.sampled_from(
    [*_LISTS,
     "action", "added_participants", "alert_info", "ban_info", "body", "call_permission_reply", "category",
     "code", "contact", "context", "correct_category", "current_limit", "decision", "details", "direction",
     "display_phone_number", "duration", "edit", "error_data", "event", "expiration",
     "expiration_timestamp", "from", "from_user_id", "group_id", "group_subject", "history",
     "history_context", "id", "max_daily_conversations_per_business", "max_phone_numbers_per_waba",
     "message", "message_template_buttons", "message_template_id", "metadata", "new_category",
     "new_quality_score", "origin", "original_message_id", "phone_number", "phone_number_id", "phones",
     "previous_user_id", "progress", "recipient_id", "recipient_type", "referral",
     "requested_verified_name", "response", "restriction_info", "revoke", "sdp", "session", "start_time",
     "status", "subject", "system", "text", "threads", "timestamp", "to", "type", "user_id", "value",
     "violation_info", "wa_id", "waba_ban_state"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["5519987654321", "BR.13", "call", "connect", "terminate", "APPROVED", "FLAGGED", "DISABLED_UPDATE",
     "stop", "remove", "group_create", "user_changed_number", "user_changed_user_id", "media_placeholder",
     "RINGING", "1749854575", "contact_request", "ACCOUNT_RESTRICTION", "deleted", "group",
     "changed from BR.1 to BR.2"]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | KINDS | st.text(max_size=8)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=8),
    max_leaves=50,
)
OBJECTS = st.dictionaries(NAMES, JSON, max_size=8)
QUIET = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


def told(field: object, value: object, time: object = None) -> int:
    """How many neutral events come of a value, split and translated as from a webhook."""
    entry = {"id": "9900", "time": time, "changes": [{"field": field, "value": value}]}
    found = 0
    with contextlib.suppress(BadPayload):
        for raw in GATEWAY.split(json.dumps({"entry": [entry]}).encode()):
            assert 0 < len(raw.dedupe_key) <= 200
            assert raw.dedupe_key.isprintable()
            events = GATEWAY.translate(raw.payload)
            assert events
            found += len(events)
    return found


@QUIET
@given(field=FIELDS, value=JSON, time=LEAVES)
def test_any_value_of_any_field(field: str, value: object, time: object) -> None:
    told(field, value, time)
    assert GATEWAY.translate({"field": field, "value": value, "time": time})


@QUIET
@given(field=FIELDS, name=st.sampled_from(_LISTS), one=OBJECTS, metadata=OBJECTS)
def test_any_entry_of_any_list(field: str, name: str, one: dict[str, Any], metadata: dict[str, Any]) -> None:
    people = {"id": "wamid.1", "from": "5519987654321", "to": "5519911112222"}
    told(field, {name: [people | one, one], "metadata": metadata, "contacts": [one]})


@QUIET
@given(field=FIELDS, kind=KINDS, part=JSON, context=JSON)
def test_any_part_of_any_type(field: str, kind: str, part: object, context: object) -> None:
    one = {"id": "wamid.1", "from": "5519987654321", "type": kind, kind: part, "context": context}
    told(field, {"messages": [one], "message_echoes": [one | {"to": "5519987654321"}]})


@QUIET
@given(thread=OBJECTS, message=OBJECTS, chunk=OBJECTS)
def test_any_history(thread: dict[str, Any], message: dict[str, Any], chunk: dict[str, Any]) -> None:
    one = {"id": "wamid.1", "from": "5519987654321"} | message
    threads = [{"id": "5519987654321", "messages": [one, message]} | thread, thread]
    told("history", {"history": [chunk | {"threads": threads}, chunk]})


@QUIET
@given(seed=st.permutations(range(6)))
def test_order_of_a_batch_changes_no_key(seed: list[int]) -> None:
    messages = [{"id": f"wamid.{n}", "from": "5519987654321", "type": "text"} for n in seed]
    body = {"entry": [{"changes": [{"field": "messages", "value": {"messages": messages}}]}]}
    keys = {raw.dedupe_key for raw in GATEWAY.split(json.dumps(body).encode())}
    assert keys == {f"messages:wamid.{n}" for n in range(6)}
