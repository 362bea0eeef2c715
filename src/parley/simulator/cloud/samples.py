"""What Meta usually says in each webhook field, for a field that is told by order.

Shapes as in Meta's webhook reference of 2026.
"""

from collections.abc import Callable

from msgspec import Struct

from parley.simulator.cloud.shapes import contact_of
from parley.simulator.records import Account, Json, Number, Person


class Facts(Struct, frozen=True, kw_only=True):
    """Whom a webhook is about. `now` in seconds."""

    number: Number
    account: Account
    person: Person
    now: int

    @property
    def stamp(self) -> str:
        return str(self.now)

    @property
    def contacts(self) -> list[Json]:
        return [contact_of(self.person)]


# Of the account


def account_alert(facts: Facts) -> Json:
    return {
        "entity_type": "PHONE_NUMBER",
        "entity_id": facts.number.id,
        "alert_severity": "INFORMATIONAL",
        "alert_status": "NONE",
        "alert_type": "OBA_APPROVED",
        "alert_description": "An official business account was approved.",
    }


def quality(facts: Facts) -> Json:
    limit = facts.account.messaging_limit
    return {
        "display_phone_number": facts.number.digits,
        "event": "ONBOARDING",
        "current_limit": limit,
        "max_daily_conversations_per_business": limit,
    }


def display_name(facts: Facts) -> Json:
    return {
        "display_phone_number": facts.number.digits,
        "decision": "APPROVED",
        "requested_verified_name": facts.number.verified_name,
        "rejection_reason": None,
    }


def username(facts: Facts) -> Json:
    name = facts.number.username or "casalume"
    return {"display_phone_number": facts.number.digits, "username": name, "status": "approved"}


def payment(facts: Facts) -> Json:
    return {
        "configuration_name": "pix",
        "provider_name": "stripe",
        "provider_mid": "acc_1",
        "status": "Active",
        "created_timestamp": facts.now,
        "updated_timestamp": facts.now,
    }


def flow(_: Facts) -> Json:
    return {
        "event": "FLOW_STATUS_CHANGE",
        "message": "Flow changed from DRAFT to PUBLISHED",
        "flow_id": "6627390910605886",
        "old_status": "DRAFT",
        "new_status": "PUBLISHED",
    }


def solution(_: Facts) -> Json:
    return {"event": "SOLUTION_CREATED", "solution_id": "303610109049230", "solution_status": "PENDING"}


def pin_changed(facts: Facts) -> Json:
    digits = facts.number.digits
    return {"display_phone_number": digits, "event": "PIN_CHANGED", "requester": "61555822107539"}


# Of a number


def call(facts: Facts) -> Json:
    ringing = {
        "id": f"wacid.{facts.person.wa_id}{facts.stamp}",
        "from": facts.person.wa_id,
        "to": facts.number.digits,
        "event": "connect",
        "timestamp": facts.stamp,
        "direction": "USER_INITIATED",
        "session": {"sdp": "v=0", "sdp_type": "offer"},
    }
    return {"contacts": facts.contacts, "calls": [ringing]}


def contact_sync(facts: Facts) -> Json:
    name = facts.person.name
    card = {"full_name": name, "first_name": name.partition(" ")[0], "phone_number": facts.person.wa_id}
    sync = {"type": "contact", "contact": card, "action": "add", "metadata": {"timestamp": facts.stamp}}
    return {"state_sync": [sync]}


def group(kind: str, **change: object) -> Callable[[Facts], Json]:
    """One change of a group. A `member` is the person whom the webhook is about."""

    def said(facts: Facts) -> Json:
        member = [{"input": facts.person.wa_id, "wa_id": facts.person.wa_id}]
        about = {"timestamp": facts.stamp, "group_id": "Y2FwaV9ncm91cDox", "request_id": "784D93D0C468593"}
        told = {name: member if value == "member" else value for name, value in change.items()}
        return {"groups": [{**about, "type": kind, **told}]}

    return said


def lead(facts: Facts) -> Json:
    event = {"id": "ABGGFlA5Fpa", "event_name": "LeadSubmitted", "timestamp": facts.now}
    return {"automatic_events": [event]}


ACCOUNT_FIELDS: dict[str, Callable[[Facts], Json]] = {
    "account_update": lambda _: {
        "event": "ACCOUNT_VIOLATION",
        "violation_info": {"violation_type": "SPAM"},
    },
    "account_review_update": lambda facts: {"decision": facts.account.review},
    "account_alerts": account_alert,
    "business_capability_update": lambda _: {
        "max_daily_conversations_per_business": 2000,
        "max_phone_numbers_per_waba": 25,
    },
    "phone_number_quality_update": quality,
    "phone_number_name_update": display_name,
    "business_username_update": username,
    "security": pin_changed,
    "payment_configuration_update": payment,
    "partner_solutions": solution,
    "flows": flow,
}

NUMBER_FIELDS: dict[str, Callable[[Facts], Json]] = {
    "messages": lambda facts: {"contacts": facts.contacts, "messages": []},
    "calls": call,
    "user_preferences": lambda facts: {"contacts": facts.contacts, "user_preferences": []},
    "smb_app_state_sync": contact_sync,
    "smb_message_echoes": lambda facts: {"contacts": facts.contacts, "message_echoes": []},
    "history": lambda _: {"history": []},
    "group_lifecycle_update": group("group_create", subject="Mesa", added_participants="member"),
    "group_participants_update": group("group_participants_add", added_participants="member"),
    "group_settings_update": group("group_settings_update", group_subject={"text": "Mesa nova"}),
    "group_status_update": group("group_suspend"),
    "automatic_events": lead,
    "message_echoes": lambda _: {"message_echoes": []},
}
