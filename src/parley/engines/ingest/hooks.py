"""The webhook door: `/hooks/<token>`. Size, channel, signature, split, keep; then 200, and never before.

The signature is checked over the raw bytes before anything of them is read, and fails closed.
"""

from urllib.parse import parse_qsl

import structlog

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import BadPayload, BadSignature
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
from parley.engines.ingest.rows import row_for
from parley.engines.measures import webhooks_answered, webhooks_events

log = structlog.get_logger(__name__)

PREFIX = "/hooks/"
_LATER = {"retry-after": "2"}


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
        except DATABASE_AWAY:
            webhooks_answered.labels("503").inc()
            await refuse(
                send, 503, "unavailable", "The database is away. Nothing was kept: send this again.",
                headers=_LATER,
            )  # fmt: skip

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = scope["path"].removeprefix(PREFIX).strip("/")
        channel = await self._directory.by_token(token) if token else None
        if channel is None:
            webhooks_answered.labels("404").inc()
            await refuse(
                send,
                404,
                "not_found",
                "No channel has this webhook address. Copy it from the channel's page.",
            )
        elif scope["method"] == "GET":
            await self._handshake(scope, channel, send)
        elif scope["method"] == "POST":
            await self._take(scope, channel, receive, send)
        else:
            await refuse(send, 405, "method", "A webhook is a POST.", headers={"allow": "GET, POST"})

    async def _handshake(self, scope: Scope, channel: KnownChannel, send: Send) -> None:
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        challenge = gateway_for(channel.provider).answer_handshake(query, channel.verify_token)
        if challenge is None:
            await refuse(send, 403, "handshake", "The verify token is not the one on the channel's page.")
        else:
            await answer(send, 200, challenge.encode())

    async def _take(self, scope: Scope, channel: KnownChannel, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        gateway = gateway_for(channel.provider)
        try:
            body = await read_body(receive, limit=self._limit, declared=headers.get("content-length"))
            gateway.verify_signature(channel.secret, headers, body)
            events = gateway.split(body)
        except BodyTooLarge:
            webhooks_answered.labels("413").inc()
            await refuse(send, 413, "too_large", f"The body is over the limit of {self._limit} bytes.")
            return
        except BadSignature as error:
            webhooks_answered.labels("401").inc()
            log.warning("webhook.signature_refused", channel=str(channel.id), reason=str(error))
            await refuse(send, 401, "signature", str(error))
            return
        except BadPayload as error:
            webhooks_answered.labels("400").inc()
            log.warning("webhook.unreadable", channel=str(channel.id), reason=str(error))
            await refuse(send, 400, "payload", str(error))
            return
        rows = [
            row_for(
                event,
                await self._directory.for_external_id(channel, event.external_id),
                via=channel,
                headers=headers,
            )
            for event in events
        ]
        try:
            new = await self._commit.keep(rows) if rows else 0
        except Overloaded:
            webhooks_answered.labels("503").inc()
            await refuse(
                send,
                503,
                "overloaded",
                "Too much at once. Nothing was kept: send this again.",
                headers=_LATER,
            )
            return
        webhooks_answered.labels("200").inc()
        webhooks_events.labels(channel.provider).inc(new)
        await answer(send, 200, {"received": len(rows), "new": new})
