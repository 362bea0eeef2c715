"""What a message holds beside its text: files that are still with the provider, and the neutral rest."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from parley.channels.gateways.neutral import InboundMessage
from parley.core.ids import new_id
from parley.engines.apply.batch import Batch, Placed, as_json, sql


async def add_media(batch: Batch, placed: Sequence[Placed]) -> dict[UUID, UUID]:
    """The files of the messages, still with the provider, and a job each that fetches them."""
    files = {item.id: (new_id(), item.message.media) for item in placed if item.message.media is not None}
    if not files:
        return {}
    refs = [(media_id, media) for media_id, media in files.values() if media is not None]
    await batch.rows(
        sql("add_media"),
        id=[media_id for media_id, _ in refs],
        state=["pending" for _ in refs],
        mime_type=[media.mime_type for _, media in refs],
        filename=[media.filename or "" for _, media in refs],
        byte_size=[media.byte_size for _, media in refs],
        reference=[as_json(media) for _, media in refs],
        error=[media.error or "" for _, media in refs],
    )
    await batch.rows(sql("fetch_media"), id=[media_id for media_id, _ in refs])
    return {message_id: media_id for message_id, (media_id, _) in files.items()}


def content_of(message: InboundMessage) -> str:
    """The neutral rest of a message as it is stored, with its place and whether it was passed on."""
    if message.location is None and not message.forwarded:
        return as_json(message.content) if message.content else "{}"
    content = dict(message.content)
    if message.location is not None:
        content["location"] = msgspec.to_builtins(message.location)
    if message.forwarded:
        content["forwarded"] = True
    return as_json(content)
