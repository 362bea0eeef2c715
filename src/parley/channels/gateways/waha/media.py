"""The bytes of received files."""

import json
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from parley.channels.gateways.calling import exchange
from parley.channels.gateways.neutral import Credentials, GatewayError, MediaRef
from parley.channels.gateways.untrusted import section, text
from parley.channels.gateways.waha.api import ask, object_in, of_session
from parley.channels.gateways.waha.errors import refusal
from parley.core.http import HttpClient


async def fetch_media(http: HttpClient, credentials: Credentials, media: MediaRef, *, limit: int) -> bytes:
    """The bytes of a received file: from its address, or through its message once the address is dead."""
    where = _whereabouts(media)
    if url := where.get("url"):
        answer = await _download(http, credentials, url, stored=where.get("store") == "s3", limit=limit)
        if answer is not None:
            return answer
    if where.get("chat") and where.get("message"):
        path = of_session(
            credentials, "chats", where["chat"], "messages", where["message"], downloadMedia=True
        )
        found = section(object_in(await ask(http, credentials, "GET", path)), "media")
        if url := text(found.get("url")):
            answer = await _download(http, credentials, url, stored=bool(section(found, "s3")), limit=limit)
            if answer is not None:
                return answer
    raise GatewayError("refused", "WAHA no longer has this file.", code="media_gone")


async def _download(
    http: HttpClient, credentials: Credentials, url: str, *, stored: bool, limit: int
) -> bytes | None:
    """The file, or None where this address no longer has it.

    WAHA writes the address as it sees itself, often `http://localhost:3000`: only the path counts, below the
    configured base URL, and only there goes the key. A file in S3 has a signed address of its own.
    """
    headers: dict[str, str] = {}
    if not stored:
        parts = _parts(url)
        if not parts.path.startswith("/"):
            raise _bad_url()  # joined to the base URL it would lengthen the host's name
        url = credentials.base_url.rstrip("/") + parts.path + (f"?{parts.query}" if parts.query else "")
        headers["X-Api-Key"] = credentials.secrets.get("api_key", "")
    answer = await exchange(http, "GET", url, headers=headers, limit=limit)
    if answer.status == 200:
        return answer.body
    if answer.status in {403, 404, 410}:
        return None
    raise refusal(answer)


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise _bad_url() from None


def _bad_url() -> GatewayError:
    return GatewayError("refused", "WAHA gave no usable address for this file.", code="bad_url")


def _whereabouts(media: MediaRef) -> Mapping[str, str]:
    try:
        found = json.loads(media.reference)
    except ValueError:
        return {}
    return {name: value for name, value in section(found).items() if isinstance(value, str)}
