"""An installation as an operator runs it, in a temporary home: one command, a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import parley
from parley.operations.installation import free_port

START_SECONDS = 120.0
STOP_SECONDS = 20.0
_LOOK_SECONDS = 0.05
_OURS = ("PARLEY_", "DATABASE_", "DJANGO_")


class Installation:
    """`parley serve` or `parley demo` under `home`, on a free port."""

    def __init__(self, home: Path, *, variables: Mapping[str, str] | None = None) -> None:
        port = free_port(0)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        self.home = home
        self.url = f"http://127.0.0.1:{port}"
        self.log = home.parent / "installation.log"
        self._variables = {
            **kept,
            "PYTHONPATH": str(Path(parley.__file__).parents[1]),
            "PARLEY_HOME": str(home),
            "PARLEY_BIND": f"127.0.0.1:{port}",
            "PARLEY_GATEWAY_NETWORKS": "127.0.0.0/8",
            "PARLEY_GRACE_SECONDS": "1",
            **(variables or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *command: str) -> None:
        """Start it and wait until it answers."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "parley.cli", *command],
                env=self._variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"The installation did not start:\n{self.log.read_text()[-4000:]}")
            time.sleep(_LOOK_SECONDS)

    def answers(self) -> bool:
        """Whether it is ready to serve."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:  # noqa: S310  our own
                return bool(answer.status == 200)
        except OSError:
            return False

    def run(self, *command: str) -> str:
        """Another command in the same home; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "parley.cli", *command],
            env=self._variables,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"parley {' '.join(command)}: {done.stderr}")
        return done.stdout

    def kill(self, name: str) -> None:
        """kill -9 one of its processes, as it is running now. The supervisor is expected to replace it."""
        os.kill(self.pid_of(name), signal.SIGKILL)

    def pid_of(self, name: str) -> int:
        """The process that was started last under this name, as the log has it."""
        lines = [line for line in self.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
        started = [
            entry
            for entry in map(json.loads, lines)
            if entry.get("event") == "process.started" and entry.get("program_name") == name
        ]
        return int(started[-1]["pid"])

    def stop(self) -> None:
        """End it as Ctrl-C would, and what is left of it by force."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
