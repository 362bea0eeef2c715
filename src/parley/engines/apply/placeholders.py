"""Files of a phone's memory: told first as a place where one is, and later, if at all, with the file."""

from collections.abc import Sequence

from parley.channels.gateways.neutral import InboundMessage
from parley.engines.announcing import Fact
from parley.engines.apply.batch import Batch, Placed, sql
from parley.engines.apply.files import add_media, content_of


async def fill_placeholders(batch: Batch, repeats: Sequence[InboundMessage]) -> None:
    """Put the files among the repeats where their messages wait for them."""
    files = {m.provider_message_id: m for m in repeats if m.is_history and m.media is not None}
    if not files:
        return
    rows = await batch.rows(sql("empty_placeholders", "history"), provider_id=sorted(files))
    waiting = [
        Placed(row["id"], files[row["provider_message_id"]], row["contact_id"], row["conversation_id"])
        for row in rows
    ]
    if not waiting:
        return
    media = await add_media(batch, waiting)
    await batch.rows(
        sql("fill_placeholders", "history"),
        id=[item.id for item in waiting],
        type=[item.message.type for item in waiting],
        body=[item.message.body for item in waiting],
        content=[content_of(item.message) for item in waiting],
        media_id=[media[item.id] for item in waiting],
    )
    batch.facts += [
        Fact(
            "message.recovered",
            "message",
            item.id,
            {
                "conversation_id": item.conversation_id,
                "contact_id": item.contact_id,
                "type": item.message.type,
            },
            (f"conversation:{item.conversation_id}",),
        )
        for item in waiting
    ]
