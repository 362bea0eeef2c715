"""What Meta says about numbers, templates and the account: facts, and notices for whoever is in charge."""

from typing import Any

import pytest

from parley.channels.gateways.neutral import Kept, NeutralEvent, NumberFacts, NumberNotice, TemplateChange
from parley.channels.gateways.tests.test_translate_cloud_api import GATEWAY, split

TEMPLATE = {
    "message_template_id": 806312974732579,
    "message_template_name": "pedido_pronto",
    "message_template_language": "pt_BR",
}


def told(field: str, **value: Any) -> list[NeutralEvent]:
    """What comes of a value that, as all of these, names no number's id."""
    (raw,) = split({"field": field, "value": value})
    assert raw.external_id is None
    return GATEWAY.translate(raw.payload)


def notice(events: list[NeutralEvent]) -> NumberNotice:
    found = events[-1]
    assert isinstance(found, NumberNotice)
    assert found.about_account
    return found


@pytest.mark.parametrize(
    ("event", "status", "severity"),
    [
        ("APPROVED", "APPROVED", None), ("REINSTATED", "APPROVED", None), ("UNARCHIVED", "APPROVED", None),
        ("REJECTED", "REJECTED", "warning"), ("PAUSED", "PAUSED", "warning"), ("FLAGGED", None, "warning"),
        ("DISABLED", "DISABLED", "critical"), ("ARCHIVED", "ARCHIVED", "info"), ("PENDING", "PENDING", None),
        ("IN_APPEAL", "IN_APPEAL", None), ("LOCKED", "PAUSED", "warning"),
    ],
)  # fmt: skip
def test_template_statuses(event: str, status: str | None, severity: str | None) -> None:
    other = {"title": "FIRST_PAUSE", "description": "Muitos bloqueios"}
    events = told("message_template_status_update", event=event, reason="NONE", other_info=other, **TEMPLATE)
    change = events[0]
    assert isinstance(change, TemplateChange)
    assert (change.external_id, change.name, change.language) == ("806312974732579", "pedido_pronto", "pt_BR")
    assert (change.status, change.reason) == (status, "Muitos bloqueios")
    if severity is None:
        assert len(events) == 1
    else:
        assert notice(events).severity == severity
        assert "pedido_pronto (pt_BR)" in notice(events).detail


def test_template_category() -> None:
    events = told(
        "template_category_update", previous_category="UTILITY", new_category="MARKETING", **TEMPLATE
    )
    change = events[0]
    assert isinstance(change, TemplateChange)
    assert (change.category, change.previous_category) == ("MARKETING", "UTILITY")
    assert notice(events).detail.endswith("is charged as marketing and not utility from now on.")
    coming = told(
        "template_category_update", new_category="UTILITY", correct_category="MARKETING", **TEMPLATE
    )
    assert notice(coming).kind == "template_category_announced"


def test_template_quality_and_text() -> None:
    for quality, count in (("GREEN", 1), ("YELLOW", 2), ("RED", 2)):
        events = told("message_template_quality_update", new_quality_score=quality, **TEMPLATE)
        change = events[0]
        assert isinstance(change, TemplateChange)
        assert (change.quality, len(events)) == (quality, count)
    button = {"message_template_button_type": "URL", "message_template_button_text": "Ver"}
    (change,) = told(
        "message_template_components_update",
        message_template_title="Pronto",
        message_template_element="Oi {{1}}",
        message_template_buttons=[button],
        **TEMPLATE,
    )
    assert isinstance(change, TemplateChange)
    assert change.components == [
        {"type": "HEADER", "text": "Pronto"},
        {"type": "BODY", "text": "Oi {{1}}"},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Ver"}]},
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"event": "FLAGGED", "current_limit": "TIER_10K"},
            {"quality": "RED", "messaging_limit": "TIER_10K"},
        ),
        ({"event": "UPGRADE", "current_limit": "TIER_100K"}, {"messaging_limit": "TIER_100K"}),
        (
            {
                "event": "THROUGHPUT_UPGRADE",
                "max_daily_conversations_per_business": "TIER_UNLIMITED",
            },
            {"throughput_mps": 1000, "messaging_limit": "TIER_UNLIMITED"},
        ),
    ],
)
@pytest.mark.parametrize("field", ["phone_number_quality_update", "message_template_status_update"])
def test_quality_also_under_the_wrong_field(
    field: str, value: dict[str, Any], expected: dict[str, Any]
) -> None:
    events = told(field, display_phone_number="+55 19 3000-1000", **({"current_limit": None} | value))
    facts = events[0]
    assert isinstance(facts, NumberFacts)
    for name in ("quality", "messaging_limit", "throughput_mps"):
        assert getattr(facts, name) == expected.get(name)
    assert facts.phone_number == "+551930001000"
    assert "+551930001000" in notice(events).detail


@pytest.mark.parametrize(
    ("limit", "tier"),
    [
        (250, "TIER_250"),
        (2000, "TIER_2K"),
        ("TIER_10K", "TIER_10K"),
        (-1, "TIER_UNLIMITED"),
        (777, "TIER_777"),
    ],
)
def test_limit_of_the_business(limit: object, tier: str) -> None:
    events = told("business_capability_update", max_daily_conversations_per_business=limit)
    assert isinstance(events[0], NumberFacts)
    assert events[0].messaging_limit == tier
    assert tier in notice(events).detail
    (numbers,) = told("business_capability_update", max_phone_numbers_per_business=20)
    assert "20 numbers" in notice([numbers]).detail


def test_name() -> None:
    around = {"display_phone_number": "551930001000", "requested_verified_name": "Casa Lume"}
    events = told("phone_number_name_update", decision="APPROVED", **around)
    facts = events[0]
    assert isinstance(facts, NumberFacts)
    assert (facts.display_name, facts.name_status) == ("Casa Lume", "APPROVED")
    events = told(
        "phone_number_name_update", decision="REJECTED", rejection_reason="NAME_TOO_BROAD", **around
    )
    facts = events[0]
    assert isinstance(facts, NumberFacts)
    assert (facts.display_name, facts.name_status) == (None, "REJECTED")
    assert (notice(events).severity, "NAME_TOO_BROAD" in notice(events).detail) == ("warning", True)


@pytest.mark.parametrize(
    ("field", "value", "kind", "severity"),
    [
        ("account_update", {"event": "ACCOUNT_DELETED"}, "account_deleted", "critical"),
        (
            "account_update",
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}},
            "disabled_update",
            "info",
        ),
        (
            "account_update",
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}},
            "disabled_update",
            "critical",
        ),
        ("account_update", {"event": "PARTNER_REMOVED"}, "partner_removed", "critical"),
        ("account_review_update", {"decision": "REJECTED"}, "account_review", "critical"),
        ("account_review_update", {"decision": "APPROVED"}, "account_review", "info"),
        (
            "account_alerts",
            {
                "alert_info": {
                    "alert_severity": "WARNING",
                    "alert_type": "OBA_REJECTED",
                    "alert_description": "No",
                }
            },
            "oba_rejected",
            "warning",
        ),
        (
            "account_alerts",
            {"alert_severity": "INFORMATIONAL", "alert_type": "OBA_APPROVED"},
            "oba_approved",
            "info",
        ),
        ("security", {"event": "PIN_RESET_REQUEST", "requester": "7"}, "pin_reset_request", "warning"),
        (
            "flows",
            {"event": "FLOW_STATUS_CHANGE", "old_status": "PUBLISHED", "new_status": "BLOCKED"},
            "flow_status_change",
            "warning",
        ),
        (
            "business_status_update",
            {"event": "COMPROMISED_NOTIFICATION"},
            "compromised_notification",
            "critical",
        ),
        ("business_username_update", {"username": "lume", "status": "approved"}, "approved", "info"),
        ("payment_configuration_update", {"configuration_name": "pix"}, "account_news", "info"),
    ],
)
def test_notices(field: str, value: dict[str, Any], kind: str, severity: str) -> None:
    found = notice(told(field, **value))
    assert (found.kind, found.severity) == (kind, severity)
    assert found.detail


def test_restriction_says_what_and_until_when() -> None:
    parts = [
        {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1_641_330_498},
        {"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION", "expiration": 1_641_330_400},
    ]
    found = notice(told("account_update", event="ACCOUNT_RESTRICTION", restriction_info=parts))
    assert found.until is not None
    assert found.until.timestamp() == 1_641_330_498
    assert "may not begin conversations, it may not add numbers" in found.detail


def test_account_event_that_nobody_knows_waits_for_a_later_version() -> None:
    (found,) = told("account_update", event="GONE_FISHING")
    assert isinstance(found, Kept)
    assert found.is_unsupported
