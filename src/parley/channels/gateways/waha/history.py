"""What the phone remembers, in the form of the webhooks that would have told it.

GOWS and NOWEB answer for all chats at once; WEBJS and WPP are asked chat by chat, newest chats first. Pages
go by `offset`, which grows by `limit` even where fewer rows came, so only an empty page is the last one.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from parley.channels.gateways.gateway import HistoryPage
from parley.channels.gateways.neutral import BadPayload, Credentials, GatewayError, RawEvent
from parley.channels.gateways.untrusted import first_word, moment, section, word
from parley.channels.gateways.waha.api import ask, list_in, object_in, of_session, session_itself
from parley.channels.gateways.waha.engines import time_in
from parley.channels.gateways.waha.ids import chat_kind, read_message_id
from parley.channels.gateways.waha.inbound import raw_event
from parley.channels.gateways.waha.receipts import level_of
from parley.core.clock import now
from parley.core.http import HttpClient, Response

PAGE: Final = 50
CHATS: Final = 20
_WHOLE: Final = frozenset({"GOWS", "NOWEB"})
_FURTHEST: Final = 20_000
"""Rows of one list after which nobody goes on asking."""


class _Place(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far the reading came. `chats` are those still to read, of which the first stands at `offset`."""

    whole: bool = True
    offset: int = 0
    listed: int = 0
    chats: list[str] = field(default_factory=list)
    is_last_list: bool = False


@dataclass(frozen=True, slots=True)
class _Reading:
    """Whose history, and of which time. `me` is the session's own number as WAHA writes it."""

    http: HttpClient
    credentials: Credentials
    since: datetime
    until: datetime
    me: Mapping[str, Any]


async def read_history(
    http: HttpClient, credentials: Credentials, *, since: datetime, until: datetime, cursor: str
) -> HistoryPage:
    """A page of what was said between two times, ours and theirs. `cursor` '' begins."""
    session = object_in(await ask(http, credentials, "GET", session_itself(credentials)))
    reading = _Reading(http, credentials, since, until, section(session, "me"))
    place = _place_at(cursor) or _Place(whole=_engine(session) in _WHOLE)
    if place.whole:
        try:
            return await _page_of_all(reading, place)
        except GatewayError as error:
            if error.kind != "refused" or error.stops_channel or place.offset:
                raise
            place = _Place(whole=False)  # an engine that cannot answer for all chats
    if not place.chats:
        place = await _next_chats(reading, place)
    return await _page_of_chat(reading, place) if place.chats else HistoryPage(events=[])


async def _page_of_all(reading: _Reading, place: _Place) -> HistoryPage:
    rows = await _messages(reading, "all", place.offset)
    further = place.offset + PAGE
    is_done = not rows or further >= _FURTHEST
    cursor = "" if is_done else _written(_Place(whole=True, offset=further))
    return HistoryPage(events=_events(reading, rows), cursor=cursor)


async def _page_of_chat(reading: _Reading, place: _Place) -> HistoryPage:
    rows = await _messages(reading, place.chats[0], place.offset)
    further = place.offset + PAGE
    if rows and further < _FURTHEST:
        following = msgspec.structs.replace(place, offset=further)
    else:
        following = msgspec.structs.replace(place, offset=0, chats=place.chats[1:])
    is_done = not following.chats and following.is_last_list
    return HistoryPage(events=_events(reading, rows), cursor="" if is_done else _written(following))


async def _next_chats(reading: _Reading, place: _Place) -> _Place:
    """The next chats with something new. The list begins with the newest, so an old one ends it."""
    offset = place.listed
    while offset < _FURTHEST and not place.is_last_list:
        path = of_session(reading.credentials, "chats", "overview", limit=CHATS, offset=offset, merge=False)
        rows = _rows(await ask(reading.http, reading.credentials, "GET", path))
        offset += CHATS
        said = [(_chat_of(row), _last_said(row)) for row in rows]
        is_last = all(at is not None and at < reading.since for _, at in said)
        chats = [chat for chat, at in said if _is_talk(chat) and (at is None or at >= reading.since)]
        if chats or is_last:
            return _Place(whole=False, listed=offset, chats=chats, is_last_list=is_last)
    return _Place(whole=False)


async def _messages(reading: _Reading, chat: str, offset: int) -> list[Mapping[str, Any]]:
    """Rows of one list, oldest first, so that what comes meanwhile shifts nothing."""
    path = of_session(
        reading.credentials,
        "chats",
        chat,
        "messages",
        limit=PAGE,
        offset=offset,
        downloadMedia=False,
        merge=False,
        sortBy="timestamp",
        sortOrder="asc",
        filter__timestamp__gte=int(reading.since.timestamp()),
        filter__timestamp__lte=int(reading.until.timestamp()) + 1,
    )
    return _rows(await ask(reading.http, reading.credentials, "GET", path))


def _rows(answer: Response) -> list[Mapping[str, Any]]:
    if not answer.body.strip():
        # NOWEB without its store answers 200 and nothing, which must not pass for an empty history.
        raise GatewayError("refused", "This session keeps no messages.", code="store_off")
    return list_in(answer)


def _events(reading: _Reading, rows: list[Mapping[str, Any]]) -> list[RawEvent]:
    read_at = int(now().timestamp() * 1000)
    envelope = {"session": reading.credentials.external_id, "me": dict(reading.me), "timestamp": read_at}
    found: list[RawEvent] = []
    for row in rows:
        key = read_message_id(row.get("id"))
        at = moment(row.get("timestamp")) or time_in(section(row, "_data"))
        if key is None or not _is_talk(key.chat or word(row.get("from"))):
            continue
        if at is not None and not reading.since <= at <= reading.until:
            continue
        told = [("message.any", dict(row))]
        if key.from_us and level_of(row) not in {"", "0"}:
            told.append(("message.ack", _receipt(row)))
        with suppress(BadPayload):
            for name, payload in told:
                found.append(raw_event(envelope | {"event": name, "payload": payload, "history": True}))
    return found


def _receipt(row: Mapping[str, Any]) -> dict[str, Any]:
    """How far a message of ours got meanwhile. When is not told, so it counts from now."""
    return {name: row[name] for name in ("id", "from", "to", "fromMe", "ack", "ackName") if name in row}


def _engine(session: Mapping[str, Any]) -> str:
    return (first_word(section(session, "engine").get("engine"), session.get("engine")) or "").upper()


def _last_said(row: Mapping[str, Any]) -> datetime | None:
    message = section(row, "lastMessage")
    return moment(message.get("timestamp"), section(row, "_chat").get("conversationTimestamp")) or time_in(
        section(message, "_data")
    )


def _chat_of(row: Mapping[str, Any]) -> str:
    return word(row.get("id")) or word(section(row, "id").get("_serialized")) or ""


def _is_talk(chat: str | None) -> bool:
    return chat_kind(chat or "") in {"person", "group"}


def _place_at(cursor: str) -> _Place | None:
    if not cursor:
        return None
    try:
        return msgspec.json.decode(cursor, type=_Place)
    except msgspec.MsgspecError:
        raise GatewayError("refused", "This is no place in the history.", code="bad_cursor") from None


def _written(place: _Place) -> str:
    return json.dumps(msgspec.to_builtins(place), separators=(",", ":"))
