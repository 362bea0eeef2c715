"""A way to cut the connection from inside an ASGI application.

ASGI has no word for "drop this connection", so the protocol below hands its transport to the application as a
scope extension, and `cut` uses it: gently (FIN) or with an RST, which is what a crashed peer or a firewall
sends.
"""

import asyncio
import os
import socket
import struct
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

EXTENSION = "parley.connection"


class CuttableProtocol(HttpToolsProtocol):
    """Uvicorn's HTTP protocol whose requests can be cut off."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self.app = _Carrying(self.app, transport)


class _Carrying:
    def __init__(self, app: ASGIApp, transport: asyncio.BaseTransport) -> None:
        self._app = app
        self._transport = transport

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        extensions: dict[str, Any] = {**scope.get("extensions", {}), EXTENSION: self._transport}
        await self._app({**scope, "extensions": extensions}, receive, send)


def cut(scope: Scope, *, reset: bool) -> None:
    """End this request's connection now. Raises `RuntimeError` on a server without `CuttableProtocol`."""
    transport = scope.get("extensions", {}).get(EXTENSION)
    if transport is None:
        raise RuntimeError("This server cannot cut connections: start it with parley.simulator.server.")
    if reset:
        _linger_not(transport)
    transport.abort()


def _linger_not(transport: asyncio.Transport) -> None:
    """SO_LINGER with zero seconds makes the close an RST. Set on a duplicate: it is the same open socket."""
    descriptor = os.dup(transport.get_extra_info("socket").fileno())
    with socket.socket(fileno=descriptor) as twin:
        twin.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
