"""The little of ASGI that the engines need: read a bounded body, answer with JSON or text."""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class BodyTooLarge(Exception):
    """The body is longer than allowed; the rest was not read."""


class ClientGone(Exception):
    """The other side hung up before its request was complete."""


def headers_of(scope: Scope) -> dict[str, str]:
    """Header names in lower case; one that came twice is joined with ", "."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


async def read_body(receive: Receive, *, limit: int, declared: str | None) -> bytes:
    """The whole body. Raises `BodyTooLarge` as soon as it is known, `ClientGone` when it breaks off."""
    if declared is not None and declared.isdigit() and int(declared) > limit:
        raise BodyTooLarge
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        if len(body) > limit:
            raise BodyTooLarge
        if not message.get("more_body", False):
            return bytes(body)


async def answer(
    send: Send,
    status: int,
    body: bytes | Mapping[str, Any],
    *,
    headers: Mapping[str, str] | None = None,
    content_type: str = "text/plain; charset=utf-8",
) -> None:
    """A whole answer; a mapping is sent as JSON."""
    if not isinstance(body, bytes):
        body, content_type = json.dumps(body, separators=(",", ":")).encode(), "application/json"
    sent = {
        "content-type": content_type,
        "content-length": str(len(body)),
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        **(headers or {}),
    }
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def refuse(
    send: Send, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None
) -> None:
    """An error in the one shape that every JSON door of Parley uses."""
    await answer(send, status, {"error": {"code": code, "message": message}}, headers=headers)
