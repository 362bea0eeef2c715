"""Messages into threads. One that is there already changes nothing; an echo of our own is its answer."""

import json
from dataclasses import dataclass
from uuid import UUID

import msgspec

from parley.channels.gateways.neutral import InboundMessage, StatusChange
from parley.core.ids import new_id
from parley.engines.announcing import Fact
from parley.engines.apply.batch import Batch, Placed, address_key, sql
from parley.engines.apply.conversations import open_conversations, touch_conversations
from parley.engines.apply.people import resolve_people


@dataclass(frozen=True, slots=True)
class _Known:
    by_provider_id: dict[str, UUID]
    by_client_ref: dict[str, UUID]

    def of(self, message: InboundMessage) -> UUID | None:
        found = self.by_provider_id.get(message.provider_message_id)
        return found or self.by_client_ref.get(message.client_ref or "")


async def apply_messages(batch: Batch, messages: list[InboundMessage]) -> list[StatusChange]:
    """Add the messages that are new. Returns what echoes say about messages that we sent ourselves."""
    known = await _known(batch, messages)
    echoes = [m for m in messages if m.from_us and known.of(m) is not None]
    fresh: dict[str, InboundMessage] = {}
    for message in messages:
        if known.of(message) is None:
            fresh.setdefault(message.provider_message_id, message)
    contacts = await resolve_people(batch, [m.counterpart for m in fresh.values()])
    new = [m for m in fresh.values() if address_key(m.counterpart) in contacts]
    answers = await _adopt_echoes(batch, new, contacts)
    adopted = {answer.provider_message_id for answer in answers}
    await _add(batch, [m for m in new if m.provider_message_id not in adopted], contacts)
    return [*answers, *(_accepted(echo) for echo in echoes)]


async def _known(batch: Batch, messages: list[InboundMessage]) -> _Known:
    cursor = await batch.connection.execute(
        sql("known_messages"),
        {
            **batch.parameters,
            "provider_id": [m.provider_message_id for m in messages],
            "client_ref": [m.client_ref for m in messages if m.client_ref],
        },
    )
    rows = await cursor.fetchall()
    return _Known(
        by_provider_id={row["provider_message_id"]: row["id"] for row in rows if row["provider_message_id"]},
        by_client_ref={row["client_ref"]: row["id"] for row in rows if row["client_ref"]},
    )


async def _adopt_echoes(
    batch: Batch, messages: list[InboundMessage], contacts: dict[str, UUID]
) -> list[StatusChange]:
    """An echo under an id we never saw may be the answer that got lost: same person, kind and words.

    Only what is on its way or uncertain is considered, oldest first, each once.
    """
    echoes = [m for m in messages if m.from_us]
    if not echoes:
        return []
    cursor = await batch.connection.execute(
        sql("unanswered_sends"),
        {**batch.parameters, "contact_id": [contacts[address_key(m.counterpart)] for m in echoes]},
    )
    waiting = {
        (row["contact_id"], row["type"], row["body"]): row["id"] for row in reversed(await cursor.fetchall())
    }
    pairs: dict[UUID, InboundMessage] = {}
    for echo in echoes:
        found = waiting.pop((contacts[address_key(echo.counterpart)], echo.type, echo.body), None)
        if found is not None:
            pairs[found] = echo
    await batch.connection.execute(
        sql("adopt_echo"),
        {
            **batch.parameters,
            "id": list(pairs),
            "provider_message_id": [echo.provider_message_id for echo in pairs.values()],
        },
    )
    return [_accepted(echo) for echo in pairs.values()]


def _accepted(echo: InboundMessage) -> StatusChange:
    return StatusChange(
        provider_message_id=echo.provider_message_id, kind="accepted", at=echo.at, client_ref=echo.client_ref
    )


async def _add(batch: Batch, messages: list[InboundMessage], contacts: dict[str, UUID]) -> None:
    if not messages:
        return
    first_at = {contacts[address_key(m.counterpart)]: m.at for m in reversed(messages)}
    conversations = await open_conversations(batch, first_at)
    placed = [
        Placed(new_id(), m, contact, conversations[contact])
        for m in messages
        for contact in (contacts[address_key(m.counterpart)],)
    ]
    media = await _add_media(batch, placed)
    columns = _columns(placed, media)
    await batch.connection.execute(sql("add_messages"), {**batch.parameters, **columns})
    await touch_conversations(batch, placed)
    batch.facts += [
        Fact(
            "message.echoed" if item.message.from_us else "message.received",
            "message",
            item.id,
            {
                "conversation_id": item.conversation_id,
                "contact_id": item.contact_id,
                "type": item.message.type,
            },
            ("inbox", f"conversation:{item.conversation_id}"),
        )
        for item in placed
    ]


def _columns(placed: list[Placed], media: dict[UUID, UUID]) -> dict[str, list[object]]:
    return {
        "id": [item.id for item in placed],
        "conversation_id": [item.conversation_id for item in placed],
        "contact_id": [item.contact_id for item in placed],
        "direction": ["outbound" if item.message.from_us else "inbound" for item in placed],
        "type": [item.message.type for item in placed],
        "body": [item.message.body for item in placed],
        "content": [_content(item.message) for item in placed],
        "media_id": [media.get(item.id) for item in placed],
        "quoted": [item.message.quoted_id or "" for item in placed],
        "provider_message_id": [item.message.provider_message_id for item in placed],
        "from_address": [item.message.counterpart.wa_id or "" for item in placed],
        "status": ["accepted" if item.message.from_us else "received" for item in placed],
        "at": [item.message.at for item in placed],
        "metadata": ['{"echo":true}' if item.message.from_us else "{}" for item in placed],
    }


async def _add_media(batch: Batch, placed: list[Placed]) -> dict[UUID, UUID]:
    """The files of the messages, still with the provider, and a job each that fetches them."""
    files = {item.id: (new_id(), item.message.media) for item in placed if item.message.media is not None}
    if not files:
        return {}
    refs = [(media_id, media) for media_id, media in files.values() if media is not None]
    await batch.connection.execute(
        sql("add_media"),
        {
            **batch.parameters,
            "id": [media_id for media_id, _ in refs],
            "state": ["pending" for _ in refs],
            "mime_type": [media.mime_type for _, media in refs],
            "filename": [media.filename or "" for _, media in refs],
            "byte_size": [media.byte_size for _, media in refs],
            "reference": [json.dumps(msgspec.to_builtins(media)) for _, media in refs],
            "error": [media.error or "" for _, media in refs],
        },
    )
    await batch.connection.execute(
        sql("fetch_media"), {**batch.parameters, "id": [media_id for media_id, _ in refs]}
    )
    return {message_id: media_id for message_id, (media_id, _) in files.items()}


def _content(message: InboundMessage) -> str:
    content = dict(message.content)
    if message.location is not None:
        content["location"] = msgspec.to_builtins(message.location)
    if message.forwarded:
        content["forwarded"] = True
    return json.dumps(content)
