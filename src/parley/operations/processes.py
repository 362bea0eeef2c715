"""The supervisor: it starts Parley's processes, replaces those that die, and ends them all.

It holds the listening socket itself, so that a caller who comes while the web process is being replaced
waits a moment instead of being refused. Any process may be killed at any time, the supervisor included: the
children notice, and the next start finds a database that recovers by itself.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import structlog

from parley.core.errors import ParleyError
from parley.operations.embedded import EmbeddedServer
from parley.operations.serving import SUPERVISOR_VARIABLE

MISCONFIGURED = 2
"""The exit code of a command that cannot run before the operator changes something."""

_SHORTEST_PAUSE = 0.2
_LONGEST_PAUSE = 15.0
_STEADY_SECONDS = 30.0
"""A process that ran this long did not die of its start: the next one is started at once again."""
_DATABASE_LOOK_SECONDS = 1.0
_AFTER_GRACE_SECONDS = 3.0

log = structlog.get_logger(__name__)


class ProgramRefused(ParleyError):
    """A process ended at its start because of the configuration. It has said why on its own output."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The process {name} does not start.")
        self.name = name


@dataclass(frozen=True, slots=True)
class Program:
    """A command of ours to keep running, such as `("worker",)`, with variables and sockets of its own."""

    name: str
    arguments: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    sockets: tuple[int, ...] = ()


@dataclass(slots=True)
class Supervisor:
    """Runs programs until it is told to stop (SIGTERM, SIGINT) or one of them refuses to start.

    `output` takes what they print; None leaves it on the terminal. A second signal kills at once.
    """

    programs: Sequence[Program]
    grace_seconds: float
    database: EmbeddedServer | None = None
    output: Path | None = None
    is_ready: bool = False
    _running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, on_started: Callable[[], Awaitable[None]]) -> None:
        """Start everything, await `on_started` (it waits until the site answers), and stay.

        Raises `ProgramRefused`, and whatever `on_started` raises, after everything was stopped.
        """
        self._take_signals()
        keepers = [asyncio.create_task(self._keep(program)) for program in self.programs]
        if self.database is not None:
            keepers.append(asyncio.create_task(self._keep_database(self.database)))
        started = asyncio.create_task(self._announce(on_started))
        stopping = asyncio.create_task(self._stop.wait())
        try:
            pending = {started, stopping, *keepers}
            while not self._stop.is_set():
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            self._stop.set()
            started.cancel()
            await self._end_all()
            for task in (started, stopping, *keepers):
                task.cancel()
            await asyncio.gather(started, stopping, *keepers, return_exceptions=True)

    @property
    def pids(self) -> dict[str, int]:
        """The programs that run, by name."""
        return {name: process.pid for name, process in self._running.items()}

    def stop(self) -> None:
        """Begin to end everything; a second call kills what is left."""
        if self._stop.is_set():
            for process in self._running.values():
                _signal(process, signal.SIGKILL)
        self._stop.set()

    async def _announce(self, on_started: Callable[[], Awaitable[None]]) -> None:
        await on_started()
        self.is_ready = True

    def _take_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)

    async def _keep(self, program: Program) -> None:
        pause = _SHORTEST_PAUSE
        while not self._stop.is_set():
            began = time.monotonic()
            process = await self._start(program)
            self._running[program.name] = process
            code = await process.wait()
            self._running.pop(program.name, None)
            if self._stop.is_set():
                return
            if code == MISCONFIGURED and not self.is_ready:
                raise ProgramRefused(program.name)
            pause = _SHORTEST_PAUSE if time.monotonic() - began > _STEADY_SECONDS else pause
            log.warning("process.died", program_name=program.name, code=code, starts_again_in=pause)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _start(self, program: Program) -> asyncio.subprocess.Process:
        output = self._open_output()
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "parley.cli",
                *program.arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **program.variables, SUPERVISOR_VARIABLE: str(os.getpid())},
                pass_fds=program.sockets,
                # Ctrl-C reaches the supervisor alone, which ends the others in order.
                start_new_session=True,
            )
        finally:
            if output is not None:
                output.close()
        log.info("process.started", program_name=program.name, pid=process.pid)
        return process

    def _open_output(self) -> IO[bytes] | None:
        if self.output is None:
            return None
        self.output.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.output.open("ab")

    async def _keep_database(self, database: EmbeddedServer) -> None:
        """The embedded server is nobody's child, so its end is not announced: look.

        What keeps it from starting, such as a full disk, may pass: it is tried again, and the rest goes on.
        """
        pause = _DATABASE_LOOK_SECONDS
        while not self._stop.is_set():
            try:
                if database.pid is None:
                    log.warning("database.died")
                    await asyncio.to_thread(database.revive)
                pause = _DATABASE_LOOK_SECONDS
            except (ParleyError, OSError, subprocess.SubprocessError) as error:
                pause = min(pause * 2, _LONGEST_PAUSE)
                log.exception("database.not_revived", error=str(error), tried_again_in=pause)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause)

    async def _end_all(self) -> None:
        for process in self._running.values():
            _signal(process, signal.SIGTERM)
        waiting = [asyncio.create_task(process.wait()) for process in self._running.values()]
        if not waiting:
            return
        _, late = await asyncio.wait(waiting, timeout=self.grace_seconds + _AFTER_GRACE_SECONDS)
        if late:
            log.warning("process.killed", program_names=sorted(self._running))
            for process in self._running.values():
                _signal(process, signal.SIGKILL)
            await asyncio.wait(late)


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(number)
