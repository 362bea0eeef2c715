"""A simulator at hand for tests: in a thread of this process, or as a process of its own that can be killed.

with running_simulator() as whatsapp:
    whatsapp.add_session("shop", webhook_url=hook, hmac_key="secret")
    whatsapp.say("5519998761234", "Oi!")
    assert whatsapp.ledger()[0].body == "Olá"
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
import uvicorn

import parley
from parley.simulator.configuration import ONLY_SENT, Configuration, Pace
from parley.simulator.courier import Outcome
from parley.simulator.faults import Fault, FaultOrder
from parley.simulator.people.phones import Letter
from parley.simulator.records import Json, LedgerEntry, Message, Person, Presence
from parley.simulator.server import address_of, listen, server_for

Result = TypeVar("Result")
Record = TypeVar("Record")
EVENTS = (
    "message", "message.any", "message.ack", "message.ack.group", "message.reaction", "message.edited",
    "message.revoked", "message.waiting", "poll.vote", "call.received", "call.accepted", "call.rejected",
    "group.v2.join", "group.v2.leave", "group.v2.update", "group.v2.participants", "session.status",
    "presence.update",
)  # fmt: skip
START_SECONDS = 15.0


class Refusal(AssertionError):
    """The simulator refused what a test asked of it."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


class Simulator:
    """Speaks to a running simulator. Every method raises `Refusal` when the answer is not 2xx."""

    def __init__(self, url: str, *, api_key: str = "simulator-key") -> None:
        self.url = url
        self.api_key = api_key

    # Channels

    def add_session(
        self,
        name: str = "default",
        *,
        webhook_url: str | None = None,
        hmac_key: str = "",
        engine: str | None = None,
        scan: bool = True,
    ) -> str:
        """Create a WAHA session through WAHA's API, scan its code and wait until it works."""
        if engine is not None:
            self._simulator("POST", "engine", {"engine": engine})
        webhook: Json = {"url": webhook_url, "events": list(EVENTS)}
        if hmac_key:
            webhook["hmac"] = {"key": hmac_key}
        # What the engines keep to themselves unless asked: NOWEB its memory, WEBJS the ticks.
        noweb = {"markOnline": False, "store": {"enabled": True, "fullSync": False}}
        config: Json = {"noweb": noweb, "webjs": {"tagsEventsOn": True}}
        if webhook_url:
            config["webhooks"] = [webhook]
        self.waha("POST", "/api/sessions", {"name": name, "start": True, "config": config})
        if scan:
            self.scan(name)
        return name

    def scan(self, session: str = "default", *, phone: str = "551932110000") -> None:
        """Scan the QR code as soon as there is one."""
        self.until(lambda: self.session_status(session) == "SCAN_QR_CODE")
        self._simulator("POST", f"sessions/{session}/scan", {"phone": phone})

    def session_status(self, session: str = "default") -> str:
        return str(self.waha("GET", f"/api/sessions/{session}")["status"])

    def add_cloud_app(self, *, callback_url: str = "", verify_token: str = "", **order: object) -> Json:
        """A Cloud API app with its numbers, in place of the one before: app_secret, access_token, waba_id,
        numbers and how the handshake went."""
        body = {"callback_url": callback_url, "verify_token": verify_token, "replace": True, **order}
        return dict(self._simulator("POST", "cloud/apps", body))

    # Customers

    def say(self, wa_id: str, body: str, *, channel: str | None = None, at: float | None = None) -> str:
        """A customer writes a text. Answers the message's id."""
        return self.write(wa_id, Letter(channel=channel, body=body, at=at))

    def write(self, wa_id: str, letter: Letter) -> str:
        """A customer writes anything. Answers the message's id."""
        body = msgspec.to_builtins(letter)
        return str(self._simulator("POST", f"people/{wa_id}/messages", body)["id"])

    def add_person(self, wa_id: str, **facts: object) -> Person:
        return msgspec.convert(self._simulator("POST", "people", {"wa_id": wa_id, **facts}), type=Person)

    def remember(self, wa_id: str, **history: object) -> list[str]:
        """Give a customer a past; see `History`. Answers the ids of its messages."""
        return [str(found["id"]) for found in self._simulator("PUT", f"people/{wa_id}/history", history)]

    def read_all(self, wa_id: str, *, channel: str | None = None) -> int:
        """The customer opens the chat: how many of our messages turned to read."""
        return int(self._simulator("POST", f"people/{wa_id}/read", {"channel": channel})["read"])

    def show_presence(self, wa_id: str, presence: Presence, *, channel: str | None = None) -> None:
        self._simulator("POST", f"people/{wa_id}/presence", {"channel": channel, "presence": presence})

    def chat(self, wa_id: str, *, channel: str | None = None) -> list[Message]:
        """What stands on the customer's phone, oldest first."""
        query = f"?channel={channel}" if channel else ""
        answer = self._simulator("GET", f"people/{wa_id}/messages{query}")
        return msgspec.convert(answer["messages"], type=list[Message])

    # Instrument

    def ledger(self) -> list[LedgerEntry]:
        """Everything that was accepted so far, oldest first."""
        return msgspec.convert(self._simulator("GET", "ledger"), type=list[LedgerEntry])

    def deliveries(self) -> list[Outcome]:
        """The latest attempts to deliver webhooks."""
        return msgspec.convert(self._simulator("GET", "deliveries"), type=list[Outcome])

    def state(self) -> Json:
        return dict(self._simulator("GET", "state"))

    def fault(
        self,
        api: Literal["waha", "cloud"],
        action: str,
        *,
        match: str = "",
        times: int = 1,
        **params: object,
    ) -> Fault:
        """Order a fault; see `FaultOrder` for the actions and their parameters."""
        body = {"api": api, "action": action, "match": match, "times": times, "params": params}
        order = msgspec.convert(body, type=FaultOrder)
        return msgspec.convert(self._simulator("POST", "faults", msgspec.to_builtins(order)), type=Fault)

    def clear_faults(self) -> None:
        self._simulator("DELETE", "faults")

    def set_pace(self, pace: Pace) -> None:
        self._simulator("POST", "pace", msgspec.to_builtins(pace))

    def run_scripts(self, *, running: bool = True, pace: float = 1.0) -> None:
        self._simulator("POST", "scripts", {"running": running, "pace": pace})

    def reset(self) -> None:
        self._simulator("POST", "reset", {})

    def until(self, found: Callable[[], Result | None], *, seconds: float = 10.0) -> Result:
        """The first true answer of `found`. Fails when there is none in time."""
        end = time.monotonic() + seconds
        while not (answer := found()):
            assert time.monotonic() < end, f"nothing came within {seconds} s"  # noqa: S101 - test support
            time.sleep(0.02)
        return answer

    def waha(self, method: str, path: str, body: object = None) -> Any:
        """A call of WAHA's API with its key."""
        return self._call(method, path, body, {"X-Api-Key": self.api_key})

    def cloud(self, method: str, path: str, body: object = None, *, token: str = "") -> Any:
        """A call of the Cloud API with a token (that of `add_cloud_app` unless told)."""
        bearer = token or "simulated-access-token"
        return self._call(method, path, body, {"Authorization": f"Bearer {bearer}"})

    def _simulator(self, method: str, path: str, body: object = None) -> Any:
        return self._call(method, f"/simulator/{path}", body, {})

    def _call(self, method: str, path: str, body: object, headers: dict[str, str]) -> Any:
        data = None if body is None else json.dumps(body).encode()
        facts = {"content-type": "application/json", **headers}
        request = urllib.request.Request(self.url + path, data=data, headers=facts, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own http address
                raw = answer.read()
        except urllib.error.HTTPError as error:
            raise Refusal(error.code, _parsed(error.read())) from error
        return _parsed(raw)


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw


@contextlib.contextmanager
def running_simulator(
    *, store_path: Path | None = None, seed: int = 1, pace: Pace = ONLY_SENT, **choices: Any
) -> Iterator[Simulator]:
    """A simulator in a thread on a free port, gone when the block ends. `choices` are of `Configuration`."""
    listener = listen("127.0.0.1", 0)
    configuration = Configuration(
        store_path=store_path,
        seed=seed,
        pace=pace,
        public_url=address_of(listener),
        **{"session_seconds": 0.02, **choices},
    )
    server = server_for(configuration)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    simulator = Simulator(configuration.public_url, api_key=configuration.waha_api_key)
    try:
        _wait_until_started(server, thread)
        yield simulator
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    end = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > end:
            raise RuntimeError("The simulator did not start.")
        time.sleep(0.01)


class SimulatorProcess(Simulator):
    """A simulator in a process of its own, for tests that kill it. It keeps port and store over a restart."""

    def __init__(self, store_path: Path, *, port: int = 0, seed: int = 1, pace: str = "only-sent") -> None:
        self.store_path = store_path
        self.seed = seed
        self.pace = pace
        self.port = port or _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        super().__init__(f"http://127.0.0.1:{self.port}")

    def start(self) -> None:
        """Start and wait until it answers."""
        command = [sys.executable, "-m", "parley.simulator.server", "--port", str(self.port)]
        command += ["--store", str(self.store_path), "--seed", str(self.seed), "--pace", self.pace]
        source = str(Path(parley.__file__).parents[1])
        self._process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": source})
        self.until(self._answers, seconds=START_SECONDS)

    def kill(self) -> None:
        """As `kill -9` would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            return bool(self._call("GET", "/ping", None, {}))
        except OSError:
            return False


@contextlib.contextmanager
def simulator_process(store_path: Path, **choices: Any) -> Iterator[SimulatorProcess]:
    simulator = SimulatorProcess(store_path, **choices)
    simulator.start()
    try:
        yield simulator
    finally:
        simulator.kill()


def _free_port() -> int:
    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
