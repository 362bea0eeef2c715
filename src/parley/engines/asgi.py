"""The little of ASGI that the engines need: read a bounded body, answer with JSON or text."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import msgspec

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_ALWAYS = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]


class BodyTooLarge(Exception):
    """The body is longer than allowed; the rest was not read."""


class ClientGone(Exception):
    """The other side hung up before its request was complete."""


def headers_of(scope: Scope) -> dict[str, str]:
    """Header names in lower case; one that came twice is joined with ", "."""
    raw = scope["headers"]
    found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}
    if len(found) == len(raw):
        return found
    found.clear()
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


async def read_body(receive: Receive, *, first: Message, limit: int) -> bytes:
    """The whole body, whose first piece is here. Raises `BodyTooLarge` as soon as it is known to be too
    large, `ClientGone` when it breaks off."""
    message, pieces, size = first, [], 0
    while True:
        if message["type"] == "http.disconnect":
            raise ClientGone
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > limit:
            raise BodyTooLarge
        if not message.get("more_body", False):
            return b"".join(pieces)
        message = await receive()


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
        body, content_type = msgspec.json.encode(body), "application/json"
    sent = [
        (b"content-type", content_type.encode()),
        (b"content-length", b"%d" % len(body)),
        *_ALWAYS,
    ]
    if headers:
        ours = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
        sent = [(name, value) for name, value in sent if name not in ours] + list(ours.items())
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})


async def refuse(
    send: Send, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None
) -> None:
    """An error in the one shape that every JSON door of Parley uses."""
    await answer(send, status, {"error": {"code": code, "message": message}}, headers=headers)
