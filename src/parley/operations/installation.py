"""One installation on this machine: `serve` and everything it needs, and what `demo` adds to it."""

import asyncio
import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from parley.core.environment import Environment
from parley.core.errors import Misconfigured
from parley.core.keys import ensure_key_file
from parley.operations.embedded import EmbeddedServer, embedded_server
from parley.operations.processes import MISCONFIGURED, Program, ProgramRefused, Supervisor
from parley.operations.serving import LISTENING_VARIABLE, check_can_serve, listen

_READY_SECONDS = 60.0
_LOOK_SECONDS = 0.1


@contextmanager
def database_in_use(environment: Environment) -> Iterator[EmbeddedServer | None]:
    """The embedded server for the length of a block, where it is the one that is meant; else None."""
    if environment.database_url:
        yield None
        return
    with embedded_server(environment.home) as server:
        yield server


def ensure_key(environment: Environment) -> None:
    """Make the key file where neither it nor `PARLEY_SECRET_KEY` is there.

    With a database elsewhere only `migrate` does: a second machine needs the first one's key, not a new one.
    """
    if not environment.secret_key:
        ensure_key_file(environment.home)


def serve(
    environment: Environment,
    *,
    on_ready: Callable[[], None],
    before: Callable[[], None] | None = None,
    also: Sequence[Program] = (),
    output: Path | None = None,
) -> None:
    """Run everything on one port until told to stop; `before` runs when the database is migrated, `on_ready`
    (in a thread of its own) when pages are answered.

    An embedded database is migrated first; one elsewhere has to be up to date. Raises `Misconfigured`.
    """
    with listen(environment.bind_host, environment.bind_port) as listener:
        if not environment.database_url:
            ensure_key(environment)
        with database_in_use(environment) as database:
            bring_up_to_date(is_ours=database is not None or environment.demo)
            # Each of the processes asks the same; here it is answered once.
            check_can_serve(environment)
            if before is not None:
                before()
            listener.set_inheritable(True)
            supervisor = Supervisor(
                programs=[*_programs(listener), *also],
                grace_seconds=environment.grace_seconds,
                database=database,
                output=output,
            )

            async def started() -> None:
                await until_ready(environment.bind_host, environment.bind_port)
                # It may take its time, in which processes are replaced and Ctrl-C works.
                await asyncio.to_thread(on_ready)

            _run(supervisor, started, output=output)


def bring_up_to_date(*, is_ours: bool) -> None:
    """Migrate a database that is ours to change; refuse one elsewhere whose schema is behind or ahead."""
    run_command("migrate", "--quiet", *(() if is_ours else ("--check",)))


def run_command(*arguments: str, variables: Mapping[str, str] | None = None) -> str:
    """Run another command of ours to its end, and answer what it printed.

    Raises `Misconfigured` with the command's own sentence.
    """
    done = subprocess.run(
        [sys.executable, "-m", "parley.cli", *arguments],
        env={**os.environ, **(variables or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.strip() or f"it ended with code {done.returncode}"
        is_told = done.returncode == MISCONFIGURED
        raise Misconfigured(
            said.removeprefix("parley: ") if is_told else f"`parley {arguments[0]}` failed.\n{said}"
        )
    return done.stdout


async def until_ready(host: str, port: int) -> None:
    """Wait until `/readyz` answers 200. Raises `Misconfigured` with its answer after a minute."""
    place = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
    said = "it does not answer"
    deadline = asyncio.get_running_loop().time() + _READY_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        status, said = await asyncio.to_thread(_ask, place, port)
        if status == http.client.OK:
            return
        await asyncio.sleep(_LOOK_SECONDS)
    raise Misconfigured(f"Parley did not get ready within {_READY_SECONDS:.0f} s: {said}")


def free_port(preferred: int, host: str = "127.0.0.1") -> int:
    """The preferred port if nobody has it, or any free one."""
    for port in (preferred, 0):
        try:
            with socket.create_server((host, port)) as probe:
                return int(probe.getsockname()[1])
        except OSError:
            continue
    raise Misconfigured(f"No port is free on {host}.")


def _programs(listener: socket.socket) -> list[Program]:
    number = listener.fileno()
    root = Program("root", ("root",), variables={LISTENING_VARIABLE: str(number)}, sockets=(number,))
    return [root, *(Program(name, (name,)) for name in ("applier", "worker", "sender"))]


def _run(supervisor: Supervisor, started: Callable[[], Awaitable[None]], *, output: Path | None) -> None:
    try:
        asyncio.run(supervisor.run(started))
    except ProgramRefused as refused:
        if output is None:
            raise Misconfigured(f"{refused} See above.") from None
        said = output.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        last = next((line for line in reversed(said) if line.startswith("parley: ")), f"see {output}")
        raise Misconfigured(last.removeprefix("parley: ")) from None


def _ask(host: str, port: int) -> tuple[int, str]:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status, answer.read(2000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()
