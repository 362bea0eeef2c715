"""The rows of a customer's past, as the engines and services would have left them behind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Manager, Model

from parley.channels.models import Channel
from parley.contacts.models import ConsentEvent, Contact, ContactIdentity
from parley.core.ids import new_id
from parley.messaging.models import (
    Conversation,
    MediaFile,
    Message,
    MessageStatusEvent,
    Reaction,
    SendAttempt,
)
from parley.messaging.services.sending import preview
from parley.operations.seed.people import consent_of, contact_of, identities_of
from parley.operations.seed.scripts import Customer, Entry, Talk

WINDOW = timedelta(hours=24)
_TICKS = (
    ("accepted", timedelta(seconds=1)),
    ("sent", timedelta(seconds=2)),
    ("delivered", timedelta(seconds=4)),
    ("read", timedelta(seconds=38)),
)
_TABLES: tuple[Manager[Any], ...] = (
    Contact.objects, ContactIdentity.objects, ConsentEvent.objects, MediaFile.objects, Conversation.objects,
    Message.objects, MessageStatusEvent.objects, SendAttempt.objects, Reaction.objects,
)  # fmt: skip
"""Each after what it refers to."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who and what the past is about; members and their whole names by first name, channels by key."""

    workspace_id: UUID
    now: datetime
    channels: dict[str, Channel]
    members: dict[str, UUID]
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Timed:
    """An entry with its time, and what the phones call it; `provider_id` None for what never left."""

    entry: Entry
    at: datetime
    provider_id: str | None = None
    file: MediaFile | None = None


@dataclass(slots=True)
class _Written:
    """A conversation in the making: the message of each entry, in order."""

    conversation: Conversation
    channel: Channel
    rows: list[Model]
    by_name: dict[str, Message]
    messages: list[Message] = field(default_factory=list)


def insert(customers: Iterable[list[Model]]) -> None:
    """Write them all, in the running transaction, one statement for each table."""
    by_model: dict[type[Model], list[Model]] = {table.model: [] for table in _TABLES}
    for rows in customers:
        for row in rows:
            by_model[type(row)].append(row)
    for table in _TABLES:
        table.bulk_create(by_model[table.model])


def rows_of(customer: Customer, talks: Sequence[tuple[Talk, list[Timed]]], *, cast: Cast) -> list[Model]:
    """Everything that is known of one customer."""
    contact = contact_of(customer, workspace_id=cast.workspace_id)
    rows: list[Model] = [contact, *identities_of(customer, contact)]
    by_name: dict[str, Message] = {}
    messages: list[Message] = []
    for talk, items in talks:
        written = _conversation(talk, items, contact=contact, cast=cast, by_name=by_name)
        rows += [written.conversation, *written.rows, *written.messages]
        messages += [message for message in written.messages if message.kind == "message"]
        contact.owner_id = written.conversation.assignee_id
    contact.created_at = messages[0].at
    contact.last_interaction_at = messages[-1].at
    contact.last_inbound_at = _last(messages, "inbound")
    contact.last_outbound_at = _last(messages, "outbound")
    if customer.has_agreed:
        contact.opted_in = True
        rows.append(consent_of(customer, contact))
    return rows


def _last(messages: Sequence[Message], direction: str) -> datetime | None:
    return max((message.at for message in messages if message.direction == direction), default=None)


def _conversation(
    talk: Talk, items: list[Timed], *, contact: Contact, cast: Cast, by_name: dict[str, Message]
) -> _Written:
    channel = cast.channels[talk.channel]
    conversation = Conversation(
        id=new_id(),
        workspace_id=cast.workspace_id,
        contact_id=contact.id,
        channel_id=channel.id,
        created_at=items[0].at,
        assignee_id=cast.members[talk.assignee] if talk.assignee else None,
        unread_count=talk.unread,
        status="closed" if talk.is_closed else "open",
        closed_at=items[-1].at if talk.is_closed else None,
    )
    written = _Written(conversation, channel, [], by_name)
    for item in items:
        _write(item, written, cast=cast)
    _summarise(written, talk)
    return written


def _summarise(written: _Written, talk: Talk) -> None:
    """What the list shows of it."""
    conversation = written.conversation
    shown = [
        message for message in written.messages if message.kind == "message" and message.type != "reaction"
    ]
    inbound = [message.at for message in shown if message.direction == "inbound"]
    outbound = [message.at for message in shown if message.direction == "outbound"]
    last = shown[-1]
    waiting = [at for at in inbound if not outbound or at > outbound[-1]]
    conversation.last_message = preview(last.body or (last.media.filename if last.media else ""))
    conversation.last_message_type = last.type
    conversation.last_message_from_us = last.direction == "outbound"
    conversation.last_message_ref = last.id
    conversation.last_message_at = last.at
    conversation.last_inbound_at = inbound[-1] if inbound else None
    conversation.first_reply_at = outbound[0] if outbound else None
    conversation.waiting_since = waiting[0] if waiting and not talk.is_closed else None
    if written.channel.has_window and inbound:
        conversation.window_expires_at = inbound[-1] + WINDOW


def _write(item: Timed, written: _Written, *, cast: Cast) -> None:
    entry, conversation = item.entry, written.conversation
    quoted = written.by_name[entry.quotes] if entry.quotes else None
    is_ours = entry.side != "customer"
    message = Message(
        id=new_id(),
        workspace_id=cast.workspace_id,
        conversation_id=conversation.id,
        channel_id=conversation.channel_id,
        contact_id=conversation.contact_id,
        created_at=item.at,
        direction="outbound" if is_ours else "inbound",
        kind={"note": "note", "activity": "activity"}.get(entry.side, "message"),
        type="system" if entry.side == "activity" else entry.type,
        body="" if entry.side == "activity" else entry.text,
        content=_content(entry, cast=cast),
        media=item.file,
        reply_to=quoted.id if quoted else None,
        reply_to_provider_id=(quoted.provider_message_id or "") if quoted else "",
        author_id=cast.members[entry.author] if entry.author else None,
        provider_message_id=item.provider_id,
        status={"customer": "received", "shop": entry.status}.get(entry.side, "sent"),
        at=item.at,
    )
    if item.file is not None:
        written.rows.append(item.file)
    if entry.name:
        written.by_name[entry.name] = message
    written.messages.append(message)
    if entry.side == "shop":
        _follow(message, entry, written, cast=cast)
    if entry.reaction:
        _react(message, item, written, cast=cast)


def _content(entry: Entry, *, cast: Cast) -> dict[str, Any]:
    if entry.side == "activity":
        to = entry.letter.get("to") or entry.author
        return {"what": entry.text, "name": cast.names[to]} if entry.text != "closed" else {"what": "closed"}
    return {"location": entry.letter["location"]} if entry.type == "location" else {}


def _follow(message: Message, entry: Entry, written: _Written, *, cast: Cast) -> None:
    """The attempt to send it, and the ticks that came back."""
    message.attempts = 1
    message.error_message = entry.error
    is_uncertain = entry.status == "uncertain"
    written.rows.append(_attempt(message, cast=cast, doubt=entry.error if is_uncertain else None))
    if is_uncertain:
        return
    names = [status for status, _ in _TICKS]
    reached = [*names[: names.index(entry.status) + 1]] if entry.status in names else ["accepted", "failed"]
    for status in reached:
        at = min(cast.now, message.at + dict(_TICKS).get(status, timedelta(seconds=3)))
        setattr(message, f"{status}_at", at)
        written.rows.append(
            MessageStatusEvent(
                id=new_id(),
                workspace_id=cast.workspace_id,
                channel_id=message.channel_id,
                message_id=message.id,
                provider_message_id=message.provider_message_id or "",
                status=status,
                at=at,
                error_message=entry.error if status == "failed" else "",
            )
        )


def _attempt(message: Message, *, cast: Cast, doubt: str | None = None) -> SendAttempt:
    """The try that the ledger has of it; with `doubt`, why nobody knows how it ended."""
    return SendAttempt(
        id=new_id(),
        workspace_id=cast.workspace_id,
        message_id=message.id,
        attempt=1,
        claimed_by=cast.workspace_id,
        fence=0,
        started_at=message.at,
        finished_at=message.at + _TICKS[0][1],
        outcome="accepted" if doubt is None else "uncertain",
        http_status=200 if doubt is None else None,
        detail=doubt or "",
    )


def _react(message: Message, item: Timed, written: _Written, *, cast: Cast) -> None:
    """What the other side shows on it. Ours is a message too, as it had to be sent."""
    is_ours = message.direction == "inbound"
    at = min(cast.now, item.at + timedelta(seconds=50))
    author = written.conversation.assignee_id if is_ours else None
    written.rows.append(
        Reaction(
            id=new_id(),
            workspace_id=cast.workspace_id,
            message_id=message.id,
            from_us=is_ours,
            author_id=author,
            emoji=item.entry.reaction,
            at=at,
        )
    )
    if is_ours:
        sent = Message(
            id=new_id(),
            workspace_id=cast.workspace_id,
            conversation_id=message.conversation_id,
            channel_id=message.channel_id,
            contact_id=message.contact_id,
            created_at=at,
            direction="outbound",
            type="reaction",
            body=item.entry.reaction,
            content={"emoji": item.entry.reaction, "target": str(message.id)},
            author_id=author,
            status="sent",
            accepted_at=at,
            sent_at=at,
            attempts=1,
            at=at,
        )
        written.messages.append(sent)
        written.rows.append(_attempt(sent, cast=cast))
