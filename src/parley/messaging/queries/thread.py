"""One conversation as it is read: its newest bubbles, earlier pages, and a single bubble."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from parley.access.doors import Member
from parley.channels.gateways import gateway_for
from parley.core.clock import now
from parley.core.errors import NotFound
from parley.core.rows import fetched
from parley.core.sql import statement
from parley.messaging.queries.activities import activity_text
from parley.messaging.queries.cursors import Cursor, decode, encode
from parley.messaging.queries.grouping import arranged
from parley.messaging.queries.inbox import inbox_row
from parley.messaging.screens import Bubble, ConversationRow, Media, Quote, Reaction, Thread, Vote
from parley.messaging.services.gate import lock_for

PAGE_SIZE: Final = 50
REFRESH_LIMIT: Final = 500
"""Entries that one refresh draws: a screen holds its first page and what came since."""
RINGING: Final = timedelta(minutes=2)
"""How long a phone rings at most: not every provider says that nobody answered."""

_ORDER: Final = "thread"
_END: Final = Cursor(
    order=_ORDER,
    phase=0,
    key=datetime(9999, 1, 1, tzinfo=UTC),
    id=UUID(int=2**128 - 1),
    as_of=datetime(9999, 1, 1, tzinfo=UTC),
)


def thread_of(member: Member, conversation_id: UUID, *, before: str = "") -> Thread:
    """The conversation with its newest 50 entries, or the 50 before the place where a page ended.

    Four statements. Raises `NotFound`, and `Invalid` for a broken cursor.
    """
    place = decode(before, order=_ORDER) if before else _END
    row, channel_status = inbox_row(member, conversation_id)
    found = fetched(
        f"WITH entries AS ({_sql('entries_before')}) {_sql('bubbles')}",
        {
            "workspace_id": member.workspace_id,
            "conversation_id": conversation_id,
            "at": place.key,
            "id": place.id,
            "limit": PAGE_SIZE + 1,
        },
    )
    has_earlier = len(found) > PAGE_SIZE
    bubbles = _dressed(member, row, found, shown=found[:PAGE_SIZE], unread=0 if before else row.unread_count)
    return Thread(
        row=row,
        channel_status=channel_status,
        bubbles=bubbles,
        earlier_cursor=_word(bubbles[0]) if has_earlier else "",
        lock=lock_for(member, conversation_id),
        abilities=gateway_for(row.provider).abilities,
    )


def thread_since(member: Member, conversation_id: UUID, *, since: UUID) -> Thread:
    """The conversation with all from the entry `since` on; the newest 50 where that is not in it."""
    row, channel_status = inbox_row(member, conversation_id)
    found = fetched(
        f"WITH entries AS ({_sql('entries_since')}) {_sql('bubbles')}",
        {
            "workspace_id": member.workspace_id,
            "conversation_id": conversation_id,
            "id": since,
            "limit": REFRESH_LIMIT,
        },
    )
    if not found:
        return thread_of(member, conversation_id)
    shown = found if found[-1]["id"] == since else found[:-1]
    return Thread(
        row=row,
        channel_status=channel_status,
        bubbles=_dressed(member, row, found, shown=shown, unread=row.unread_count),
        earlier_cursor="",
        lock=lock_for(member, conversation_id),
        abilities=gateway_for(row.provider).abilities,
    )


def bubble_of(member: Member, message_id: UUID) -> Bubble:
    """One entry as it stands in its thread. Raises `NotFound`."""
    found = fetched(
        f"WITH entries AS ({_sql('entry')}) {_sql('bubbles')}",
        {"workspace_id": member.workspace_id, "id": message_id},
    )
    if not found:
        raise NotFound
    row, _status = inbox_row(member, found[0]["conversation_id"])
    return _dressed(member, row, found, shown=found[:1], unread=0)[0]


def _dressed(
    member: Member,
    row: ConversationRow,
    found: list[dict[str, Any]],
    *,
    shown: list[dict[str, Any]],
    unread: int,
) -> list[Bubble]:
    """The shown ones as bubbles, oldest first. Rows come newest first; one not shown stands above."""
    reactions = _reactions(member, row, [values["id"] for values in shown])
    bubbles = [_bubble(member, row, values, reactions.get(values["id"], [])) for values in reversed(shown)]
    before = _bubble(member, row, found[len(shown)], []) if len(found) > len(shown) else None
    return arranged(bubbles, zone=ZoneInfo(member.timezone), before=before, unread=unread)


def _reactions(member: Member, row: ConversationRow, ids: list[UUID]) -> dict[UUID, list[Reaction]]:
    if not ids:
        return {}
    found: dict[UUID, list[Reaction]] = {}
    for values in fetched(_sql("reactions"), {"workspace_id": member.workspace_id, "ids": ids}):
        author = values["author"] if values["from_us"] else row.name
        reaction = Reaction(emoji=values["emoji"], author=author, from_us=values["from_us"])
        found.setdefault(values["message_id"], []).append(reaction)
    return found


def _bubble(
    member: Member, row: ConversationRow, values: dict[str, Any], reactions: list[Reaction]
) -> Bubble:
    content = _settled(json.loads(values["content"]), at=values["at"])
    is_inbound = values["direction"] == "inbound"
    body = values["body"]
    if values["kind"] == "activity":
        body = activity_text(content, author=values["author"])
    return Bubble(
        id=values["id"],
        client_id=values["client_id"],
        kind=values["kind"],
        direction=values["direction"],
        type=values["type"],
        body=body,
        status=values["status"],
        at=values["at"],
        author=row.name if is_inbound else values["author"],
        accepted_at=values["accepted_at"],
        sent_at=values["sent_at"],
        delivered_at=values["delivered_at"],
        read_at=values["read_at"],
        error_message=values["error_message"],
        media=_media(member, values),
        quote=_quote(row, values),
        reactions=reactions,
        content=content,
        edited_at=values["edited_at"],
        revoked_at=values["revoked_at"],
        earlier_texts=_listed(values["earlier_texts"]),
        votes=[Vote(vote["from_us"], vote["options"]) for vote in _listed(values["votes"])],
        is_recovered=values["recovered"],
    )


def _settled(content: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """A call that was missed stays so, also when it ended; one that nobody took in time was missed."""
    call = content.get("call")
    if isinstance(call, dict) and (
        call.get("missed") or (call.get("phase") == "ringing" and now() - at > RINGING)
    ):
        return content | {"call": call | {"phase": "missed"}}
    return content


def _listed(value: Any) -> list[Any]:
    """A JSON array, which the driver hands over as text; nothing where there is none."""
    return json.loads(value) if isinstance(value, str) else value or []


def _media(member: Member, values: dict[str, Any]) -> Media | None:
    if values["media_id"] is None:
        return None
    is_stored = values["media_state"] == "stored"
    return Media(
        id=values["media_id"],
        state=values["media_state"],
        url=reverse("media", args=[member.workspace_slug, values["media_id"]]) if is_stored else "",
        mime_type=values["mime_type"],
        filename=values["filename"],
        byte_size=values["byte_size"] or 0,
        width=values["width"],
        height=values["height"],
        duration=values["duration"],
    )


def _quote(row: ConversationRow, values: dict[str, Any]) -> Quote | None:
    if values["quoted_type"] is not None:
        return Quote(
            message_id=values["reply_to"],
            author=row.name if values["quoted_direction"] == "inbound" else _("You"),
            text=values["quoted_body"] or values["quoted_filename"] or "",
            type=values["quoted_type"],
        )
    if values["reply_to_provider_id"]:
        # Written before this number was connected, or gone by now.
        return Quote(message_id=None, author="", text=_("An earlier message"), type="text")
    return None


def _word(bubble: Bubble) -> str:
    return encode(Cursor(_ORDER, 0, bubble.at, bubble.id, bubble.at))


def _sql(key: str) -> str:
    return statement("parley.messaging", "thread", key)
