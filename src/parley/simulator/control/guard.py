"""Who may use the simulator's own doors: a page of this very host, or a program on this machine.

The page has no sign-in, so a foreign website must not be able to press its buttons through somebody's browser
(cross-origin POST) nor to read it by pointing its own name at 127.0.0.1 (DNS rebinding).
"""

import re
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
GUARDED = re.compile(r"^/($|simulator(/|$))")
POLICY = (
    "default-src 'none'; img-src 'self' blob:; media-src 'self' blob:; style-src 'self'; script-src 'self';"
    " connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]


class Guard:
    def __init__(self, app: ASGIApp, allowed_hosts: Collection[str]) -> None:
        self.app = app
        self.allowed_hosts = LOOPBACK_NAMES | frozenset(allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not GUARDED.match(scope["path"]):
            await self.app(scope, receive, send)
            return
        reason = self._refusal(Headers(scope=scope), scope["method"])
        if reason is not None:
            await JSONResponse({"error": reason}, status_code=403)(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = {name.lower() for name, _ in message["headers"]}
                extra = [header for header in HEADERS if header[0] not in named]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        await self.app(scope, receive, send_guarded)

    def _refusal(self, headers: Headers, method: str) -> str | None:
        host = headers.get("host", "")
        if host_name(host) not in self.allowed_hosts:
            return f"This page is not served as {host_name(host)}. Open it as 127.0.0.1."
        if method in {"GET", "HEAD"}:
            return None
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != host:
            return "Only the simulator's own page may do this."
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return "Only the simulator's own page may do this."
        return None


def host_name(host: str) -> str:
    """The name without the port; an IPv6 address keeps its brackets."""
    return host if host.endswith("]") else re.sub(r":\d+$", "", host)
