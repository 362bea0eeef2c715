"""`parley demo`: the whole of Parley on this machine, a sample company in it, and a simulated WhatsApp."""

import json
import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from parley.core.environment import environment
from parley.core.errors import Misconfigured
from parley.core.logging import configure_logging
from parley.operations.installation import free_port, run_command, serve
from parley.operations.processes import Program

SIMULATOR_PORT = 8009
_STATE_FILE = "demo.json"


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo, as a person is told of it. `people` are pairs of e-mail address and role."""

    company: str
    url: str
    simulator_url: str
    people: list[tuple[str, str]]
    password: str
    home: Path
    log: Path


@dataclass(frozen=True, slots=True)
class _State:
    """What has to be the same at the next start: channels in the database point at the simulator."""

    password: str
    simulator_port: int
    simulator_key: str


def run_demo(*, say: Callable[[str], None], on_ready: Callable[[Demo], None]) -> None:
    """Start it, call `on_ready` once it can be used, and stay until told to stop. Keeps its data."""
    home = environment().home
    state = _read_or_make_state(home)
    _check_port(state, home=home)
    simulator_url = f"http://127.0.0.1:{state.simulator_port}"
    os.environ.update(
        PARLEY_DEMO="1",
        PARLEY_HOME=str(home),
        PARLEY_SIMULATOR_URL=simulator_url,
        PARLEY_GATEWAY_NETWORKS=os.environ.get("PARLEY_GATEWAY_NETWORKS") or "127.0.0.0/8",
    )
    environment.cache_clear()
    current = environment()
    company: dict[str, object] = {}

    def seed() -> None:
        say("The database is ready. Looking after the sample company …")
        company.update(json.loads(run_command("seed", variables=_secrets(state))))

    def ready() -> None:
        say("Parley is up. Connecting the company to the simulated WhatsApp …")
        run_command("seed", "--connect", variables=_secrets(state))
        people = company["people"]
        on_ready(
            Demo(
                company=str(company["name"]),
                url=current.public_url,
                simulator_url=simulator_url,
                people=[(email, role) for email, role in people] if isinstance(people, list) else [],
                password=state.password,
                home=home,
                log=_log(home),
            )
        )

    say(f"Starting in {home} …")
    with _open_log(home) as log:
        configure_logging(current.log_level, stream=log)
        serve(current, on_ready=ready, before=seed, also=[_simulator(home, state)], output=_log(home))


def _simulator(home: Path, state: _State) -> Program:
    store = str(home / "simulator.sqlite")
    return Program(
        "simulator",
        ("simulator", "--scripted", "--port", str(state.simulator_port), "--store", store),
        variables=_secrets(state),
    )


def _secrets(state: _State) -> dict[str, str]:
    """By the environment and not by arguments: those are shown to everybody on the machine."""
    return {"PARLEY_DEMO_PASSWORD": state.password, "PARLEY_SIMULATOR_KEY": state.simulator_key}


def _log(home: Path) -> Path:
    return home / "log" / "parley.log"


def _open_log(home: Path) -> TextIO:
    path = _log(home)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path.open("a", encoding="utf-8")


def _check_port(state: _State, *, home: Path) -> None:
    """Before anything starts: raises `Misconfigured` where the simulator's port is another program's."""
    port = state.simulator_port
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        raise Misconfigured(
            f"The simulator cannot listen on 127.0.0.1:{port}: {error.strerror}. The channels of the demo in "
            f"{home} point to this port, so it cannot move: end what uses it (perhaps another demo). Or make "
            "a new demo: set PARLEY_HOME to another folder, and PARLEY_SIMULATOR_PORT to a port that is free."
        ) from None
    wanted = environment().simulator_port
    if wanted not in {0, port}:
        raise Misconfigured(
            f"PARLEY_SIMULATOR_PORT is {wanted}, but the channels of the demo in {home} point to {port}. "
            "Leave it unset, or start a new demo by setting PARLEY_HOME to another folder."
        )


def _read_or_make_state(home: Path) -> _State:
    path = home / _STATE_FILE
    try:
        return _State(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        pass
    except (ValueError, TypeError) as error:
        raise Misconfigured(f"{path} cannot be read: {error}. Remove {home} to begin anew.") from None
    state = _State(
        password=secrets.token_urlsafe(9),
        simulator_port=_port_of_new_demo(),
        simulator_key=secrets.token_urlsafe(18),
    )
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(state), file)
    return state


def _port_of_new_demo() -> int:
    """Free when asked: a taken one would be written down for good."""
    wanted = environment().simulator_port
    port = free_port(wanted or SIMULATOR_PORT)
    if wanted not in {0, port}:
        raise Misconfigured(
            f"PARLEY_SIMULATOR_PORT is {wanted}, which another program uses. Name a free one."
        )
    return port
