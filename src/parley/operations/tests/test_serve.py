"""`parley serve` as a whole, on the embedded server, while its processes are killed one after the other."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from parley.operations import postmaster
from parley.operations.browsing import Browser
from parley.operations.installation import free_port
from parley.operations.tests.test_processes import alive

pytestmark = pytest.mark.timeout(300)


@dataclass(slots=True)
class Serving:
    """One `parley serve`, what it says, and where."""

    process: subprocess.Popen[bytes]
    log: Path
    home: Path
    browser: Browser

    @property
    def data(self) -> Path:
        return self.home / "postgres" / "data"

    def pid_of(self, program: str) -> int | None:
        """The last one that the supervisor said it started."""
        said = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        pids = [line["pid"] for line in said if line.get("program_name") == program and "pid" in line]
        return pids[-1] if pids else None

    def is_ready(self) -> bool:
        try:
            return self.browser.get("/readyz").status == 200
        except OSError:
            return False


@pytest.fixture
def serving(place: Path) -> Iterator[Serving]:
    started = start(place)
    try:
        yield started
    finally:
        started.process.terminate()
        started.process.wait(30)
        postmaster.stop(started.data)


def start(folder: Path) -> Serving:
    port = free_port(0)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PARLEY_", "DATABASE_"))
    }
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "parley.cli", "serve"],
            env={
                **kept,
                "PARLEY_HOME": str(folder / "home"),
                "PARLEY_BIND": f"127.0.0.1:{port}",
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
            stdout=log,
            stderr=log,
        )
    started = Serving(process, folder / "log", folder / "home", Browser(f"http://127.0.0.1:{port}"))
    wait_until(lambda: started.is_ready() or process.poll() is not None, 120, "it gets ready")
    assert process.poll() is None, (folder / "log").read_text()[-2_000:]
    return started


def test_whoever_is_killed_it_goes_on(serving: Serving, place: Path) -> None:
    assert serving.browser.get("/setup/").status == 200
    for program in ("root", "applier", "worker", "sender"):
        victim = serving.pid_of(program)
        assert victim is not None
        os.kill(victim, signal.SIGKILL)
        wait_until(partial(is_another, serving, program, victim), 30, f"a new {program}")
    wait_until(serving.is_ready, 60, "it is ready again")

    server = postmaster.running_pid(serving.data)
    assert server is not None
    os.kill(server, signal.SIGKILL)
    wait_until(lambda: postmaster.running_pid(serving.data) not in {None, server}, 30, "a new server")
    wait_until(serving.is_ready, 60, "it is ready again")

    children = [serving.pid_of(program) for program in ("root", "applier", "worker", "sender")]
    serving.process.kill()
    serving.process.wait(10)
    wait_until(lambda: not any(alive(pid) for pid in children if pid), 30, "the children end")
    again = start(place)
    assert again.browser.get("/setup/").status == 200
    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(40) == 0
    assert postmaster.running_pid(serving.data) is None


def is_another(serving: Serving, program: str, pid: int) -> bool:
    return serving.pid_of(program) not in {None, pid}


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"Not within {seconds} s: {what}.")
