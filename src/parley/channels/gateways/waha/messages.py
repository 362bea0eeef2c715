"""`message` and `message.any`: somebody wrote, or the protocol said something in the form of a message."""

from collections.abc import Mapping
from typing import Any

from parley.channels.gateways.neutral import InboundMessage, Kept, NeutralEvent
from parley.channels.gateways.untrusted import moment, moment_or_now, section
from parley.channels.gateways.waha.changes import changed_by_protocol
from parley.channels.gateways.waha.content import read_content
from parley.channels.gateways.waha.engines import Hint, context_in, hint_in, is_forwarded, time_in
from parley.channels.gateways.waha.files import has_file
from parley.channels.gateways.waha.ids import as_client_ref, read_message_id
from parley.channels.gateways.waha.kinds import INTERNAL
from parley.channels.gateways.waha.parties import parties_in


def read_message(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> list[NeutralEvent]:
    """A message, ours or theirs; or what the protocol hid in one."""
    key = read_message_id(payload.get("id"))
    if key is None:
        return [Kept(reason="a message without an id")]
    parties = parties_in(envelope, payload, key=key)
    if isinstance(parties, Kept):
        return [parties]
    data = section(payload, "_data")
    hint = hint_in(data)
    if hint.kind == INTERNAL and not has_file(payload):
        return [changed_by_protocol(envelope, payload, key=key, parties=parties, hint=hint)]
    if reason := _nothing_said(payload, data, hint):
        return [Kept(reason=reason)]
    content = read_content(payload, hint, key)
    return [
        InboundMessage(
            provider_message_id=key.id,
            at=moment(payload.get("timestamp")) or time_in(data) or moment_or_now(envelope.get("timestamp")),
            counterpart=parties.counterpart,
            type=content.type,
            from_us=parties.from_us,
            body=content.body,
            media=content.media,
            location=content.location,
            quoted_id=_quoted_id(payload, data, hint),
            forwarded=is_forwarded(data, hint),
            client_ref=as_client_ref(key.id) if parties.from_us else None,
            group_id=parties.group_id,
            is_history=envelope.get("history") is True,
            content=content.extra,
        )
    ]


def read_waiting(_envelope: Mapping[str, Any], _payload: Mapping[str, Any]) -> list[NeutralEvent]:
    """A message whose text the phone has yet to hand over. It comes again under the same id."""
    return [Kept(reason="the content is not there yet; the message itself follows")]


def _quoted_id(payload: Mapping[str, Any], data: Mapping[str, Any], hint: Hint) -> str | None:
    """Which message this one answers. Some versions leave `replyTo` empty and tell it in the hints."""
    context = context_in(data, hint)
    told = (section(payload, "replyTo").get("id"), context.get("stanzaId"), context.get("stanzaID"))
    return next((found.id for found in map(read_message_id, told) if found), None)


def _nothing_said(payload: Mapping[str, Any], data: Mapping[str, Any], hint: Hint) -> str:
    """Why this is no message at all, empty where it is one."""
    if payload.get("body") or has_file(payload) or hint.name or section(payload, "location"):
        return ""
    if payload.get("vCards") or hint.is_view_once:
        return ""
    if data.get("messageStubType") not in (None, 0, "", "UNKNOWN"):
        return "a notice of the phone, not a message"
    return ""
