"""A gateway that keeps the Cloud API's limits and a ledger of every request, by its own clock."""

import json
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

_PAIR_SECONDS = 6.0
_PAIR_BURST = 45


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: when it was read, our id in it, to whom, and the code of its refusal (0: accepted)."""

    at: float
    ref: str
    to: str
    number: str
    code: int


@dataclass
class Limited:
    """The limits of one test, and what came. `refuse_next` are codes with HTTP status, before any limit."""

    per_second: int = 1_000
    people: int = 1_000_000
    seconds: float = 0.01
    refuse_next: deque[tuple[int, int]] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def accepted(self) -> list[Asked]:
        """In the order in which they were taken."""
        return [one for one in self.asked if not one.code]

    @property
    def refused(self) -> Counter[int]:
        return Counter(one.code for one in self.asked if one.code)

    def most_in_a_second(self, number: str) -> int:
        """The fullest sliding second of one number."""
        times = [one.at for one in self.asked if one.number == number]
        return max((sum(at <= other < at + 1 for other in times) for at in times), default=0)

    def judge(self, number: str, ref: str, to: str) -> tuple[int, int]:
        """HTTP status and code of a request that has just been read."""
        with self._lock:
            now = time.monotonic()
            status, code = self._judge(now, number, to)
            self.asked.append(Asked(now, ref, to, number, code))
            return status, code

    def _judge(self, now: float, number: str, to: str) -> tuple[int, int]:
        if self.refuse_next:
            return self.refuse_next.popleft()
        mine = [one for one in self.accepted if one.number == number]
        if sum(one.at > now - 1 for one in mine) >= self.per_second:
            return 429, 130429
        told = [one.at for one in mine if one.to == to]
        in_burst = [at for at in told if at > now - _PAIR_SECONDS]
        if len(in_burst) >= _PAIR_BURST or (not in_burst and self._owes(told, now)):
            return 400, 131056
        people = {one.to for one in self.accepted}
        if to not in people and len(people) >= self.people:
            return 400, 131064
        return 200, 0

    def _owes(self, told: list[float], now: float) -> bool:
        """A burst is paid for by as long a pause as its messages would have taken one by one."""
        paid = 0.0
        for at in told:
            paid = max(paid, at) + _PAIR_SECONDS
        return now < paid


@contextmanager
def limited_gateway() -> Iterator[Limited]:
    """It listens on a free loopback port until the block ends."""
    limited = Limited()

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            number = self.path.split("/")[2]
            status, code = limited.judge(number, body["biz_opaque_callback_data"], body["to"])
            time.sleep(limited.seconds)
            self._answer(status, code, body["to"])

        def _answer(self, status: int, code: int, to: str) -> None:
            said: dict[str, object] = {"error": {"code": code, "message": "no", "type": "OAuthException"}}
            if not code:
                said = {"contacts": [{"wa_id": to.strip("+")}], "messages": [{"id": f"wamid.{uuid4().hex}"}]}
            answer = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    class Listening(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 1_024

    with Listening(("127.0.0.1", 0), Answering) as server:
        limited.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield limited
        finally:
            server.shutdown()
