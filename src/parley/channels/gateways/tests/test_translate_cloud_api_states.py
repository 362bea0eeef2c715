"""The Cloud API's statuses, and what is kept with a reason."""

from typing import Any

import pytest

from parley.channels.gateways.neutral import Kept, StatusChange
from parley.channels.gateways.tests.test_translate_cloud_api import AT, SECONDS, change, only


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("played", "read"),
        ("failed", "failed"),
    ],
)
def test_statuses(told: str, kind: str) -> None:
    status = {
        "id": "wamid.S", "status": told, "timestamp": SECONDS, "recipient_id": "5519987654321",
        "biz_opaque_callback_data": "0190f3a0-5c1e-7d2b-9c4a-1f2e3d4c5b6a",
        "pricing": {"billable": True, "pricing_model": "PMP", "category": "service"},
        "errors": [{"code": 131047, "title": "Re-engagement message", "error_data": {"details": "24 hours"}}],
    }  # fmt: skip
    found = only(change(statuses=[status]))
    assert isinstance(found, StatusChange)
    assert (found.kind, found.at, found.client_ref) == (kind, AT, "0190f3a0-5c1e-7d2b-9c4a-1f2e3d4c5b6a")
    assert (found.error_code, found.error_message) == ("131047", "24 hours")
    assert found.pricing == {"billable": True, "pricing_model": "PMP", "category": "service"}


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (change(messages=[{"id": "m", "from": "1", "type": "system", "system": {"body": "…"}}]), "notice"),
        (change(messages=[{"id": "m", "from": "1", "type": "revoke", "revoke": {}}]), "deleted"),
        (change(messages=[{"id": "m", "from": "1", "type": "edit", "edit": {}}]), "edit"),
        (change(messages=[{"id": "m", "from": "1", "group_id": "g", "type": "text"}]), "group"),
        (change(messages=[{"from": "1", "type": "text"}]), "without an id"),
        (change(messages=[{"id": "m", "type": "text"}]), "nobody"),
        (change(statuses=[{"id": "m", "status": "warning"}]), "no known state"),
        (change(errors=[{"code": 130429, "title": "Rate limit hit"}]), "Rate limit hit (code 130429)"),
        (change("calls", statuses=[{"id": "c", "status": "RINGING"}]), "call"),
        (change("history", messages=[{"id": "m", "from": "1", "type": "text"}]), "older messages"),
        (change("user_preferences", user_preferences=[{"value": "stop"}]), "marketing"),
        (change("group_lifecycle_update", groups=[{}]), "group"),
        (change("tea_time"), "does not know: tea_time"),
    ],
)
def test_kept_with_a_reason(told: dict[str, Any], reason: str) -> None:
    found = only(told)
    assert isinstance(found, Kept)
    assert reason in found.reason
