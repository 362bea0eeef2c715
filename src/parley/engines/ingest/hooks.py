"""The webhook door: `/hooks/<token>`. Size, channel, signature, split, keep; then 200, and never before.

The signature is checked over the raw bytes before anything of them is read, and fails closed.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

import structlog

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import BadPayload, BadSignature, RawEvent
from parley.core.crypto import CannotDecrypt
from parley.core.environment import Environment
from parley.engines.asgi import (
    BodyTooLarge,
    ClientGone,
    Receive,
    Scope,
    Send,
    answer,
    headers_of,
    read_body,
    refuse,
)
from parley.engines.database import DATABASE_AWAY
from parley.engines.ingest.directory import Directory, KnownChannel
from parley.engines.ingest.group_commit import GroupCommit, Overloaded
from parley.engines.ingest.rows import EventRow, row_for
from parley.engines.measures import webhooks_answered, webhooks_events

log = structlog.get_logger(__name__)

PREFIX = "/hooks/"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._answer(scope, receive, send)
        except ClientGone:
            webhooks_answered.labels("gone").inc()
        except _Refusal as refusal:
            await self._refuse(send, refusal)
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
        events = await self._proven(channel, headers, receive)
        rows = [await self._row(event, channel, headers) for event in events]
        try:
            new = await self._commit.keep(rows) if rows else 0
        except Overloaded:
            message = "Too much at once. Nothing was kept: send this again."
            raise _Refusal(503, "overloaded", message, **{"retry-after": "2"}) from None
        webhooks_answered.labels("200").inc()
        webhooks_events.labels(channel.provider).inc(new)
        await answer(send, 200, {"received": len(rows), "new": new})

    async def _proven(
        self, channel: KnownChannel, headers: Mapping[str, str], receive: Receive
    ) -> list[RawEvent]:
        """The events of the body, once it is known to be from whom it says."""
        gateway = gateway_for(channel.provider)
        try:
            body = await read_body(receive, limit=self._limit, declared=headers.get("content-length"))
            gateway.verify_signature(channel.secret, headers, body)
            return gateway.split(body)
        except BodyTooLarge:
            message = f"The body is over the limit of {self._limit} bytes."
            raise _Refusal(413, "too_large", message) from None
        except BadSignature as error:
            log.warning("webhook.signature_refused", channel=str(channel.id), reason=str(error))
            raise _Refusal(401, "signature", str(error)) from None
        except BadPayload as error:
            log.warning("webhook.unreadable", channel=str(channel.id), reason=str(error))
            raise _Refusal(400, "payload", str(error)) from None

    async def _row(self, event: RawEvent, channel: KnownChannel, headers: Mapping[str, str]) -> EventRow:
        meant = await self._directory.for_external_id(channel, event.external_id)
        return row_for(event, meant, via=channel, headers=headers)
