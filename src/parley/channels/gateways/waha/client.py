"""Calls to WAHA: sending, files, and the control of a session. Every function raises `GatewayError`."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import SplitResult, quote, urlsplit

from parley.channels.gateways.calling import exchange
from parley.channels.gateways.neutral import (
    Accepted,
    Address,
    ChannelState,
    Credentials,
    GatewayError,
    MediaRef,
    OutboundMessage,
)
from parley.channels.gateways.untrusted import moment_or_now, section, text, word
from parley.channels.gateways.waha.errors import refusal
from parley.channels.gateways.waha.ids import (
    address_in,
    chat_of,
    full_message_id,
    wa_id_in,
)
from parley.channels.gateways.waha.inbound import STATES
from parley.channels.gateways.waha.outbound import message_id_in, request_for
from parley.core.http import HttpClient, Response
from parley.core.phone import from_wa_id

EVENTS: Final = (
    "message", "message.any", "message.ack", "message.reaction", "message.edited", "message.revoked",
    "message.waiting", "session.status", "poll.vote", "call.received",
)  # fmt: skip
"""Named one by one: what a session's own wildcard covers is not documented."""

_RETRIES: Final = {"policy": "exponential", "delaySeconds": 2, "attempts": 15}


async def send(http: HttpClient, credentials: Credentials, message: OutboundMessage) -> Accepted:
    """Send once. An answer of success that names no message leaves open whether there is one."""
    request = request_for(message, credentials.external_id)
    answer = await _ask(http, credentials, request.method, request.path, payload=request.payload)
    if not request.brings_id:
        return Accepted(provider_message_id=None, http_status=answer.status)
    bare = message_id_in(answer.body)
    if bare is None:
        raise GatewayError(
            "uncertain",
            "WAHA took the message and did not say which one it became.",
            code="no_id_in_answer",
            http_status=answer.status,
        )
    return Accepted(provider_message_id=bare, http_status=answer.status)


async def fetch_media(http: HttpClient, credentials: Credentials, media: MediaRef, *, limit: int) -> bytes:
    """The bytes of a received file: from its address, or through its message once the address is dead."""
    where = _whereabouts(media)
    if url := where.get("url"):
        answer = await _download(http, credentials, url, stored=where.get("store") == "s3", limit=limit)
        if answer is not None:
            return answer
    if where.get("chat") and where.get("message"):
        path = (
            f"{_session(credentials)}/chats/{_in_path(where['chat'])}/messages/{_in_path(where['message'])}"
        )
        found = section(_object(await _ask(http, credentials, "GET", f"{path}?downloadMedia=true")), "media")
        if url := text(found.get("url")):
            answer = await _download(http, credentials, url, stored=bool(section(found, "s3")), limit=limit)
            if answer is not None:
                return answer
    raise GatewayError("refused", "WAHA no longer has this file.", code="media_gone")


async def create_session(
    http: HttpClient,
    credentials: Credentials,
    *,
    webhook_url: str,
    metadata: Mapping[str, str] | None = None,
    events: Sequence[str] = EVENTS,
) -> None:
    """Create the session with its signed webhook, or configure the one that is there; then start it."""
    secret = credentials.secrets.get("webhook_secret", "")
    if not secret:
        raise GatewayError("refused", "The channel has no webhook secret yet.", code="no_webhook_secret")
    config: dict[str, Any] = {
        "metadata": dict(metadata or {}),
        "ignore": {"status": True, "groups": True, "channels": True, "broadcast": True},
        # Without the store NOWEB cannot answer by quoting, nor find a file again.
        "noweb": {"markOnline": False, "store": {"enabled": True, "fullSync": False}},
        "webjs": {"tagsEventsOn": True},
        "webhooks": [
            {"url": webhook_url, "events": list(events), "hmac": {"key": secret}, "retries": _RETRIES}
        ],
    }
    name = credentials.external_id
    exists = await _exists(http, credentials)
    if exists:
        await _ask(http, credentials, "PUT", _sessions(credentials), payload={"config": config})
    else:
        created = {"name": name, "start": True, "config": config}
        await _ask(http, credentials, "POST", "/api/sessions", payload=created)
    # Some versions leave a new session stopped in spite of "start"; starting twice does no harm.
    await start(http, credentials)


async def start(http: HttpClient, credentials: Credentials) -> None:
    """Connect the number. Idempotent."""
    await _ask(http, credentials, "POST", f"{_sessions(credentials)}/start", payload={})


async def stop(http: HttpClient, credentials: Credentials) -> None:
    """Disconnect the number without signing it out. Idempotent."""
    await _ask(http, credentials, "POST", f"{_sessions(credentials)}/stop", payload={})


async def restart(http: HttpClient, credentials: Credentials) -> None:
    """Disconnect and connect again: the first remedy for a failed number."""
    await _ask(http, credentials, "POST", f"{_sessions(credentials)}/restart", payload={})


async def logout(http: HttpClient, credentials: Credentials) -> None:
    """Sign the number out; it then waits for a new QR code."""
    await _ask(http, credentials, "POST", f"{_sessions(credentials)}/logout", payload={})


async def delete(http: HttpClient, credentials: Credentials) -> None:
    """Sign the number out and forget it. Idempotent."""
    await _ask(http, credentials, "DELETE", _sessions(credentials))


async def read_state(http: HttpClient, credentials: Credentials) -> ChannelState:
    """What the number does now. A session that WAHA does not know raises `ChannelNotWorking("stopped")`."""
    said = _object(await _ask(http, credentials, "GET", _sessions(credentials)))
    status = STATES.get(text(said.get("status")))
    if status is None:
        raise GatewayError("uncertain", "WAHA told a state that Parley does not know.", code="unknown_state")
    me = section(said, "me")
    number = wa_id_in(me.get("id")) or wa_id_in(me.get("jid"))
    return ChannelState(
        status=status,
        at=moment_or_now(section(said, "timestamps").get("activity")),
        phone_number=from_wa_id(number) if number else None,
        display_name=word(me.get("pushName")),
    )


async def qr_code(http: HttpClient, credentials: Credentials) -> bytes:
    """The QR code to scan, as PNG. Raises `ChannelNotWorking` when there is none to scan."""
    answer = await _ask(http, credentials, "GET", f"{_session(credentials)}/auth/qr", accept="image/png")
    if not answer.body.startswith(b"\x89PNG"):
        raise GatewayError("uncertain", "WAHA did not answer with a picture.", code="no_picture")
    return answer.body


async def pairing_code(http: HttpClient, credentials: Credentials, *, phone_number: str) -> str:
    """The code to type on the phone with this E.164 number, instead of scanning."""
    digits = phone_number.removeprefix("+")
    path = f"{_session(credentials)}/auth/request-code"
    said = _object(await _ask(http, credentials, "POST", path, payload={"phoneNumber": digits}))
    if code := word(said.get("code")):
        return code
    raise GatewayError("uncertain", "WAHA answered without a pairing code.", code="no_code")


async def check_exists(http: HttpClient, credentials: Credentials, *, phone_number: str) -> Address | None:
    """Who has this E.164 number on WhatsApp, in the spelling that WhatsApp uses; None for nobody."""
    query = f"phone={quote(phone_number.removeprefix('+'))}&session={quote(credentials.external_id, safe='')}"
    said = _object(await _ask(http, credentials, "GET", f"/api/contacts/check-exists?{query}"))
    if said.get("numberExists") is False:
        return None
    address = address_in(said.get("chatId"))
    if address is None:
        raise GatewayError("uncertain", "WAHA did not say whether the number exists.", code="no_chat")
    return address


async def send_seen(
    http: HttpClient, credentials: Credentials, *, to: Address, message_ids: Sequence[str] = ()
) -> None:
    """Show the customer that their messages were read."""
    chat = chat_of(to)
    if chat is None:
        return
    payload: dict[str, Any] = {"session": credentials.external_id, "chatId": chat}
    if message_ids:
        payload["messageIds"] = [full_message_id(one, chat, from_us=False) for one in message_ids]
    await _ask(http, credentials, "POST", "/api/sendSeen", payload=payload)


async def server_version(http: HttpClient, credentials: Credentials) -> str:
    """Version and engine, such as `2026.7.1 GOWS`: also the cheapest proof that address and key are right."""
    said = _object(await _ask(http, credentials, "GET", "/api/server/version"))
    version = word(said.get("version"))
    if version is None:
        raise GatewayError(
            "refused", "The address answers, but not like WAHA. Check the base URL.", code="not_waha"
        )
    return " ".join(filter(None, (version, word(said.get("engine")))))


async def _ask(
    http: HttpClient,
    credentials: Credentials,
    method: str,
    path: str,
    *,
    payload: object = None,
    accept: str = "application/json",
) -> Response:
    headers = {"X-Api-Key": credentials.secrets.get("api_key", ""), "Accept": accept}
    url = credentials.base_url.rstrip("/") + path
    answer = await exchange(http, method, url, headers=headers, payload=payload)
    if 200 <= answer.status < 300:
        return answer
    raise refusal(answer)


async def _exists(http: HttpClient, credentials: Credentials) -> bool:
    answer = await exchange(
        http,
        "GET",
        credentials.base_url.rstrip("/") + _sessions(credentials),
        headers={"X-Api-Key": credentials.secrets.get("api_key", "")},
    )
    if answer.status == 404:
        return False
    if 200 <= answer.status < 300:
        return True
    raise refusal(answer)


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


def _object(answer: Response) -> Mapping[str, Any]:
    try:
        return section(answer.json())
    except ValueError:
        raise GatewayError(
            "uncertain", "WAHA's answer was not JSON.", code="not_json", http_status=answer.status
        ) from None


def _session(credentials: Credentials) -> str:
    return f"/api/{_in_path(credentials.external_id)}"


def _sessions(credentials: Credentials) -> str:
    return f"/api/sessions/{_in_path(credentials.external_id)}"


def _in_path(value: str) -> str:
    return quote(value, safe="", errors="replace")
