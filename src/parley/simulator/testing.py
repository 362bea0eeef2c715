"""A simulator at hand for tests: in a thread of this process, or as a process of its own that can be killed.

with running_simulator() as whatsapp:
    whatsapp.add_session("shop", webhook_url=hook, hmac_key="secret")
    whatsapp.say("5519998761234", "Oi!")
    assert whatsapp.ledger()[0].body == "Olá"
"""

import contextlib
import os
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import uvicorn

import parley
from parley.simulator.calling.caller import Refusal
from parley.simulator.calling.cloud import CloudHandle
from parley.simulator.configuration import ONLY_SENT, Configuration, Pace
from parley.simulator.courier import Outcome
from parley.simulator.faults import Fault, FaultOrder
from parley.simulator.people.phones import Letter
from parley.simulator.records import Json, LedgerEntry, Message, Person, Presence
from parley.simulator.server import address_of, listen, server_for

__all__ = ["Refusal", "Simulator", "SimulatorProcess", "running_simulator", "simulator_process"]

EVENTS = (
    "message", "message.any", "message.ack", "message.ack.group", "message.reaction", "message.edited",
    "message.revoked", "message.waiting", "poll.vote", "call.received", "call.accepted", "call.rejected",
    "group.v2.join", "group.v2.leave", "group.v2.update", "group.v2.participants", "session.status",
    "presence.update",
)  # fmt: skip
START_SECONDS = 15.0


class Simulator(CloudHandle):
    """Speaks to a running simulator. Every method raises `Refusal` when the answer is not 2xx."""

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

    def set_quirks(self, session: str = "default", **quirks: object) -> None:
        """How a session departs from what is documented; see `Quirks`. What is not named is off."""
        self._simulator("PUT", f"waha/sessions/{session}/quirks", quirks)

    def session_status(self, session: str = "default") -> str:
        return str(self.waha("GET", f"/api/sessions/{session}")["status"])

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

    def change(self, wa_id: str, message_id: str, body: str | None, *, channel: str) -> None:
        """Edit a message by hand, or, without words, delete it for everyone."""
        order = {"channel": channel, "message_id": message_id, "body": body}
        self._simulator("POST", f"people/{wa_id}/changes", order)

    def chat(self, wa_id: str, *, channel: str | None = None) -> list[Message]:
        """What stands on the customer's phone, oldest first."""
        query = f"?channel={channel}" if channel else ""
        answer = self._simulator("GET", f"people/{wa_id}/messages{query}")
        return msgspec.convert(answer["messages"], type=list[Message])

    # Instrument

    def ledger(self, **sought: object) -> list[LedgerEntry]:
        """What was accepted so far, oldest first; `sought` are fields of `Sought`."""
        query = urllib.parse.urlencode(sought)
        return msgspec.convert(self._simulator("GET", f"ledger?{query}"), type=list[LedgerEntry])

    def deliveries(self) -> list[Outcome]:
        """The latest attempts to deliver webhooks."""
        return msgspec.convert(self._simulator("GET", "deliveries"), type=list[Outcome])

    def settle(self, *, seconds: float = 10.0) -> None:
        """Wait until no webhook is on its way. A product that has not answered yet holds it up."""
        self.until(lambda: self.state()["webhooks_waiting"] == 0, seconds=seconds)

    def advance(self, seconds: float) -> float:
        """Let virtual time pass. Answers what time it is."""
        return float(self._simulator("POST", "clock", {"advance": seconds})["now"])

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
        order = {"api": api, "action": action, "match": match, "times": times, "params": params}
        return self.play([order])[0]

    def play(self, script: list[Json]) -> list[Fault]:
        """Switch on a script: a list of faults, each with the fields of `FaultOrder`."""
        orders = msgspec.convert(script, type=list[FaultOrder])
        return msgspec.convert(
            self._simulator("POST", "faults", msgspec.to_builtins(orders)), type=list[Fault]
        )

    def clear_faults(self) -> None:
        self._simulator("DELETE", "faults")

    def set_pace(self, pace: Pace) -> None:
        self._simulator("POST", "pace", msgspec.to_builtins(pace))

    def run_scripts(self, *, running: bool = True, pace: float = 1.0) -> None:
        self._simulator("POST", "scripts", {"running": running, "pace": pace})

    def reset(self) -> None:
        self._simulator("POST", "reset", {})


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
    """A simulator in a process of its own, for tests that kill it. It keeps port and store over a restart.
    `options` are further arguments of `parley.simulator.server`."""

    def __init__(
        self,
        store_path: Path,
        *,
        port: int = 0,
        seed: int = 1,
        pace: str = "only-sent",
        options: Sequence[str] = (),
    ) -> None:
        self.store_path = store_path
        self.seed = seed
        self.pace = pace
        self.options = list(options)
        self.port = port or _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        super().__init__(f"http://127.0.0.1:{self.port}")

    def start(self) -> None:
        """Start and wait until it answers."""
        command = [sys.executable, "-m", "parley.simulator.server", "--port", str(self.port)]
        command += [
            "--store",
            str(self.store_path),
            "--seed",
            str(self.seed),
            "--pace",
            self.pace,
            *self.options,
        ]
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
