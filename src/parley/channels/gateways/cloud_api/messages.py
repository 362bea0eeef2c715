"""Sending a message and fetching a file. Both raise `GatewayError`."""

import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from parley.channels.gateways.calling import exchange
from parley.channels.gateways.cloud_api.calls import ask, in_path, number_path, object_in, signed_in
from parley.channels.gateways.cloud_api.errors import refusal
from parley.channels.gateways.cloud_api.outbound import FILES, WITH_HEADER_FILE, payload_for, sent_in
from parley.channels.gateways.neutral import (
    Accepted,
    Credentials,
    GatewayError,
    MediaRef,
    OutboundMedia,
    OutboundMessage,
)
from parley.channels.gateways.untrusted import section, word
from parley.core.http import FilePart, HttpClient

_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}
_META_HOSTS: Final = (".fbsbx.com", ".facebook.com", ".fbcdn.net", ".whatsapp.net", ".whatsapp.com")


async def send(http: HttpClient, credentials: Credentials, message: OutboundMessage) -> Accepted:
    """Send once, a file being uploaded first. Success without an id leaves open whether anything was sent."""
    media_id = None
    if message.media is not None and message.type in FILES | WITH_HEADER_FILE:
        media_id = await _upload(http, credentials, message.media)
    payload = payload_for(message, media_id=media_id)
    path = f"{number_path(credentials)}/messages"
    answer = await ask(http, credentials, "POST", path, payload=payload, sending=True)
    sent = sent_in(answer.body)
    if sent is None:
        raise GatewayError(
            "uncertain",
            "Meta took the message and did not say which one it became.",
            code="no_id_in_answer",
            http_status=answer.status,
        )
    return Accepted(provider_message_id=sent.id, wa_id=sent.wa_id, http_status=answer.status)


async def fetch_media(http: HttpClient, credentials: Credentials, media: MediaRef, *, limit: int) -> bytes:
    """The bytes of a received file. Ids live 7 days, the addresses behind them 5 minutes."""
    where = _whereabouts(media)
    media_id = where.get("id")
    for _ in range(2):  # the address may run out between asking and fetching
        url = where.get("url") if media_id is None else await _address_of(http, credentials, media_id)
        if not url:
            break
        answer = await exchange(
            http, "GET", url, headers=_headers_for(credentials, url), limit=limit, redirects=2
        )
        if answer.status == 200:
            return answer.body
        if answer.status not in {403, 404, 410}:
            raise refusal(answer)
    raise GatewayError("refused", "Meta no longer has this file.", code="media_gone")


async def _upload(http: HttpClient, credentials: Credentials, media: OutboundMedia) -> str:
    parts: dict[str, str | FilePart] = {
        "messaging_product": "whatsapp",
        "type": media.mime_type,
        "file": FilePart(data=media.data, filename=media.filename, content_type=media.mime_type),
    }
    try:
        path = f"{number_path(credentials)}/media"
        found = word(object_in(await ask(http, credentials, "POST", path, multipart=parts)).get("id"))
    except GatewayError as error:
        if error.kind != "uncertain":
            raise
        # An upload without a message reaches nobody, so doing it again is safe.
        raise GatewayError(
            "throttled",
            f"The file did not reach Meta for certain; nothing was sent. {error.message}",
            code=error.code,
            http_status=error.http_status,
            retry_after=10.0,
        ) from error
    if found is None:
        raise GatewayError(
            "throttled", "Meta took the file without naming it.", code="no_media_id", retry_after=10.0
        )
    return found


async def _address_of(http: HttpClient, credentials: Credentials, media_id: str) -> str | None:
    path = f"{in_path(media_id)}?phone_number_id={number_path(credentials)}"
    return word(object_in(await ask(http, credentials, "GET", path)).get("url"))


def _headers_for(credentials: Credentials, url: str) -> dict[str, str]:
    """The token goes to the configured origin and to Meta's own over https, to nobody else."""
    try:
        scheme, host, port = origin = _origin(url)
        ours = origin == _origin(credentials.base_url)
    except ValueError:
        raise GatewayError("refused", "Meta gave no usable address for this file.", code="bad_url") from None
    metas = (scheme, port) == ("https", 443) and f".{host}".endswith(_META_HOSTS)
    # Meta's file servers have been seen to refuse user agents that they do not know.
    return {"User-Agent": "curl/8"} | (signed_in(credentials) if ours or metas else {})


def _origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port. Raises `ValueError` for what is no address."""
    parts = urlsplit(url)
    port = parts.port if parts.port is not None else _PORTS.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port


def _whereabouts(media: MediaRef) -> Mapping[str, str]:
    try:
        found = json.loads(media.reference)
    except ValueError:
        return {}
    return {name: value for name, value in section(found).items() if isinstance(value, str)}
