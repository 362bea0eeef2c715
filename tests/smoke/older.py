"""A server that says that it is PostgreSQL 14.

Debian has no package of one beside 15, so this is 15 behind a relay that changes one digit: the version that
the server reports while somebody signs in, which is all that a client ever learns. The rest is genuine.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_SAYS = b"server_version\x0015."
_SHALL_SAY = b"server_version\x0014."
_CHUNK = 64 * 1024


@contextmanager
def as_version_14(port: int) -> Iterator[int]:
    """A port that leads to the server on `port`, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_take, args=(listener, port), daemon=True).start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            # A close alone does not wake the thread that waits for the next caller.
            listener.shutdown(socket.SHUT_RDWR)


def _take(listener: socket.socket, port: int) -> None:
    with suppress(OSError):
        while True:
            near, _ = listener.accept()
            far = socket.create_connection(("127.0.0.1", port))
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=_pass_on, args=(source, target), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            target.sendall(data.replace(_SAYS, _SHALL_SAY))
        target.shutdown(socket.SHUT_WR)
