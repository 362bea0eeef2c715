"""Between the server and the pages' threads: no request reaches a page before the whole of its body is here.

A body that breaks off is dropped, for a page would take what came of it as all that was meant. One that
comes slowly waits in a buffer instead of in a thread.
"""

import asyncio
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import Final

import structlog
from django.http import HttpRequest

from parley.engines.asgi import (
    App,
    BodyTooLarge,
    ClientGone,
    Message,
    Receive,
    Scope,
    Send,
    answer,
    headers_of,
)
from parley.web.errors import answer as toast

IN_MEMORY: Final = 1024 * 1024
"""Bytes of a form without files, which is all that most doors take; what is longer goes to a file."""

SILENCE_SECONDS: Final = 60.0
WHOLE_SECONDS: Final = 30 * 60.0
"""Ten files of 16 MB take 22 minutes at one megabit a second."""

_CHUNK: Final = 64 * 1024
_SESSION: Final = "sessionid="

log = structlog.get_logger(__name__)


class WholeBodies:
    """An ASGI application that calls `rest` once the body is here, and answers 413 or 408 itself.

    `files_bytes` is how much the files of one request may come to.
    """

    def __init__(
        self,
        rest: App,
        *,
        files_bytes: int,
        silence_seconds: float = SILENCE_SECONDS,
        whole_seconds: float = WHOLE_SECONDS,
    ) -> None:
        self._rest = rest
        self._files_bytes = files_bytes
        self._silence_seconds = silence_seconds
        self._whole_seconds = whole_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._rest(scope, receive, send)
            return
        with SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            try:
                size = await self._keep(body, scope, receive)
            except ClientGone:
                log.info("pages.body_broke_off", path=scope["path"])
            except BodyTooLarge:
                await _refuse(scope, send, 413, "This is too much for one go, and nothing of it was taken.")
            except TimeoutError:
                await _refuse(scope, send, 408, "The connection was too slow. Please try again.")
            except OSError:
                log.exception("pages.body_not_kept")
                await _refuse(scope, send, 503, "There is no room for this just now. Try again later.")
            else:
                body.seek(0)
                await self._rest(_measured(scope, size), _replay(body, size, receive), send)

    async def _keep(self, body: SpooledTemporaryFile[bytes], scope: Scope, receive: Receive) -> int:
        """Write the body down and return its size."""
        limit = IN_MEMORY + (self._files_bytes if _brings_files(scope) else 0)
        declared = headers_of(scope).get("content-length", "")
        if declared.isdigit() and int(declared) > limit:
            raise BodyTooLarge
        size, has_more = 0, True
        async with asyncio.timeout(self._whole_seconds):
            while has_more:
                async with asyncio.timeout(self._silence_seconds):
                    message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                chunk = message.get("body", b"")
                size += len(chunk)
                if size > limit:
                    raise BodyTooLarge
                if size > IN_MEMORY:
                    await asyncio.to_thread(body.write, chunk)
                else:
                    body.write(chunk)
                has_more = message.get("more_body", False)
        if declared.isdigit() and int(declared) != size:
            raise ClientGone
        return size


def _brings_files(scope: Scope) -> bool:
    """Only who is signed in does; whether the session is worth anything, the page will tell."""
    headers = headers_of(scope)
    cookies = (part.strip() for part in headers.get("cookie", "").replace(",", ";").split(";"))
    return (
        scope["path"].startswith("/w/")
        and headers.get("content-type", "").lower().startswith("multipart/form-data")
        and any(cookie.startswith(_SESSION) for cookie in cookies)
    )


def _measured(scope: Scope, size: int) -> Scope:
    """The request with its length told: WSGI takes one that came in pieces, without a length, for empty."""
    how_long = {b"content-length", b"transfer-encoding"}
    if not any(name.lower() in how_long for name, _ in scope["headers"]):
        return scope
    kept = [(name, value) for name, value in scope["headers"] if name.lower() not in how_long]
    return {**scope, "headers": [*kept, (b"content-length", str(size).encode())]}


def _replay(body: SpooledTemporaryFile[bytes], size: int, receive: Receive) -> Receive:
    """What the pages read instead: the body that was kept, then whatever the server still says."""
    left, is_over = size, False

    async def replay() -> Message:
        nonlocal left, is_over
        if is_over:
            return await receive()
        chunk = body.read(_CHUNK) if size <= IN_MEMORY else await asyncio.to_thread(body.read, _CHUNK)
        left -= len(chunk)
        is_over = left <= 0
        return {"type": "http.request", "body": chunk, "more_body": not is_over}

    return replay


async def _refuse(scope: Scope, send: Send, status: int, text: str) -> None:
    """Words in plain text; for a fragment the toast that pages show, whose place is named by its headers."""
    headers = {} if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else {"connection": "close"}
    body, content_type = text.encode(), "text/plain; charset=utf-8"
    request = HttpRequest()
    request.META["HTTP_HX_REQUEST"] = headers_of(scope).get("hx-request", "")
    if request.headers.get("HX-Request") == "true":
        shown = await asyncio.to_thread(toast, request, status=status, text=text)
        body, content_type = shown.content, shown["Content-Type"]
        headers |= {name: value for name, value in shown.items() if name.startswith("HX-")}
    await answer(send, status, body, headers=headers, content_type=content_type)
