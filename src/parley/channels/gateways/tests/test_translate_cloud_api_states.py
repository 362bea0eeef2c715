"""The Cloud API's statuses, and what is kept with a reason."""

from typing import Any

import pytest

from parley.channels.gateways.neutral import Address, Kept, MessageRevoke, NumberNotice, StatusChange
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
    ("told", "reason", "is_unsupported"),
    [
        (change(messages=[{"from": "1", "type": "text"}]), "without an id", False),
        (change(messages=[{"id": "m", "type": "text"}]), "nobody", False),
        (change(messages=[{"id": "m", "type": "system"}]), "nobody", False),
        (change(messages=[{"id": "m", "from": "1", "type": "revoke", "revoke": {}}]), "revoke", False),
        (change(messages=[{"id": "m", "from": "1", "type": "edit", "edit": {}}]), "edit", False),
        (change(messages=[{"id": "m", "from": "1", "type": "reaction"}]), "reaction", False),
        (
            change(
                messages=[
                    {
                        "id": "m",
                        "from": "1",
                        "type": "reaction",
                        "group_id": "g",
                        "reaction": {"message_id": "n"},
                    }
                ]
            ),
            "in a group",
            False,
        ),
        (change(statuses=[{"status": "read"}]), "names no message", False),
        (change(statuses=[{"id": "m", "status": "warning"}]), "warning", False),
        (change(statuses=[{"id": "m", "status": "teleported"}]), "teleported", True),
        (change(statuses=[{"id": "m", "status": "read", "recipient_type": "group"}]), "from a group", False),
        (change("standby", messages=[{"id": "m", "from": "1"}]), "another app", False),
        (change("messages"), "nothing that Parley can read", True),
        (change("history", history=[]), "an empty list", False),
        (change("tea_time"), "does not know: tea_time", True),
    ],
)
def test_kept_with_a_reason(told: dict[str, Any], reason: str, is_unsupported: bool) -> None:  # noqa: FBT001
    found = only(told)
    assert isinstance(found, Kept)
    assert reason in found.reason
    assert found.is_unsupported is is_unsupported


def test_what_is_wrong_with_the_number_is_a_notice() -> None:
    found = only(change(errors=[{"code": 130429, "title": "Rate limit hit"}]))
    assert isinstance(found, NumberNotice)
    assert (found.kind, found.severity, found.about_account) == ("error", "warning", False)
    assert "Rate limit hit (code 130429)" in found.detail
    locked = only(change(errors=[{"code": 131031, "title": "Locked"}]))
    assert isinstance(locked, NumberNotice)
    assert locked.severity == "critical"


def test_status_deleted_of_older_versions_takes_the_message_back() -> None:
    status = {"id": "wamid.S", "status": "deleted", "timestamp": SECONDS, "recipient_id": "5519987654321"}
    assert only(change(statuses=[status])) == MessageRevoke(
        target_id="wamid.S", at=AT, counterpart=Address(wa_id="5519987654321")
    )
