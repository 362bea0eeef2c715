"""What Meta says about templates. Nothing here names a number: templates belong to the business account."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from parley.channels.gateways.neutral import Kept, NeutralEvent, NumberNotice, TemplateChange
from parley.channels.gateways.number import Severity
from parley.channels.gateways.untrusted import (
    first_word,
    identifier,
    items,
    moment_or_now,
    section,
    text,
    word,
)

_STATUS_AFTER: Final[Mapping[str, str]] = {
    "REINSTATED": "APPROVED",
    "UNPAUSED": "APPROVED",
    "UNARCHIVED": "APPROVED",
    "UNLOCKED": "APPROVED",
    "LOCKED": "PAUSED",
}
_NO_STATUS: Final = frozenset({"FLAGGED"})
"""Events after which the template may still be sent as before."""
_TOLD: Final[Mapping[str, tuple[Severity, str]]] = {
    "REJECTED": ("warning", "was rejected"),
    "PAUSED": ("warning", "was paused and cannot be sent for some hours"),
    "LOCKED": ("warning", "was locked and cannot be sent for now"),
    "FLAGGED": ("warning", "is about to be disabled"),
    "DISABLED": ("critical", "was disabled for good"),
    "LIMIT_EXCEEDED": ("warning", "is beyond the number of templates that Meta allows"),
    "PENDING_DELETION": ("info", "is being deleted"),
    "DELETED": ("info", "was deleted"),
    "ARCHIVED": ("info", "was archived, since it was not used for long"),
}
_PARTS: Final[tuple[tuple[str, str], ...]] = (
    ("message_template_title", "HEADER"),
    ("message_template_element", "BODY"),
    ("message_template_footer", "FOOTER"),
)


def read_template_status(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """Field `message_template_status_update`: approved, rejected, paused, disabled and the like."""
    told = text(value.get("event")).upper()
    template = _template_id(value)
    if template is None or not told:
        return []
    at = moment_or_now(time)
    status = None if told in _NO_STATUS else _STATUS_AFTER.get(told, told)
    reason = _reason(value)
    change = TemplateChange(
        at=at,
        external_id=template,
        name=text(value.get("message_template_name")),
        language=text(value.get("message_template_language")),
        status=status,
        reason=reason,
        category=word(value.get("message_template_category")),
    )
    if told not in _TOLD:
        return [change]
    severity, words = _TOLD[told]
    detail = f"{_named(value)} {words}{f': {reason}' if reason else '.'}"
    return [change, _notice(at, f"template_{told.lower()}", detail, severity)]


def read_template_quality(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """Field `message_template_quality_update`. Red is the step before Meta pauses the template."""
    quality, template = word(value.get("new_quality_score")), _template_id(value)
    if quality is None or template is None:
        return []
    at = moment_or_now(time)
    change = _change(value, template, at, quality=quality)
    if quality not in {"YELLOW", "RED"}:
        return [change]
    said = f"{quality.lower()} now: customers block or report it"
    detail = f"The quality of {_named(value, begins=False)} is {said}."
    severity: Severity = "warning" if quality == "RED" else "info"
    return [change, _notice(at, "template_quality", detail, severity)]


def read_template_components(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """Field `message_template_components_update`: the template has another text."""
    template = _template_id(value)
    if template is None:
        return []
    components: list[dict[str, Any]] = [
        {"type": kind, "text": said} for name, kind in _PARTS if (said := word(value.get(name)))
    ]
    if buttons := [_button(one) for one in items(value.get("message_template_buttons"))]:
        components.append({"type": "BUTTONS", "buttons": buttons})
    return [_change(value, template, moment_or_now(time), components=components)]


def read_template_category(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """Field `template_category_update`. With `correct_category` it announces what comes a day later."""
    template = _template_id(value)
    now, coming = word(value.get("new_category")), word(value.get("correct_category"))
    if template is None or (now is None and coming is None):
        return []
    at, before = moment_or_now(time), word(value.get("previous_category"))
    events: list[NeutralEvent] = []
    if now is not None:
        events.append(_change(value, template, at, category=now, previous_category=before))
    if coming is not None and coming != now:
        detail = f"{_named(value)} will be charged as {coming.lower()} within a day."
        events.append(_notice(at, "template_category_announced", detail, "warning"))
    elif now is not None:
        was = f" and not {before.lower()}" if before else ""
        detail = f"{_named(value)} is charged as {now.lower()}{was} from now on."
        events.append(_notice(at, "template_category", detail, "warning"))
    return events or [Kept(reason="a category of a template that stays as it is")]


def _change(
    value: Mapping[str, Any],
    template: str,
    at: datetime,
    *,
    quality: str | None = None,
    category: str | None = None,
    previous_category: str | None = None,
    components: list[dict[str, Any]] | None = None,
) -> TemplateChange:
    return TemplateChange(
        at=at,
        external_id=template,
        name=text(value.get("message_template_name")),
        language=text(value.get("message_template_language")),
        quality=quality,
        category=category,
        previous_category=previous_category,
        components=components,
    )


def _reason(value: Mapping[str, Any]) -> str | None:
    """Why, in Meta's words: the sentence where there is one, else the code, which may be NONE."""
    rejection, other, disabled = (
        section(value, name) for name in ("rejection_info", "other_info", "disable_info")
    )
    when = first_word(disabled.get("disable_date"))
    code = word(value.get("reason"))
    sentence = first_word(rejection.get("reason"), other.get("description"), other.get("title"))
    found = sentence or (f"on {when}" if when else None) or (code if code != "NONE" else None)
    return found[:500] if found else None


def _notice(at: datetime, kind: str, detail: str, severity: Severity) -> NumberNotice:
    return NumberNotice(at=at, kind=kind, detail=detail, severity=severity, about_account=True)


def _named(value: Mapping[str, Any], *, begins: bool = True) -> str:
    name, language = text(value.get("message_template_name")), text(value.get("message_template_language"))
    return f"{'The' if begins else 'the'} template {name or '?'}{f' ({language})' if language else ''}"


def _template_id(value: Mapping[str, Any]) -> str | None:
    return identifier(value.get("message_template_id"))


def _button(one: Mapping[str, Any]) -> dict[str, Any]:
    names = {"type": "type", "text": "text", "url": "url", "phone_number": "phone_number"}
    return {
        name: said for name, end in names.items() if (said := word(one.get(f"message_template_button_{end}")))
    }
