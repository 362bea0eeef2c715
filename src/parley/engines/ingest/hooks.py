"""The webhook door: `/hooks/<token>`. Size, channel, signature, split, keep; then 200, and never before.

The signature is checked over the raw bytes before anything of them is read, and fails closed.
"""

import asyncio
import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import parse_qsl

import structlog
from prometheus_client import Counter

from parley.channels.gateways import gateway_for
from parley.channels.gateways.kept import EventRow, KnownChannel, kept_headers, row_for
from parley.channels.gateways.neutral import BadPayload, BadSignature, RawEvent
from parley.core.crypto import CannotDecrypt
from parley.core.environment import Environment
from parley.engines.asgi import (
    BodyTooLarge,
    ClientGone,
    Message,
    Receive,
    Scope,
    Send,
    answer,
    headers_of,
    read_body,
    refuse,
)
from parley.engines.database import DATABASE_AWAY
from parley.engines.ingest.directory import Directory
from parley.engines.ingest.group_commit import GroupCommit
from parley.engines.ingest.room import Overloaded, Room
from parley.engines.measures import webhooks_answered, webhooks_events

log = structlog.get_logger(__name__)

PREFIX = "/hooks/"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST_BYTES = 64 * 1024 * 1024
"""Of bodies, from their first byte to their answer. What is made of one in between is about as much again."""
_WHOLE_SECONDS = 30.0
_AT_ONCE = 500
_JSON = [(b"content-type", b"application/json")]
_ANSWERED = webhooks_answered.labels("200")
_ONE_NEW = b'{"received":1,"new":1}'


class _Refusal(Exception):
    """What the caller is told instead of 200."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers


class Hooks:
    """Answers one webhook request."""

    def __init__(self, environment: Environment, directory: Directory, commit: GroupCommit) -> None:
        self._limit = environment.webhook_max_bytes
        self._directory = directory
        self._commit = commit
        self._room = Room(max(_MOST_BYTES, 4 * self._limit))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._answer(scope, receive, send)
        except ClientGone:
            webhooks_answered.labels("gone").inc()
        except _Refusal as refusal:
            await self._refuse(send, refusal)
        except Overloaded:
            message = "Too much at once. Nothing was kept: send this again."
            await self._refuse(send, _Refusal(503, "overloaded", message, **{"retry-after": "2"}))
        except DATABASE_AWAY:
            message = "The database is away. Nothing was kept: send this again."
            await self._refuse(send, _Refusal(503, "unavailable", message, **{"retry-after": "2"}))
        except CannotDecrypt as error:
            log.error("webhook.secret_shut", reason=str(error))
            message = "The secret of this channel does not open here. Nothing was kept: send this again."
            await self._refuse(send, _Refusal(503, "secret_shut", message, **{"retry-after": "60"}))
        except Exception:
            log.exception("webhook.failed")
            message = "Something went wrong here. Nothing is promised to be kept: send this again."
            await self._refuse(send, _Refusal(503, "failed", message, **{"retry-after": "10"}))

    async def _refuse(self, send: Send, refusal: _Refusal) -> None:
        webhooks_answered.labels(str(refusal.status)).inc()
        await refuse(send, refusal.status, refusal.code, refusal.message, headers=refusal.headers)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = scope["path"].removeprefix(PREFIX).strip("/")
        channel = await self._directory.by_token(token) if _TOKEN.fullmatch(token) else None
        if channel is None:
            message = "No channel has this webhook address. Copy it from the channel's page."
            raise _Refusal(404, "not_found", message)
        if scope["method"] == "GET":
            await self._handshake(scope, channel, send)
        elif scope["method"] == "POST":
            await self._take(scope, channel, receive, send)
        else:
            raise _Refusal(405, "method", "A webhook is a POST.", allow="GET, POST")

    async def _handshake(self, scope: Scope, channel: KnownChannel, send: Send) -> None:
        if not channel.verify_token:
            message = "This kind of channel has no handshake: what happens to it is posted here."
            raise _Refusal(403, "no_handshake", message)
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        challenge = gateway_for(channel.provider).answer_handshake(query, channel.verify_token)
        if challenge is None:
            raise _Refusal(403, "handshake", "The verify token is not the one on the channel's page.")
        await answer(send, 200, challenge.encode())

    async def _take(self, scope: Scope, channel: KnownChannel, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        declared = self._declared(headers)
        first = await self._first(receive)
        size = len(first.get("body", b"")) if not first.get("more_body", False) else declared
        self._room.take(channel.workspace_id, size)
        try:
            body = await self._body(first, receive)
            events = self._proven(channel, headers, body)
            kept = kept_headers(headers)
            rows = await self._rows(events, channel, kept, body)
            new = await self._commit.keep(rows) if rows else 0
        finally:
            self._room.give_back(channel.workspace_id, size)
        _ANSWERED.inc()
        _kept_of(channel.provider).inc(new)
        told = _ONE_NEW if new == len(rows) == 1 else b'{"received":%d,"new":%d}' % (len(rows), new)
        length = b"%d" % len(told)
        await send(
            {"type": "http.response.start", "status": 200, "headers": [*_JSON, (b"content-length", length)]}
        )
        await send({"type": "http.response.body", "body": told})

    def _declared(self, headers: Mapping[str, str]) -> int:
        """What the body will take. One that does not say may be as long as any."""
        declared = headers.get("content-length", "")
        size = int(declared) if declared.isascii() and declared.isdigit() else self._limit
        if size > self._limit:
            raise self._too_large()
        return size

    async def _first(self, receive: Receive) -> Message:
        """The first piece of the body. Headers alone hold a connection no longer than a slow body does."""
        try:
            async with asyncio.timeout(_WHOLE_SECONDS):
                return await receive()
        except TimeoutError:
            raise self._too_slow() from None

    async def _body(self, first: Message, receive: Receive) -> bytes:
        """Nearly always it came whole with its headers. What comes in pieces has to come soon."""
        try:
            if not first.get("more_body", False):
                return await read_body(receive, first=first, limit=self._limit)
            async with asyncio.timeout(_WHOLE_SECONDS):
                return await read_body(receive, first=first, limit=self._limit)
        except BodyTooLarge:
            raise self._too_large() from None
        except TimeoutError:
            raise self._too_slow() from None

    def _too_slow(self) -> _Refusal:
        message = "The body took too long. Nothing was kept: send this again."
        return _Refusal(408, "slow", message, connection="close")

    def _too_large(self) -> _Refusal:
        return _Refusal(413, "too_large", f"The body is over the limit of {self._limit} bytes.")

    def _proven(self, channel: KnownChannel, headers: Mapping[str, str], body: bytes) -> list[RawEvent]:
        """The events of the body, once it is known to be from whom it says."""
        gateway = gateway_for(channel.provider)
        try:
            gateway.verify_signature(channel.secret, headers, body)
            return gateway.split(body)
        except BadSignature as error:
            log.warning("webhook.signature_refused", channel=str(channel.id), reason=str(error))
            raise _Refusal(401, "signature", str(error)) from None
        except BadPayload as error:
            log.warning("webhook.unreadable", channel=str(channel.id), reason=str(error))
            raise _Refusal(400, "payload", str(error)) from None

    async def _rows(
        self, events: list[RawEvent], channel: KnownChannel, headers: str, body: bytes
    ) -> list[EventRow]:
        """One webhook may hold tens of thousands: the others are answered meanwhile."""
        rows: list[EventRow] = []
        for event in events:
            rows.append(await self._row(event, channel, headers, body))
            if len(rows) % _AT_ONCE == 0:
                await asyncio.sleep(0)
        return rows

    async def _row(self, event: RawEvent, channel: KnownChannel, headers: str, body: bytes) -> EventRow:
        meant: KnownChannel | None = channel
        if event.external_id is not None and event.external_id != channel.external_id:
            meant = await self._directory.for_external_id(channel, event.external_id)
        return row_for(event, meant, via=channel, headers=headers, body=body)


@cache
def _kept_of(provider: str) -> Counter:
    return webhooks_events.labels(provider)
