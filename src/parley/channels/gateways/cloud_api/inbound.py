"""Cloud API webhooks to neutral events: `translate` of one envelope of `splitting`, by its field."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from parley.channels.gateways.cloud_api.account import (
    read_alert,
    read_event,
    read_flow,
    read_other,
    read_review,
    read_security,
)
from parley.channels.gateways.cloud_api.conversation import read_conversation, read_errors
from parley.channels.gateways.cloud_api.groups import read_groups
from parley.channels.gateways.cloud_api.history import read_history
from parley.channels.gateways.cloud_api.number_news import read_capability, read_name, read_quality
from parley.channels.gateways.cloud_api.people import read_address_book, read_moves, read_preferences
from parley.channels.gateways.cloud_api.ringing import read_calls
from parley.channels.gateways.cloud_api.template_news import (
    read_template_category,
    read_template_components,
    read_template_quality,
    read_template_status,
)
from parley.channels.gateways.neutral import Kept, NeutralEvent
from parley.channels.gateways.untrusted import section, text

Reader = Callable[[Mapping[str, Any], object], list[NeutralEvent]]
"""Reads the value of a field, with the time that Meta gives the batch."""

_FIELDS: Final[Mapping[str, Reader]] = {
    "messages": read_conversation,
    "message_echoes": read_conversation,
    "smb_message_echoes": read_conversation,
    "calls": read_calls,
    "history": read_history,
    "smb_app_state_sync": read_address_book,
    "user_preferences": read_preferences,
    "user_id_update": read_moves,
    "group_lifecycle_update": read_groups,
    "group_participants_update": read_groups,
    "group_settings_update": read_groups,
    "group_status_update": read_groups,
    "message_template_status_update": read_template_status,
    "message_template_quality_update": read_template_quality,
    "message_template_components_update": read_template_components,
    "template_category_update": read_template_category,
    "template_correct_category_detection": read_template_category,
    "phone_number_quality_update": read_quality,
    "phone_number_name_update": read_name,
    "business_capability_update": read_capability,
    "account_update": read_event,
    "account_review_update": read_review,
    "account_alerts": read_alert,
    "security": read_security,
    "flows": read_flow,
    "business_status_update": read_other,
    "business_username_update": read_other,
    "payment_configuration_update": read_other,
}
_BY_SHAPE: Final[tuple[tuple[str, Reader], ...]] = (
    ("current_limit", read_quality),
    ("message_template_id", read_template_status),
)
"""Meta's own samples carry the wrong field here and there."""
_KEPT: Final[Mapping[str, str]] = {
    "account_settings_update": "a change to the number's settings for calls and storage",
    "automatic_events": "a guess of Meta at what a chat led to",
    "consumer_profile": "a change to somebody's profile picture or name",
    "messaging_handovers": "another app took over the chat, or gave it back",
    "partner_solutions": "a change to a partner's access to the account",
    "standby": "what another app does in the chat while it has it",
    "tracking_events": "a measure of Meta's for advertisements",
    "unreadable": "a part of a webhook that is not what Meta promises",
}


def translate(envelope: Mapping[str, Any]) -> list[NeutralEvent]:
    """Whatever the envelope says, as neutral events."""
    field, value, time = text(envelope.get("field")), section(envelope, "value"), envelope.get("time")
    if field in _KEPT:
        return [Kept(reason=_KEPT[field], is_unsupported=field == "unreadable")]
    reader = _FIELDS.get(field, read_conversation)
    events = reader(value, time) or read_errors(value, time) or _by_shape(value, time)
    return events or [_unknown(field, value)]


def _by_shape(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    reader = next((reader for name, reader in _BY_SHAPE if name in value), read_conversation)
    return reader(value, time)


def _unknown(field: str, value: Mapping[str, Any]) -> Kept:
    if field in _FIELDS and [] in value.values():
        return Kept(reason=f"an empty list in the field {field}")
    if field in _FIELDS:
        return Kept(reason=f"nothing that Parley can read in the field {field}", is_unsupported=True)
    name = field[:80] or "without a name"
    return Kept(reason=f"a field that Parley does not know: {name}", is_unsupported=True)
