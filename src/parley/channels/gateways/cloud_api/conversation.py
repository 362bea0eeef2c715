"""What people and our own side said: the fields `messages` and `smb_message_echoes`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from parley.channels.gateways.cloud_api.codes import consequence_of
from parley.channels.gateways.cloud_api.content import (
    context_of,
    error_text,
    read_content,
    shared_number,
    type_of,
)
from parley.channels.gateways.cloud_api.moved import read_system
from parley.channels.gateways.cloud_api.people import address_of, is_ours, only_contact
from parley.channels.gateways.neutral import (
    Address,
    InboundMessage,
    Kept,
    MessageEdit,
    MessageRevoke,
    NeutralEvent,
    NumberNotice,
    PersonKnown,
    ReactionChange,
    StatusChange,
    StatusKind,
)
from parley.channels.gateways.untrusted import first_word, identifier, items, moment_or_now, section, text

_STATUSES: Final[Mapping[str, StatusKind]] = {
    "accepted": "accepted",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}


def read_conversation(
    value: Mapping[str, Any], time: object, *, is_history: bool = False
) -> list[NeutralEvent]:
    """The messages, echoes and statuses of a value. `is_history`: told long after they were said."""
    events: list[NeutralEvent] = []
    metadata = section(value, "metadata")
    for one in items(value.get("messages")):
        echo = is_history and is_ours(one, metadata)
        events += read_message(value, one, time, echo=echo, is_history=is_history)
    for one in items(value.get("message_echoes")):
        events += read_message(value, one, time, echo=True, is_history=is_history)
    return events + [event for one in items(value.get("statuses")) for event in _status(value, one, time)]


def read_errors(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """What Meta reports to be wrong with the number, beside all messages."""
    found = [error for one in items(value.get("errors")) if (error := error_text([one]))]
    at = moment_or_now(time)
    return [
        NumberNotice(
            at=at,
            kind="error",
            detail=f"Meta reports a problem: {said} (code {code})",
            severity="critical" if consequence_of(code) == "stop_number" else "warning",
        )
        for code, said in found
    ]


def read_message(
    value: Mapping[str, Any],
    message: Mapping[str, Any],
    time: object,
    *,
    echo: bool = False,
    is_history: bool = False,
    counterpart: Address | None = None,
) -> list[NeutralEvent]:
    """One message, whoever wrote it. `counterpart` where the message itself does not name the customer."""
    found, kind = identifier(message.get("id")), type_of(message)
    if found is None:
        return [Kept(reason="a message without an id")]
    at = moment_or_now(message.get("timestamp"), time)
    if kind == "system":
        return read_system(message, only_contact(value), message_id=found, at=at)
    counterpart = counterpart or address_of(message, only_contact(value), "to" if echo else "from")
    if counterpart is None:
        return [Kept(reason="a message from nobody whom Parley can address")]
    if kind in {"reaction", "edit", "revoke"}:
        return [_change(message, counterpart, kind, echo=echo, at=at)]
    said = _said(message, counterpart, message_id=found, at=at, echo=echo, is_history=is_history)
    number = None if echo else shared_number(message)
    if number is not None and counterpart.bsuid is not None:
        return [said, PersonKnown(address=Address(wa_id=number, bsuid=counterpart.bsuid), at=at)]
    return [said]


def _said(
    message: Mapping[str, Any],
    counterpart: Address,
    *,
    message_id: str,
    at: datetime,
    echo: bool,
    is_history: bool,
) -> InboundMessage:
    content = read_content(message)
    context = section(message, "context")
    return InboundMessage(
        provider_message_id=message_id,
        at=at,
        counterpart=counterpart,
        type=content.type,
        from_us=echo,
        body=content.body,
        media=content.media,
        location=content.location,
        quoted_id=identifier(context.get("id")) or identifier(context.get("message_id")),
        forwarded=True in (context.get("forwarded"), context.get("frequently_forwarded")),
        group_id=identifier(message.get("group_id")),
        is_history=is_history,
        content=content.extra | context_of(message),
    )


def _change(
    message: Mapping[str, Any], counterpart: Address, kind: str, *, echo: bool, at: datetime
) -> NeutralEvent:
    """What happens to an earlier message. A reaction in a group has nowhere to go: groups are read only."""
    part = section(message, kind)
    target = first_word(part.get("message_id"), part.get("original_message_id"))
    found, group_id = identifier(target), identifier(message.get("group_id"))
    if found is None:
        return Kept(reason=f"a change ({kind}) to a message that it does not name")
    if kind == "revoke":
        return MessageRevoke(target_id=found, at=at, counterpart=counterpart, from_us=echo, group_id=group_id)
    if kind == "edit":
        now = read_content(section(part, "message"))
        if now.type == "unsupported":  # an empty text instead would wipe out what was said
            return Kept(reason="an edit to something that Parley does not know", is_unsupported=True)
        return MessageEdit(
            target_id=found, at=at, counterpart=counterpart, body=now.body, from_us=echo, group_id=group_id
        )
    if group_id is not None:
        return Kept(reason="a reaction in a group")
    emoji = text(part.get("emoji"))
    return ReactionChange(target_id=found, at=at, counterpart=counterpart, emoji=emoji, from_us=echo)


def _status(value: Mapping[str, Any], status: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    found, told = identifier(status.get("id")), text(status.get("status"))
    at = moment_or_now(status.get("timestamp"), time)
    kind = _STATUSES.get(told)
    if found is None:
        return [Kept(reason="a status that names no message")]
    if status.get("recipient_type") == "group":
        return [Kept(reason="a receipt from a group, whose messages Parley only reads")]
    if told == "deleted":  # before edits and revokes had a type of their own
        counterpart = address_of(status, only_contact(value), "recipient")
        if counterpart is not None:
            return [MessageRevoke(target_id=found, at=at, counterpart=counterpart)]
    if kind is None:
        return [
            Kept(reason=f"a status that Parley does not know: {told[:40]}", is_unsupported=told != "warning")
        ]
    error = error_text(status.get("errors"))
    pricing = section(status, "pricing")
    return [
        StatusChange(
            provider_message_id=found,
            kind=kind,
            at=at,
            client_ref=identifier(status.get("biz_opaque_callback_data")),
            error_code=error[0] if error else None,
            error_message=error[1] if error else None,
            pricing=dict(pricing) if pricing else None,
        )
    ]
