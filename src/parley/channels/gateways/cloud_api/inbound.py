"""Cloud API webhooks to neutral events: `split` and `translate`, without I/O.

A body is a batch: `{"object", "entry": [{"id", "time", "changes": [{"field", "value"}]}]}`, and a value of
field `messages` holds lists of its own. Each message, status and error becomes one small envelope
`{"field", "account", "time", "value": {"metadata", "contacts", "messages": [one]}}`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from parley.channels.gateways.cloud_api.content import context_of, error_text, read_content, type_of
from parley.channels.gateways.neutral import (
    Address,
    BadPayload,
    InboundMessage,
    Kept,
    NeutralEvent,
    RawEvent,
    ReactionChange,
    StatusChange,
    StatusKind,
)
from parley.channels.gateways.untrusted import (
    dedupe_key,
    digest,
    first_word,
    identifier,
    items,
    moment_or_now,
    parse_object,
    section,
    text,
    word,
)

_LISTS: Final = ("messages", "message_echoes", "statuses", "errors")
_WHOLE_FIELDS: Final = frozenset({"calls", "history"})
"""Fields whose lists have the same names and mean something else."""
_USER_ID: Final = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_STATUSES: Final[Mapping[str, StatusKind]] = {
    "accepted": "accepted",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}
_TYPES_KEPT: Final = {
    "system": "a notice of WhatsApp about the customer's account",
    "revoke": "an earlier message was deleted by its writer",
    "edit": "an edit of an earlier message",
    "request_welcome": "the customer opened the chat and has not written yet",
}
_FIELDS_KEPT: Final = {
    "calls": "a call; Parley does not take calls",
    "history": "older messages from the phone; Parley begins with the present",
    "smb_app_state_sync": "a change to the phone's address book",
    "user_preferences": "the customer changed what marketing they accept",
    "account_update": "a change to the business account",
    "account_review_update": "a decision of Meta about the business account",
    "account_alerts": "an alert of Meta about the business account",
    "business_capability_update": "a change to the account's limits",
    "phone_number_quality_update": "a change to the number's quality or limits",
    "phone_number_name_update": "a decision about the number's display name",
    "message_template_status_update": "a decision about a template",
    "message_template_quality_update": "a change to a template's quality",
    "message_template_components_update": "a change to a template's text",
    "template_category_update": "a change to a template's category",
    "security": "a change to the number's PIN",
}
_GROUP: Final = "a group's message; Parley keeps one-to-one chats only"


def split(body: bytes) -> list[RawEvent]:
    """The batch taken apart, in its own order. What cannot be read is kept too: it must not cost the rest."""
    batch = parse_object(body)
    if batch.get("object", "whatsapp_business_account") != "whatsapp_business_account":
        raise BadPayload('The "object" is not whatsapp_business_account.')
    entries = batch.get("entry")
    if not isinstance(entries, list):
        raise BadPayload('The body has no list "entry".')
    return [event for entry in entries for event in _split_entry(entry)]


def translate(envelope: Mapping[str, Any]) -> list[NeutralEvent]:
    """Whatever the envelope says, as neutral events."""
    field, value = text(envelope.get("field")), section(envelope, "value")
    if field not in _WHOLE_FIELDS:
        events: list[NeutralEvent] = [_message(envelope, value, one) for one in items(value.get("messages"))]
        events += [_message(envelope, value, one, echo=True) for one in items(value.get("message_echoes"))]
        events += [_status(envelope, one) for one in items(value.get("statuses"))]
        if events:
            return events
        if error := error_text(value.get("errors")):
            return [Kept(reason=f"Meta reports a problem: {error[1]} (code {error[0]})")]
    if field.startswith("group_"):
        return [Kept(reason="a change to a group; Parley keeps one-to-one chats only")]
    unknown = f"a field that Parley does not know: {field[:80] or 'without a name'}"
    return [Kept(reason=_FIELDS_KEPT.get(field, unknown))]


def _split_entry(entry: object) -> Iterator[RawEvent]:
    changes = section(entry).get("changes")
    if not isinstance(changes, list):
        yield _unreadable(entry)
        return
    account, time = section(entry).get("id"), section(entry).get("time")
    for change in changes:
        if not isinstance(change, Mapping):
            yield _unreadable(change)
            continue
        around = {"field": change.get("field"), "account": account, "time": time}
        value = section(change, "value")
        lists = [name for name in _LISTS if isinstance(value.get(name), list) and value[name]]
        if lists and change.get("field") not in _WHOLE_FIELDS:
            for name in lists:
                yield from _split_list(around, value, name)
        else:
            payload = around | {"value": change.get("value")}
            key = dedupe_key(str(change.get("field"))[:60], digest(payload["value"]), word(time) or "")
            yield RawEvent(dedupe_key=key, external_id=_number_id(value), payload=payload)


def _split_list(around: dict[str, Any], value: Mapping[str, Any], name: str) -> Iterator[RawEvent]:
    contacts = items(value.get("contacts"))
    # Indexed once: a batch may hold a thousand messages with a contact each.
    known = {
        person: contact
        for contact in contacts
        for part in ("wa_id", "user_id")
        if (person := word(contact.get(part)))
    }
    alone = contacts if len(contacts) == 1 and len(value[name]) == 1 and name == "messages" else []
    for one in value[name]:
        if not isinstance(one, Mapping):
            yield _unreadable(one)
            continue
        people = [word(one.get(part)) for part in ("from", "from_user_id", "to", "to_user_id")]
        contact = next((known[person] for person in people if person in known), None)
        part = {
            "metadata": value.get("metadata"),
            "contacts": alone if contact is None else [contact],
            name: [one],
        }
        key = _key_of(name, one, around)
        yield RawEvent(dedupe_key=key, external_id=_number_id(value), payload=around | {"value": part})


def _key_of(name: str, one: Mapping[str, Any], around: Mapping[str, Any]) -> str:
    found = word(one.get("id"))
    if name == "errors" or found is None:
        return dedupe_key(name, digest([one, around.get("time")]))
    if name != "statuses":
        return dedupe_key(name, found)
    person = first_word(one.get("recipient_participant_id"), one.get("recipient_participant_user_id")) or ""
    return dedupe_key(name, found, word(one.get("status")) or "", word(one.get("timestamp")) or "", person)


def _unreadable(value: object) -> RawEvent:
    payload = {"field": "unreadable", "value": value}
    return RawEvent(dedupe_key=dedupe_key("unreadable", digest(value)), external_id=None, payload=payload)


def _number_id(value: Mapping[str, Any]) -> str | None:
    return word(section(value, "metadata").get("phone_number_id"))


def _message(
    envelope: Mapping[str, Any], value: Mapping[str, Any], message: Mapping[str, Any], *, echo: bool = False
) -> NeutralEvent:
    found, kind = identifier(message.get("id")), type_of(message)
    if found is None:
        return Kept(reason="a message without an id")
    if message.get("group_id"):
        return Kept(reason=_GROUP)
    if kind in _TYPES_KEPT:
        return Kept(reason=_TYPES_KEPT[kind])
    contact = next(iter(items(value.get("contacts"))), {})
    counterpart = _counterpart(message, contact, echo=echo)
    if counterpart is None:
        return Kept(reason="a message from nobody whom Parley can address")
    at = moment_or_now(message.get("timestamp"), envelope.get("time"))
    if kind == "reaction":
        return _reaction(message, counterpart, echo=echo, at=at)
    content = read_content(message)
    context = section(message, "context")
    return InboundMessage(
        provider_message_id=found,
        at=at,
        counterpart=counterpart,
        type=content.type,
        from_us=echo,
        body=content.body,
        media=content.media,
        location=content.location,
        quoted_id=identifier(context.get("id")) or identifier(context.get("message_id")),
        forwarded=True in (context.get("forwarded"), context.get("frequently_forwarded")),
        content=content.extra | context_of(message),
    )


def _counterpart(message: Mapping[str, Any], contact: Mapping[str, Any], *, echo: bool) -> Address | None:
    """The customer. A person with a user name may come without a number, and `from` may hold the user id."""
    side = "to" if echo else "from"
    written = [word(message.get(side)), word(message.get(f"{side}_user_id"))]
    ours = [word(contact.get("wa_id")), word(contact.get("user_id"))]
    wa_id = next((one for one in [*written, *ours] if one and _is_number(one)), None)
    user_id = next((one for one in [*written, *ours] if one and _USER_ID.fullmatch(one)), None)
    if wa_id is None and user_id is None:
        return None
    profile = section(contact, "profile")
    name = word(profile.get("name"))
    username = first_word(profile.get("username"), contact.get("username"))
    return Address(
        wa_id=wa_id,
        bsuid=user_id,
        username=identifier(username.removeprefix("@")) if username else None,
        name=name[:200] if name else None,
    )


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 20


def _reaction(message: Mapping[str, Any], counterpart: Address, *, echo: bool, at: Any) -> NeutralEvent:
    reaction = section(message, "reaction")
    target = identifier(reaction.get("message_id"))
    if target is None:
        return Kept(reason="a reaction to no message")
    emoji = text(reaction.get("emoji"))
    return ReactionChange(target_id=target, at=at, counterpart=counterpart, emoji=emoji, from_us=echo)


def _status(envelope: Mapping[str, Any], status: Mapping[str, Any]) -> NeutralEvent:
    found, kind = identifier(status.get("id")), _STATUSES.get(text(status.get("status")))
    if found is None or kind is None:
        return Kept(reason="a status that names no message or no known state")
    if status.get("recipient_type") == "group":
        return Kept(reason="a receipt from a group; Parley keeps one-to-one chats only")
    error = error_text(status.get("errors"))
    pricing = section(status, "pricing")
    return StatusChange(
        provider_message_id=found,
        kind=kind,
        at=moment_or_now(status.get("timestamp"), envelope.get("time")),
        client_ref=identifier(status.get("biz_opaque_callback_data")),
        error_code=error[0] if error else None,
        error_message=error[1] if error else None,
        pricing=dict(pricing) if pricing else None,
    )
