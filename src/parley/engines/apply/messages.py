"""Messages into threads. One that is there already changes nothing; an echo of our own is its answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from parley.channels.gateways.neutral import InboundMessage, StatusChange
from parley.engines.announcing import Fact
from parley.engines.apply.batch import Batch, Placed, address_key, sql
from parley.engines.apply.conversations import place, touch_conversations
from parley.engines.apply.files import add_media, content_of
from parley.engines.apply.people import find_people, resolve_people
from parley.engines.apply.placeholders import fill_placeholders

_ID_TAKEN = "Its id is that of a message in another chat."
_NOBODY = "It names nobody who said it."
_CLOCKS_APART = timedelta(minutes=2)
"""By how much a provider's clock may be behind ours."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What the messages of a batch brought about.

    `answers` is what echoes say about messages that we sent ourselves; `added` are the provider's ids of what
    is there now and was not before, `outbound` those of them that our own side wrote.
    """

    answers: list[StatusChange]
    added: list[str]
    outbound: list[UUID]


@dataclass(frozen=True, slots=True)
class _Known:
    by_provider_id: dict[str, dict[str, Any]]
    by_client_ref: dict[str, dict[str, Any]]

    def of(self, message: InboundMessage) -> dict[str, Any] | None:
        found = self.by_provider_id.get(message.provider_message_id)
        return found or self.by_client_ref.get(message.client_ref or "")

    def is_sent_here(self, message: InboundMessage) -> bool:
        """Whether it is one that Parley sent, as opposed to one written on the phone and told again."""
        found = self.of(message)
        return found is not None and not found["is_echo"]


async def apply_messages(batch: Batch, messages: list[InboundMessage]) -> Applied:
    """Add the messages that are new."""
    if not messages:
        return Applied([], [], [])
    known = await _known(batch, messages)
    fresh: dict[str, InboundMessage] = {}
    for message in messages:
        if known.of(message) is None:
            fresh.setdefault(message.provider_message_id, message)
    repeats = [m for m in messages if fresh.get(m.provider_message_id) is not m]
    await _turn_down_strangers(batch, repeats, known, fresh)
    contacts = await resolve_people(batch, [m.counterpart for m in fresh.values()])
    new = [m for m in fresh.values() if address_key(m.counterpart) in contacts]
    for message in fresh.values():
        if address_key(message.counterpart) not in contacts:
            batch.turn_down(message, _NOBODY)
    answers = await _adopt_echoes(batch, new, contacts)
    adopted = {answer.provider_message_id for answer in answers}
    placed = await _add(batch, [m for m in new if m.provider_message_id not in adopted], contacts)
    await fill_placeholders(batch, repeats)
    echoes = [m for m in repeats if m.from_us and known.is_sent_here(m)]
    return Applied(
        [*answers, *(_accepted(echo) for echo in echoes)],
        [item.message.provider_message_id for item in placed],
        [item.id for item in placed if item.message.from_us],
    )


async def _known(batch: Batch, messages: list[InboundMessage]) -> _Known:
    rows = await batch.rows(
        sql("known_messages"),
        provider_id=sorted({m.provider_message_id for m in messages}),
        client_ref=sorted({m.client_ref for m in messages if m.client_ref}),
    )
    return _Known(
        by_provider_id={row["provider_message_id"]: row for row in rows if row["provider_message_id"]},
        by_client_ref={row["client_ref"]: row for row in rows if row["client_ref"]},
    )


async def _turn_down_strangers(
    batch: Batch, repeats: Sequence[InboundMessage], known: _Known, fresh: dict[str, InboundMessage]
) -> None:
    """What only has the id of another chat's message is no repeat of it. It is parked, where it is seen.

    Some providers' ids are made by the writer's phone and are unique within a chat only, but nothing else
    names a message in statuses and reactions: there can be one of each on a number.
    """
    said = [m for m in repeats if not m.from_us]
    if not said:
        return
    contacts = await find_people(batch, [m.counterpart for m in said])
    for message in said:
        there = known.of(message)
        if there is not None:
            contact = contacts.get(address_key(message.counterpart))
            is_other = there["direction"] != "inbound" or not _may_be(message, contact, there)
        else:
            first = fresh[message.provider_message_id]
            is_other = first.from_us or address_key(first.counterpart) != address_key(message.counterpart)
        if is_other:
            batch.turn_down(message, _ID_TAKEN)


def _may_be(message: InboundMessage, contact: UUID | None, there: dict[str, Any]) -> bool:
    """Whether the message may be from the contact of a known one: an id told first here proves nothing."""
    if contact is not None:
        return bool(contact == there["contact_id"])
    return not message.counterpart.wa_id or there["from_address"] in {"", message.counterpart.wa_id}


async def _adopt_echoes(
    batch: Batch, messages: list[InboundMessage], contacts: dict[str, UUID]
) -> list[StatusChange]:
    """An echo under an id we never saw may be the answer that got lost: same person, kind and words.

    Only what is on its way or uncertain is considered, oldest first, each once; and nothing that was not
    there yet when the echo was written.
    """
    echoes = [m for m in messages if m.from_us and m.type != "system" and not m.is_history]
    if not echoes:
        return []
    rows = await batch.rows(
        sql("unanswered_sends"),
        contact_id=sorted({contacts[address_key(echo.counterpart)] for echo in echoes}),
    )
    waiting: dict[tuple[UUID, str, str], list[dict[str, Any]]] = {}
    for row in rows:
        waiting.setdefault((row["contact_id"], row["type"], row["body"]), []).append(row)
    pairs: dict[UUID, InboundMessage] = {}
    for echo in sorted(echoes, key=lambda echo: echo.at):
        alike = waiting.get((contacts[address_key(echo.counterpart)], echo.type, echo.body), [])
        if alike and alike[0]["created_at"] <= echo.at + _CLOCKS_APART:
            pairs[alike.pop(0)["id"]] = echo
    if pairs:
        await batch.rows(
            sql("adopt_echo"),
            id=list(pairs),
            provider_message_id=[echo.provider_message_id for echo in pairs.values()],
        )
    return [_accepted(echo) for echo in pairs.values()]


def _accepted(echo: InboundMessage) -> StatusChange:
    return StatusChange(
        provider_message_id=echo.provider_message_id, kind="accepted", at=echo.at, client_ref=echo.client_ref
    )


async def _add(batch: Batch, messages: list[InboundMessage], contacts: dict[str, UUID]) -> list[Placed]:
    if not messages:
        return []
    placed = await place(batch, messages, contacts)
    media = await add_media(batch, placed)
    await batch.rows(sql("add_messages"), **_columns(placed, media))
    await touch_conversations(batch, placed)
    batch.facts += [_fact(item) for item in placed]
    return placed


def _fact(item: Placed) -> Fact:
    data: dict[str, object] = {
        "conversation_id": item.conversation_id,
        "contact_id": item.contact_id,
        "type": item.message.type,
    }
    call = item.message.content.get("call")
    if item.message.is_history:
        kind = "message.recovered"
    elif item.message.type == "system" and isinstance(call, dict):
        kind, data["phase"] = "call.received", call["phase"]
    else:
        kind = "message.echoed" if item.message.from_us else "message.received"
    return Fact(kind, "message", item.id, data, ("inbox", f"conversation:{item.conversation_id}"))


def _columns(placed: list[Placed], media: dict[UUID, UUID]) -> dict[str, list[object]]:
    return {
        "id": [item.id for item in placed],
        "conversation_id": [item.conversation_id for item in placed],
        "contact_id": [item.contact_id for item in placed],
        "direction": ["outbound" if item.message.from_us else "inbound" for item in placed],
        "type": [item.message.type for item in placed],
        "body": [item.message.body for item in placed],
        "content": [content_of(item.message) for item in placed],
        "media_id": [media.get(item.id) for item in placed],
        "quoted": [item.message.quoted_id or "" for item in placed],
        "provider_message_id": [item.message.provider_message_id for item in placed],
        "from_address": [item.message.counterpart.wa_id or "" for item in placed],
        "status": ["accepted" if item.message.from_us else "received" for item in placed],
        "at": [item.message.at for item in placed],
        "metadata": ['{"echo":true}' if item.message.from_us else "{}" for item in placed],
        "recovered": [item.message.is_history for item in placed],
    }
