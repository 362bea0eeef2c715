"""Bodies over real connections: whole or not at all, within bounds, and never waited for by a thread."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
import uvicorn
from a2wsgi import WSGIMiddleware

from parley.config.asgi import application
from parley.config.bodies import IN_MEMORY, WholeBodies
from parley.engines.asgi import App

FILES_BYTES = 4 * IN_MEMORY
MOST = IN_MEMORY + FILES_BYTES
FILES = "Content-Type: multipart/form-data; boundary=x\r\nCookie: theme=dark; sessionid=abc\r\n"
SOON = 0.5
SILENCE = 1.0


@dataclass(slots=True)
class Place:
    """A server with one thread for its pages; `seen` is each body that reached them."""

    port: int = 0
    seen: list[tuple[int, bytes]] = field(default_factory=list)

    def page(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        declared = int(environ.get("CONTENT_LENGTH") or 0)
        self.seen.append((declared, environ["wsgi.input"].read(declared)))
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
        return [b"here"]

    def call(self, head: str, *pieces: bytes) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.sendall(f"{head}\r\n".encode())
        for piece in pieces:
            connection.sendall(piece)
        return connection


def head(path: str, length: int | None, extra: str = "") -> str:
    measure = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    return f"POST {path} HTTP/1.1\r\nHost: testserver\r\nConnection: close\r\n{measure}\r\n{extra}"


def answer_on(connection: socket.socket) -> tuple[int, str]:
    with connection, connection.makefile("rb") as stream:
        status = int(stream.readline().split()[1])
        with suppress(ConnectionResetError):  # what we still sent meets a closed door
            return status, stream.read().decode()
        return status, ""


@contextmanager
def served(app: App) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        configuration = uvicorn.Config(
            app, interface="asgi3", lifespan="off", log_config=None, timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(configuration)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(20)


@pytest.fixture
def place() -> Iterator[Place]:
    place = Place()
    threads = cast("App", WSGIMiddleware(cast("Any", place.page), workers=1))
    bodies = WholeBodies(threads, files_bytes=FILES_BYTES, silence_seconds=SILENCE, whole_seconds=3 * SILENCE)
    with served(bodies) as port:
        place.port = port
        yield place


@pytest.mark.parametrize("size", [0, 1, 64 * 1024, IN_MEMORY, 3 * IN_MEMORY + 7])
def test_a_whole_body_arrives_as_it_was_sent(place: Place, size: int) -> None:
    body = bytes(range(251)) * (size // 251 + 1)
    assert answer_on(place.call(head("/w/a/", size, FILES), body[:size]))[0] == 200
    assert place.seen == [(size, body[:size])]


def test_a_body_without_a_length_is_measured(place: Place) -> None:
    pieces = b"5\r\nhello\r\n", b"1\r\n!\r\n", b"0\r\n\r\n"
    assert answer_on(place.call(head("/w/a/", None), *pieces))[0] == 200
    assert place.seen == [(6, b"hello!")]


@pytest.mark.parametrize("sent", [0, 10, 2 * IN_MEMORY])
def test_a_body_that_breaks_off_reaches_nobody(place: Place, sent: int) -> None:
    place.call(head("/w/a/", sent + 1, FILES), b"b" * sent).close()
    time.sleep(SOON)
    assert answer_on(place.call(head("/w/a/", 1), b"x"))[0] == 200
    assert place.seen == [(1, b"x")]


def test_slow_bodies_hold_no_thread(place: Place) -> None:
    slow = [place.call(head("/w/a/", 100), b"slow") for _ in range(20)]
    begin = time.monotonic()
    assert answer_on(place.call(head("/w/a/", 1), b"x"))[0] == 200
    assert time.monotonic() - begin < SILENCE
    for connection in slow:
        status, text = answer_on(connection)
        assert (status, "too slow" in text) == (408, True)
    assert place.seen == [(1, b"x")]


def test_a_body_that_trickles_has_an_end(place: Place) -> None:
    connection = place.call(head("/w/a/", 100))
    for _ in range(5):
        connection.sendall(b".")
        time.sleep(SILENCE * 0.7)
    assert answer_on(connection)[0] == 408
    assert place.seen == []


@pytest.mark.parametrize(
    ("path", "length", "extra"),
    [
        ("/sign-in/", IN_MEMORY + 1, ""),
        ("/sign-in/", IN_MEMORY + 1, FILES),
        ("/w/a/", IN_MEMORY + 1, "Cookie: sessionid=abc\r\n"),
        ("/w/a/", IN_MEMORY + 1, "Content-Type: multipart/form-data; boundary=x\r\n"),
        ("/w/a/", MOST + 1, FILES),
    ],
)
def test_more_than_is_taken_is_refused_in_words(place: Place, path: str, length: int, extra: str) -> None:
    status, text = answer_on(place.call(head(path, length, extra)))
    assert (status, "too much" in text) == (413, True)
    assert place.seen == []


def test_more_than_is_taken_is_noticed_without_a_length(place: Place) -> None:
    piece = b"%x\r\n" % IN_MEMORY + b"b" * IN_MEMORY + b"\r\n"
    assert answer_on(place.call(head("/sign-in/", None), piece, b"1\r\nb\r\n"))[0] == 413
    assert place.seen == []


def test_a_fragment_gets_a_toast(place: Place) -> None:
    status, text = answer_on(place.call(head("/w/a/", MOST + 1, f"{FILES}HX-Request: true\r\n")))
    assert status == 413
    assert "hx-retarget: #toasts" in text.lower()
    assert "too much" in text


def test_the_pages_stand_behind_it(database: str) -> None:
    with served(application._rest) as port:
        place = Place(port=port)
        assert answer_on(place.call(head("/theme/", IN_MEMORY + 1)))[0] == 413
        assert answer_on(place.call(head("/no-such-page/", 1), b"x"))[0] in {403, 404}
