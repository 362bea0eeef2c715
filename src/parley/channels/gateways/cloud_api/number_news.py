"""What Meta says about a number's quality, limits and name, told through the account and without its id."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from parley.channels.gateways.neutral import NeutralEvent, NumberFacts, NumberNotice
from parley.channels.gateways.number import Severity
from parley.channels.gateways.untrusted import first_word, moment_or_now, number, text, word
from parley.core.phone import e164

_TIERS: Final[Mapping[int, str]] = {
    250: "TIER_250",
    1_000: "TIER_1K",
    2_000: "TIER_2K",
    10_000: "TIER_10K",
    100_000: "TIER_100K",
}
_UPGRADED: Final = 1000
"""Messages a second after a throughput upgrade."""
_WORDS: Final[Mapping[str, tuple[Severity, str]]] = {
    "FLAGGED": ("warning", "Its quality is low: customers block or report it. The limit will not rise."),
    "UNFLAGGED": ("info", "Its quality has recovered."),
    "UPGRADE": ("info", "It may write to more people a day."),
    "DOWNGRADE": ("warning", "It may write to fewer people a day."),
    "ONBOARDING": ("info", "It is ready to write to people."),
    "THROUGHPUT_UPGRADE": ("info", "It may send up to 1,000 messages a second."),
}


def read_quality(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """Field `phone_number_quality_update`: what the number may do has changed."""
    told = text(value.get("event")).upper()
    limit = _tier(value.get("max_daily_conversations_per_business")) or _tier(value.get("current_limit"))
    if not told and limit is None:
        return []
    at = moment_or_now(time)
    facts = NumberFacts(
        at=at,
        phone_number=_phone_number(value),
        quality="RED" if told == "FLAGGED" else None,
        messaging_limit=limit,
        throughput_mps=_UPGRADED if told == "THROUGHPUT_UPGRADE" else None,
    )
    severity, words = _WORDS.get(told, ("info", f"Meta says {told[:40] or 'nothing more'}."))
    detail = f"{_shown(value)}: {words}{f' Limit: {limit}.' if limit else ''}"
    return [facts, _notice(at, "number_quality", detail, severity)]


def read_name(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """Field `phone_number_name_update`: Meta has decided about a display name."""
    decision, name = word(value.get("decision")), word(value.get("requested_verified_name"))
    if decision is None:
        return []
    at, is_approved = moment_or_now(time), decision == "APPROVED"
    facts = NumberFacts(
        at=at,
        phone_number=_phone_number(value),
        display_name=name[:200] if name and is_approved else None,
        name_status=decision,
    )
    why = word(value.get("rejection_reason"))
    detail = f"{_shown(value)}: the name {name or '?'} is {decision.lower()}{f' ({why})' if why else ''}."
    severity: Severity = "info" if is_approved else "warning"
    return [facts, _notice(at, "number_name", detail, severity)]


def read_capability(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """Field `business_capability_update`: what all numbers of the business may do together."""
    limit = next(
        (tier for name in value if name.startswith("max_daily_conversation") if (tier := _tier(value[name]))),
        None,
    )
    numbers = first_word(value.get("max_phone_numbers_per_business"), value.get("max_phone_numbers_per_waba"))
    if limit is None and numbers is None:
        return []
    at = moment_or_now(time)
    events: list[NeutralEvent] = [NumberFacts(at=at, messaging_limit=limit)] if limit else []
    return [*events, _capability(at, limit, numbers)]


def _capability(at: datetime, limit: str | None, numbers: str | None) -> NumberNotice:
    said = [f"messaging limit {limit}" if limit else "", f"up to {numbers} numbers" if numbers else ""]
    detail = f"The business now has: {', '.join(filter(None, said))}."
    return _notice(at, "account_limit", detail, "info")


def _notice(at: datetime, kind: str, detail: str, severity: Severity) -> NumberNotice:
    """About the account: the text names the number, which may not be the one whose webhook got this."""
    return NumberNotice(at=at, kind=kind, detail=detail[:500], severity=severity, about_account=True)


def _tier(value: object) -> str | None:
    """The tier's name. Some versions give people a day instead, with -1 for as many as you like."""
    count = number(value)
    if count is None:
        return word(value)
    if count < 0 or count > max(_TIERS):
        return "TIER_UNLIMITED"
    return _TIERS.get(int(count), f"TIER_{int(count)}")


def _phone_number(value: Mapping[str, Any]) -> str | None:
    digits = "".join(filter(str.isdigit, word(value.get("display_phone_number")) or ""))
    return e164(f"+{digits}", "") if digits else None


def _shown(value: Mapping[str, Any]) -> str:
    return f"Number {_phone_number(value) or word(value.get('display_phone_number')) or '?'}"
