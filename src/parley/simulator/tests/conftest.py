"""A receiver of webhooks, as the product would be, and a simulator that talks to it."""

import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from parley.simulator.testing import Simulator, running_simulator

WAHA_KEY = "a-key-for-hmac"
VERIFY_TOKEN = "the-verify-token"


@dataclass
class Hook:
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answers webhooks with the next of `statuses`, then with 200, and keeps what came."""

    url: str = ""
    hooks: list[Hook] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def waha(self, event: str) -> list[Any]:
        """Payloads of this WAHA event, oldest first."""
        bodies = [hook.json for hook in list(self.hooks)]
        return [body["payload"] for body in bodies if body.get("event") == event]

    def cloud(self, what: str) -> list[Any]:
        """All `messages` or `statuses` of the Cloud API."""
        bodies = [hook.json for hook in list(self.hooks)]
        values = [body["entry"][0]["changes"][0]["value"] for body in bodies if "entry" in body]
        return [item for value in values for item in value.get(what, [])]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            right = query.get("hub.verify_token") == VERIFY_TOKEN
            self._answer(200 if right else 403, query.get("hub.challenge", "").encode() if right else b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.hooks.append(Hook({name.lower(): value for name, value in self.headers.items()}, body))
            self._answer(kept.statuses.pop(0) if kept.statuses else 200, b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}/hooks/token"
    yield kept
    server.shutdown()
    server.server_close()


@pytest.fixture
def whatsapp() -> Iterator[Simulator]:
    """A simulator where messages get their first tick only, and no retry waits long."""
    with running_simulator(cloud_retry_seconds=(0.05, 0.1)) as simulator:
        yield simulator
