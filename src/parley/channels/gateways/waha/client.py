"""Calls to WAHA: messages here, and all others by their names. Every function raises `GatewayError`."""

from collections.abc import Awaitable, Callable

from parley.channels.gateways.neutral import Accepted, Address, Credentials, GatewayError, OutboundMessage
from parley.channels.gateways.waha.api import ask, of_session
from parley.channels.gateways.waha.history import read_history
from parley.channels.gateways.waha.ids import chats_of, full_message_id
from parley.channels.gateways.waha.media import fetch_media
from parley.channels.gateways.waha.outbound import message_id_in, request_for
from parley.channels.gateways.waha.pairs import raw_pair
from parley.channels.gateways.waha.people import (
    block,
    check_exists,
    lid_of,
    read_lids,
    resolve_lid,
    send_seen,
    start_typing,
    stop_typing,
    unblock,
)
from parley.channels.gateways.waha.sessions import (
    SessionInfo,
    create_session,
    delete,
    logout,
    pairing_code,
    probe,
    qr_code,
    read_session,
    read_state,
    repair_webhook,
    restart,
    server_version,
    start,
    stop,
)
from parley.core.http import HttpClient

__all__ = [
    "SessionInfo",
    "block",
    "check_exists",
    "create_session",
    "delete",
    "edit",
    "fetch_media",
    "lid_of",
    "logout",
    "pairing_code",
    "probe",
    "qr_code",
    "raw_pair",
    "read_history",
    "read_lids",
    "read_session",
    "read_state",
    "repair_webhook",
    "resolve_lid",
    "restart",
    "revoke",
    "send",
    "send_seen",
    "server_version",
    "start",
    "start_typing",
    "stop",
    "stop_typing",
    "unblock",
]

_NOT_HERE = frozenset({"waha_404", "message_gone"})


async def send(http: HttpClient, credentials: Credentials, message: OutboundMessage) -> Accepted:
    """Send once. An answer of success that names no message leaves open whether there is one."""
    request = request_for(message, credentials.external_id)
    answer = await ask(http, credentials, request.method, request.path, payload=request.payload)
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


async def edit(
    http: HttpClient, credentials: Credentials, *, to: Address, message_id: str, body: str
) -> None:
    """Give a message of ours another text."""
    payload = {"text": body, "linkPreview": "://" in body}

    async def change(path: str) -> None:
        await ask(http, credentials, "PUT", path, payload=payload)

    await _in_whichever_chat(credentials, to, message_id, change)


async def revoke(http: HttpClient, credentials: Credentials, *, to: Address, message_id: str) -> None:
    """Delete a message of ours for everyone."""

    async def remove(path: str) -> None:
        await ask(http, credentials, "DELETE", path)

    await _in_whichever_chat(credentials, to, message_id, remove)


async def _in_whichever_chat(
    credentials: Credentials, to: Address, message_id: str, act: Callable[[str], Awaitable[None]]
) -> None:
    """Act on a message of ours in the chat by number and, where it is not there, in that by hidden id."""
    chats = chats_of(to)
    if not chats:
        raise GatewayError("refused", "This contact has no number that WAHA knows.", code="no_address")
    for chat in chats:
        whole = full_message_id(message_id, chat, from_us=True)
        try:
            return await act(of_session(credentials, "chats", chat, "messages", whole))
        except GatewayError as error:
            if error.code not in _NOT_HERE or chat == chats[-1]:
                raise
    return None
