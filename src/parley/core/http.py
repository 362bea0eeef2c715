"""The one outgoing HTTP client. Whatever Parley calls, it calls through here.

A failure says exactly what is known: `Unreachable` when no byte of the request was written, `NoAnswer` when
some may have been. A caller that must not act twice decides by that difference.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import TracebackType
from typing import Final, Self, TypeVar

import aiohttp
import msgspec
from yarl import URL

from parley.core.addresses import AddressRefused, check_url
from parley.core.connections import CURRENT, GuardedConnector, Progress
from parley.core.environment import Network
from parley.core.errors import ParleyError

__all__ = ["AddressRefused", "check_url"]

Answer = TypeVar("Answer")

ANSWER_LIMIT: Final = 4 * 1024 * 1024
_CHUNK: Final = 64 * 1024
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_BREAKS: Final = re.compile(r"[\r\n\0]")
_SECRET_HEADERS: Final = frozenset({"authorization", "cookie", "x-api-key"})


class HttpError(ParleyError):
    """A call that brought no usable answer."""


class Unreachable(HttpError):
    """No connection came about, so no byte of the request was written. Trying again is safe."""


class NoAnswer(HttpError):
    """The connection stood, and no whole answer came. The other side may have acted."""


class TooLarge(HttpError):
    """The answer is longer than allowed; the rest was not read. The other side has acted."""

    def __init__(self, limit: int, *, status: int) -> None:
        super().__init__(f"The answer is longer than {limit} bytes.")
        self.status = status


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to get a connection, between two reads, and for the whole call."""

    connect: float = 5.0
    read: float = 30.0
    total: float = 60.0


@dataclass(frozen=True, slots=True)
class FilePart:
    """One file of a multipart form."""

    data: bytes
    filename: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> object:
        """The body as JSON. Raises `ValueError` where it is none."""
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("The JSON is nested too deeply.") from None


class HttpClient:
    """Calls guarded addresses over http and https: verified TLS, no cookies, no proxies of the environment.

    One client serves one event loop and may be shared by any number of tasks; beyond `connections` at once
    they wait. `allowed_networks` opens private networks and is for the operator's gateways only, never for an
    address that a tenant typed.
    """

    def __init__(
        self,
        allowed_networks: Iterable[Network] = (),
        *,
        timeouts: Timeouts | None = None,
        connections: int = 256,
    ) -> None:
        self._networks = tuple(allowed_networks)
        self._timeouts = timeouts or Timeouts()
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=GuardedConnector(self._networks, limit=self._connections),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "Parley", "Accept-Encoding": "identity"},
            auto_decompress=False,  # a few kilobytes of gzip can hold gigabytes
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        limit: int = ANSWER_LIMIT,
        redirects: int = 0,
    ) -> Response:
        """GET, reading at most `limit` bytes of body."""
        return await self.request("GET", url, headers=headers, limit=limit, redirects=redirects)

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        payload: object = None,
        content: bytes | None = None,
        multipart: Mapping[str, str | FilePart] | None = None,
        limit: int = ANSWER_LIMIT,
        redirects: int = 0,
        timeouts: Timeouts | None = None,
        on_write: Callable[[], None] | None = None,
    ) -> Response:
        """Send once and read the whole answer, whatever its status.

        At most one of `payload` (sent as JSON), `content` and `multipart` is given. Redirects are followed
        for GET and HEAD alone, each hop guarded like the first, keys left behind when the host changes.
        `on_write` is called when a connection stands and the first byte is about to be written.
        Raises `AddressRefused`, `Unreachable`, `NoAnswer` or `TooLarge`.
        """
        sent = dict(headers or {})
        if _BREAKS.search("".join([*sent, *sent.values()])):
            raise Unreachable("A header holds a line break, so nothing was sent.")
        if payload is not None:
            content = _encoded(payload)
            sent.setdefault("Content-Type", "application/json")
        where = _checked(url, self._networks)
        hops = redirects if method in {"GET", "HEAD"} else 0
        while True:
            body = content if multipart is None else _form(multipart)
            answer = await self._exchange(
                method, where, sent, body, limit, timeouts or self._timeouts, on_write
            )
            target = answer.headers.get("location", "")
            if hops <= 0 or answer.status not in _REDIRECTS or not target:
                return answer
            hops -= 1
            where, sent = self._follow(where, target, sent)

    def _follow(self, origin: URL, target: str, headers: dict[str, str]) -> tuple[URL, dict[str, str]]:
        try:
            joined = str(origin.join(URL(target)))
        except ValueError:
            raise AddressRefused from None
        where = check_url(joined, self._networks)
        if where.origin() == origin.origin():
            return where, headers
        return where, {name: value for name, value in headers.items() if name.lower() not in _SECRET_HEADERS}

    async def _exchange(
        self,
        method: str,
        where: URL,
        headers: dict[str, str],
        body: bytes | aiohttp.FormData | None,
        limit: int,
        timeouts: Timeouts,
        on_write: Callable[[], None] | None,
    ) -> Response:
        if self._session is None:
            raise RuntimeError("Use the client as an async context manager.")
        progress = Progress(on_write)
        CURRENT.set(progress)
        try:
            async with self._session.request(
                method,
                where,
                headers=headers,
                data=body,
                allow_redirects=False,
                timeout=_limits(timeouts),
            ) as answer:
                read = await _read(answer, limit)
                return Response(
                    status=answer.status,
                    headers={name.lower(): value for name, value in answer.headers.items()},
                    body=read,
                )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if not progress.connected:
                raise Unreachable(_why_unreachable(error)) from error
            raise NoAnswer(_why_silent(error)) from error


def call(
    work: Callable[[HttpClient], Awaitable[Answer]],
    allowed_networks: Iterable[Network] = (),
    *,
    timeouts: Timeouts | None = None,
) -> Answer:
    """Run `work` with a client of its own, from code that is not async and outside of any event loop."""

    async def run() -> Answer:
        async with HttpClient(allowed_networks, timeouts=timeouts) as client:
            return await work(client)

    return asyncio.run(run())


@lru_cache(maxsize=1_000)
def _checked(url: str, networks: tuple[Network, ...]) -> URL:
    """What `check_url` says does not change: it reads the text alone, and looks up nothing."""
    return check_url(url, networks)


@lru_cache(maxsize=16)
def _limits(timeouts: Timeouts) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=timeouts.total, connect=timeouts.connect, sock_read=timeouts.read)


def _encoded(payload: object) -> bytes:
    try:
        return msgspec.json.encode(payload)
    except (TypeError, ValueError):  # a half of a surrogate pair, say: the standard library escapes it
        return json.dumps(payload, separators=(",", ":")).encode()


async def _read(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    if (answer.content_length or 0) > limit:
        answer.close()
        raise TooLarge(limit, status=answer.status)
    read = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        read += chunk
        if len(read) > limit:
            answer.close()
            raise TooLarge(limit, status=answer.status)
    return bytes(read)


def _form(parts: Mapping[str, str | FilePart]) -> aiohttp.FormData:
    form = aiohttp.FormData(default_to_multipart=True)
    for name, part in parts.items():
        if isinstance(part, FilePart):
            form.add_field(name, part.data, filename=part.filename, content_type=part.content_type)
        else:
            form.add_field(name, part)
    return form


def _why_unreachable(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "The name of the server was not found."
    if isinstance(error, aiohttp.ClientSSLError):
        return "The server did not prove who it is: its TLS certificate was not accepted."
    if isinstance(error, TimeoutError):
        return "The server did not take the connection in time."
    return "The server did not take the connection."


def _why_silent(error: Exception) -> str:
    late = isinstance(error, TimeoutError)
    return f"The server took the request and {'did not answer in time' if late else 'broke off'}."
