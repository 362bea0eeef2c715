"""Parley's processes and the simulator, started as an operator would and killed by their own number only."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import parley

Answer = TypeVar("Answer")

ROOT = Path(__file__).parents[2]
SOURCE = Path(parley.__file__).parents[1]
LEASH = Path(__file__).with_name("leash.py")
_END_SECONDS = 15.0
_LAST_WORDS = 4_000


class Program:
    """One process, in a session of its own, that may be started again and again."""

    def __init__(
        self, name: str, arguments: Sequence[str], *, variables: Mapping[str, str], folder: Path
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.starts = 0
        self._arguments = [sys.executable, *arguments]
        self._variables = {**plain_variables(), **variables}
        self._process: subprocess.Popen[bytes] | None = None
        self._began_at = 0

    def start(self) -> None:
        """Start without waiting. From the main thread only: the leash holds to the thread that starts."""
        if self.is_running:
            return
        self._began_at = self.log.stat().st_size if self.log.exists() else 0
        self.starts += 1
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-S", "-E", str(LEASH), str(os.getpid()), *self._arguments],
                env=self._variables,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def wait_until_it_says(self, words: str, *, seconds: float = 60) -> None:
        """Wait for words in what it has printed since its start."""
        until(
            lambda: words in self.printed or not self.is_running,
            seconds=seconds,
            what=f"{self.name}: {words}",
        )
        assert words in self.printed, f"{self.name} ended:\n{self.last_words}"

    def kill(self) -> None:
        """As `kill -9` would, its children included."""
        self._end(signal.SIGKILL)

    def tell(self, number: signal.Signals) -> None:
        """Send a signal to it and its children: SIGSTOP and SIGCONT make it stand still and go on."""
        assert self._process is not None
        os.killpg(self._process.pid, number)

    def stop(self) -> None:
        """As an operator would; what does not go in time is killed."""
        self._end(signal.SIGTERM)

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        assert self._process is not None, f"{self.name} does not run."
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def printed(self) -> str:
        """What it said since its last start."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as file:
            file.seek(self._began_at)
            return file.read().decode("utf-8", "replace")

    @property
    def last_words(self) -> str:
        """The end of everything it ever printed."""
        return self.log.read_text("utf-8", "replace")[-_LAST_WORDS:] if self.log.exists() else ""

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def plain_variables() -> dict[str, str]:
    """The environment without anything that would configure Parley or PostgreSQL."""
    ours = ("PARLEY_", "DATABASE_", "DJANGO_", "PYTEST_", "PG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PYTHONPATH": str(SOURCE), "PYTHONUNBUFFERED": "1"}


def until(condition: Callable[[], Answer], *, seconds: float = 20, what: str = "") -> Answer:
    """The first true answer. One that does not come in time fails the test."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"Waited {seconds:.0f} s in vain. {what}"
        time.sleep(0.05)
    return answer
