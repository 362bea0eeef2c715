"""What Meta says about the business account as a whole: notices for whoever is in charge of its numbers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from parley.channels.gateways.neutral import Kept, NeutralEvent, NumberNotice
from parley.channels.gateways.number import Severity
from parley.channels.gateways.untrusted import first_word, items, moment, moment_or_now, section, text, word

_EVENTS: Final[Mapping[str, tuple[Severity, str]]] = {
    "ACCOUNT_DELETED": ("critical", "The business account was deleted."),
    "ACCOUNT_OFFBOARDED": ("critical", "The number was taken off the Cloud API after a change of phone."),
    "ACCOUNT_RECONNECTED": ("info", "The number is back on the Cloud API."),
    "ACCOUNT_RESTRICTION": ("critical", "Meta restricts the business account"),
    "ACCOUNT_VIOLATION": ("critical", "Meta says that the business account violates its policy"),
    "AD_ACCOUNT_LINKED": ("info", "An advertising account was linked."),
    "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE": ("info", "Sign-in codes to other countries are charged otherwise."),
    "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE": ("info", "The country of the business was set"),
    "DISABLED_UPDATE": ("critical", "Meta has disabled the business account"),
    "MM_LITE_TERMS_SIGNED": ("info", "The terms for marketing messages were signed."),
    "PARTNER_ADDED": ("info", "A partner was added to the business account."),
    "PARTNER_APP_INSTALLED": ("info", "A partner's app was installed."),
    "PARTNER_APP_UNINSTALLED": ("warning", "A partner's app was removed."),
    "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE": ("info", "The verification of the business"),
    "PARTNER_REMOVED": (
        "critical",
        "A partner was removed from the business account; its numbers may be gone.",
    ),
    "VERIFIED_ACCOUNT": ("info", "The business account was verified."),
    "VOLUME_BASED_PRICING_TIER_UPDATE": ("info", "The prices have reached another tier of volume"),
}
_RESTRICTIONS: Final[Mapping[str, str]] = {
    "RESTRICTED_BIZ_INITIATED_MESSAGING": "it may not begin conversations",
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": "it may not answer customers",
    "RESTRICTED_ADD_PHONE_NUMBER_ACTION": "it may not add numbers",
}
_BANS: Final[Mapping[str, tuple[Severity, str]]] = {
    "DISABLE": ("critical", "Meta has disabled the business account"),
    "SCHEDULE_FOR_DISABLE": ("critical", "Meta is going to disable the business account"),
    "REINSTATE": ("info", "Meta has given the business account back"),
}
_ALERTS: Final[Mapping[str, Severity]] = {
    "CRITICAL": "critical",
    "WARNING": "warning",
    "INFORMATIONAL": "info",
}
_REVIEWS: Final[Mapping[str, Severity]] = {"APPROVED": "info", "PENDING": "info", "DEFERRED": "info"}
_SECURITY: Final[Mapping[str, tuple[Severity, str]]] = {
    "PIN_CHANGED": ("warning", "The PIN of the number was changed."),
    "PIN_RESET_REQUEST": ("warning", "Somebody asked to switch off the PIN of the number."),
    "PIN_RESET_SUCCESS": ("warning", "The PIN of the number was switched off."),
}


def read_event(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """Field `account_update`."""
    told = text(value.get("event")).upper()
    if not told:
        return []
    if told not in _EVENTS:
        return [Kept(reason=f"an event of the account that is not known: {told[:60]}", is_unsupported=True)]
    severity, words = _EVENTS[told]
    ban = section(value, "ban_info")
    severity, words = _BANS.get(text(ban.get("waba_ban_state")).upper(), (severity, words))
    further = _further(value, ban)
    detail = f"{words.removesuffix('.')}: {further}." if further else f"{words.removesuffix('.')}."
    return [_notice(moment_or_now(time), told.lower(), detail, severity, until=_until(value))]


def read_review(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """Field `account_review_update`: Meta has looked at the account."""
    decision = word(value.get("decision"))
    if decision is None:
        return []
    detail = f"Meta has reviewed the business account: {decision.lower()}."
    severity = _REVIEWS.get(decision.upper(), "critical")
    return [_notice(moment_or_now(time), "account_review", detail, severity)]


def read_alert(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """Field `account_alerts`: about the messaging limit, the profile or the official mark."""
    alert = section(value, "alert_info") or value  # flat in older versions
    kind, said = word(alert.get("alert_type")), word(alert.get("alert_description"))
    if kind is None and said is None:
        return []
    severity = _ALERTS.get(text(alert.get("alert_severity")).upper(), "warning")
    detail = said or f"An alert of Meta: {kind}."
    return [_notice(moment_or_now(time), (kind or "account_alert")[:60].lower(), detail, severity)]


def read_security(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """Field `security`: the PIN of a number."""
    told = text(value.get("event")).upper()
    if not told:
        return []
    severity, words = _SECURITY.get(told, ("warning", f"A change to the number's security: {told[:60]}."))
    by, shown = word(value.get("requester")), word(value.get("display_phone_number"))
    detail = f"{words}{f' Number: {shown}.' if shown else ''}{f' By: {by}.' if by else ''}"
    return [_notice(moment_or_now(time), told.lower(), detail, severity)]


def read_flow(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """Field `flows`: a form has another state, or its endpoint fails."""
    told = text(value.get("event")).upper()
    if not told:
        return []
    alert, states = text(value.get("alert_state")), (value.get("old_status"), value.get("new_status"))
    change = " → ".join(filter(None, map(text, states)))
    is_bad = alert.upper() == "ACTIVATED" or text(value.get("new_status")) in {"THROTTLED", "BLOCKED"}
    said = first_word(value.get("message"), change) or told
    detail = f"Form {word(value.get('flow_id')) or '?'}: {said}"
    return [_notice(moment_or_now(time), told.lower(), detail, "warning" if is_bad else "info")]


def read_other(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """What comes seldom and says itself: user names, ways of payment, a business that was broken into."""
    said = {name: word(value[name]) for name in value if name not in {"messaging_product", "metadata"}}
    told = ", ".join(f"{name}: {one}" for name, one in said.items() if one)
    if not told:
        return []
    is_bad = "COMPROMISED" in text(value.get("event")).upper()
    kind = first_word(value.get("event"), value.get("status")) or "account_news"
    return [_notice(moment_or_now(time), kind.lower(), told, "critical" if is_bad else "info")]


def _further(value: Mapping[str, Any], ban: Mapping[str, Any]) -> str:
    """What an event adds in fields of its own, in words."""
    restrictions = [
        _RESTRICTIONS.get(kind, kind)
        for one in items(value.get("restriction_info"))
        if (kind := word(one.get("restriction_type")))
    ]
    certified = section(value, "partner_client_certification_info")
    tier = section(value, "volume_tier_info")
    parts = [
        *restrictions,
        word(section(value, "violation_info").get("violation_type")),
        word(ban.get("waba_ban_date")),
        word(certified.get("status")),
        word(section(value, "disconnection_info").get("reason")),
        " ".join(filter(None, (word(tier.get(name)) for name in ("region", "pricing_category", "tier")))),
        word(value.get("country")),
        word(value.get("phone_number")),
    ]
    return ", ".join(filter(None, parts))


def _until(value: Mapping[str, Any]) -> datetime | None:
    """When the last of several restrictions ends."""
    ends = [moment(one.get("expiration")) for one in items(value.get("restriction_info"))]
    return max((end for end in ends if end is not None), default=None)


def _notice(
    at: datetime, kind: str, detail: str, severity: Severity, *, until: datetime | None = None
) -> NumberNotice:
    return NumberNotice(
        at=at,
        kind="".join(one if one.isalnum() and one.isascii() else "_" for one in kind)[:60],
        detail=detail[:500],
        severity=severity,
        until=until,
        about_account=True,
    )
