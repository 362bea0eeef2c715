"""What happens to a message that was sent before: reactions, edits, deletions and votes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from parley.channels.gateways.neutral import (
    Kept,
    MessageEdit,
    MessageRevoke,
    NeutralEvent,
    PollVote,
    ReactionChange,
)
from parley.channels.gateways.untrusted import moment_or_now, section, text, word
from parley.channels.gateways.waha.engines import Hint, hint_in, text_in
from parley.channels.gateways.waha.ids import MessageKey, read_message_id
from parley.channels.gateways.waha.parties import Parties, parties_in

_REVOKES: Final = frozenset({"0", "REVOKE"})
_EDITS: Final = frozenset({"14", "MESSAGE_EDIT"})
_OF_GROUP: Final = "in a group, where Parley shows what was written and no more"


def read_reaction(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> list[NeutralEvent]:
    """An emoji at a message, or its end."""
    reaction = section(payload, "reaction")
    target = read_message_id(reaction.get("messageId"))
    if target is None:
        return [Kept(reason="a reaction to no message")]
    key = read_message_id(payload.get("id")) or target
    # The reaction's own id says who reacted; a bare one leaves the chat to the message's.
    key = MessageKey(id=key.id, chat=key.chat or target.chat, from_us=key.from_us)
    parties = parties_in(envelope, payload, key=key)
    if isinstance(parties, Kept):
        return [parties]
    if parties.group_id:
        return [Kept(reason=f"a reaction {_OF_GROUP}")]
    return [
        ReactionChange(
            target_id=target.id,
            at=moment_or_now(payload.get("timestamp"), envelope.get("timestamp")),
            counterpart=parties.counterpart,
            emoji=text(reaction.get("text")),
            from_us=parties.from_us,
        )
    ]


def read_edit(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> list[NeutralEvent]:
    """Another text for an earlier message. WEBJS gives the edit the message's own id."""
    key = read_message_id(payload.get("id"))
    if key is None:
        return [Kept(reason="an edit of no message")]
    parties = parties_in(envelope, payload, key=key)
    if isinstance(parties, Kept):
        return [parties]
    hint = hint_in(section(payload, "_data"))
    protocol = section(hint.message, "protocolMessage") if hint.message is not None else {}
    target = read_message_id(payload.get("editedMessageId")) or read_message_id(protocol.get("key")) or key
    body = payload.get("body")
    said = body if isinstance(body, str) else _edited_text(protocol) or text_in(hint)
    return [_edit(parties, target.id, said, _when(envelope, payload))]


def read_revoke(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> list[NeutralEvent]:
    """A message deleted for everyone. `before` may be null, and `after` the deletion's own message."""
    before, after = section(payload, "before"), section(payload, "after")
    hint = hint_in(section(after, "_data") or section(payload, "_data"))
    protocol = section(hint.message, "protocolMessage") if hint.message is not None else {}
    told = (payload.get("revokedMessageId"), before.get("id"), protocol.get("key"), after.get("id"))
    target = next((one for one in map(read_message_id, told) if one), None)
    if target is None:
        return [Kept(reason="a deletion of no message")]
    # Either says in which chat; the message itself is the better witness to whose it was.
    kept = Kept(reason="a deletion that does not say in which chat")
    for side in (before, after):
        key = read_message_id(side.get("id"))
        parties = parties_in(envelope, side, key=key) if key else kept
        if isinstance(parties, Parties):
            return [_revoke(parties, target.id, _when(envelope, after))]
        kept = parties if key and key.chat else kept
    return [kept]


def read_vote(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> list[NeutralEvent]:
    """The whole new choice of one person; nothing chosen takes the vote back."""
    return _vote(envelope, payload, is_readable=True)


def read_failed_vote(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> list[NeutralEvent]:
    """A vote that the gateway could not decrypt."""
    return _vote(envelope, payload, is_readable=False)


def changed_by_protocol(
    envelope: Mapping[str, Any],
    payload: Mapping[str, Any],
    *,
    key: MessageKey,
    parties: Parties,
    hint: Hint,
) -> NeutralEvent:
    """The edit or deletion that came in the form of a message, or the reason to pass over it."""
    if hint.name == "revoked":
        return _revoke(parties, key.id, _when(envelope, payload))
    if hint.name == "secretEncryptedMessage":
        return Kept(reason="an edit that the gateway could not decrypt")
    protocol = section(hint.message, "protocolMessage") if hint.message is not None else {}
    target, kind = read_message_id(protocol.get("key")), _protocol_type(protocol)
    if target is not None and kind in _REVOKES:
        return _revoke(parties, target.id, _when(envelope, payload))
    if target is not None and kind in _EDITS and (body := _edited_text(protocol)):
        return _edit(parties, target.id, body, _when(envelope, payload))
    return Kept(reason="the protocol's own message, or one that comes as an event of its own")


def _vote(
    envelope: Mapping[str, Any], payload: Mapping[str, Any], *, is_readable: bool
) -> list[NeutralEvent]:
    vote, poll = section(payload, "vote"), section(payload, "poll")
    target = read_message_id(poll.get("id"))
    if target is None:
        return [Kept(reason="a vote in no poll")]
    key = read_message_id(vote.get("id")) or MessageKey(id=target.id)
    key = MessageKey(id=key.id, chat=key.chat or target.chat, from_us=key.from_us)
    told = {**vote, "_data": section(payload, "_data")}
    parties = parties_in(envelope, told, key=key)
    if isinstance(parties, Kept):
        return [parties]
    if parties.group_id:
        return [Kept(reason=f"a vote {_OF_GROUP}")]
    chosen = vote.get("selectedOptions")
    options = tuple(one for one in chosen if isinstance(one, str)) if isinstance(chosen, list) else None
    return [
        PollVote(
            target_id=target.id,
            at=moment_or_now(vote.get("timestamp"), envelope.get("timestamp")),
            counterpart=parties.counterpart,
            options=options if is_readable else None,
            from_us=parties.from_us,
        )
    ]


def _edit(parties: Parties, target_id: str, body: str, at: datetime) -> MessageEdit:
    return MessageEdit(
        target_id=target_id,
        at=at,
        counterpart=parties.counterpart,
        body=body,
        from_us=parties.from_us,
        group_id=parties.group_id,
    )


def _revoke(parties: Parties, target_id: str, at: datetime) -> MessageRevoke:
    return MessageRevoke(
        target_id=target_id,
        at=at,
        counterpart=parties.counterpart,
        from_us=parties.from_us,
        group_id=parties.group_id,
    )


def _protocol_type(protocol: Mapping[str, Any]) -> str:
    return word(protocol.get("type")) or ""


def _edited_text(protocol: Mapping[str, Any]) -> str:
    edited = section(protocol, "editedMessage")
    return text_in(hint_in({"message": edited})) if edited else ""


def _when(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> datetime:
    """When it was told: the payload's own time may be that of the message which changed."""
    return moment_or_now(envelope.get("timestamp"), payload.get("timestamp"))
