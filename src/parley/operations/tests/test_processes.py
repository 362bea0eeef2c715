"""The supervisor with real processes: replaced when killed, ended in order, never left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from parley.operations.embedded import EmbeddedServer, temporary_server
from parley.operations.processes import Program, ProgramRefused, Supervisor

STEADY = Program("simulator", ("simulator", "--port", "0"))
REFUSING = Program("refusing", ("user", "create", "nobody@example.com"))

SUPERVISE = """
import asyncio, sys
from pathlib import Path
from parley.core.logging import configure_logging
from parley.operations.embedded import EmbeddedServer, temporary_server
from parley.operations.processes import Program, Supervisor
configure_logging()
supervisor = Supervisor(
    [Program(name, ("simulator", "--port", "0")) for name in ("one", "two")],
    grace_seconds=5, output=Path(sys.argv[1]),
)
async def started():
    while len(supervisor.pids) < 2:
        await asyncio.sleep(0.05)
    print(*supervisor.pids.values(), flush=True)
asyncio.run(supervisor.run(started))
print("ended", flush=True)
"""


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))


def test_a_process_that_dies_is_replaced(tmp_path: Path) -> None:
    async def scenario() -> None:
        supervisor = Supervisor([STEADY], grace_seconds=5, output=tmp_path / "log")

        async def kill_it() -> None:
            first = await appears(lambda: supervisor.pids.get("simulator"))
            os.kill(first, signal.SIGKILL)
            second = await appears(
                lambda: pid if (pid := supervisor.pids.get("simulator")) != first else None
            )
            assert alive(second)
            supervisor.stop()

        await supervisor.run(kill_it)
        assert supervisor.pids == {}

    asyncio.run(scenario())


def test_one_that_refuses_to_start_ends_them_all(tmp_path: Path) -> None:
    seen: list[int] = []

    async def scenario() -> None:
        supervisor = Supervisor([STEADY, REFUSING], grace_seconds=5, output=tmp_path / "log")

        async def look() -> None:
            seen.append(await appears(lambda: supervisor.pids.get("simulator")))
            await asyncio.sleep(60)

        await supervisor.run(look)

    with pytest.raises(ProgramRefused, match="refusing"):
        asyncio.run(scenario())
    assert not any(alive(pid) for pid in seen)
    assert "--workspace" in (tmp_path / "log").read_text()


def test_a_start_that_fails_ends_them_all(tmp_path: Path) -> None:
    async def scenario() -> None:
        supervisor = Supervisor([STEADY], grace_seconds=5, output=tmp_path / "log")

        async def fail() -> None:
            await appears(lambda: supervisor.pids.get("simulator"))
            raise ValueError("not ready")

        try:
            await supervisor.run(fail)
        finally:
            assert supervisor.pids == {}

    with pytest.raises(ValueError, match="not ready"):
        asyncio.run(scenario())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything(tmp_path: Path, number: signal.Signals) -> None:
    process, children = supervised(tmp_path)
    process.send_signal(number)
    output, _ = process.communicate(timeout=20)
    assert output.endswith("ended\n")
    assert process.returncode == 0
    assert not any(alive(pid) for pid in children)


def test_a_child_that_does_not_listen_is_killed_after_the_grace(tmp_path: Path) -> None:
    process, children = supervised(tmp_path)
    os.kill(children[0], signal.SIGSTOP)
    process.terminate()
    process.communicate(timeout=20)
    assert not any(alive(pid) for pid in children)


@pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere the children look only once a second.")
def test_when_the_supervisor_is_killed_the_children_end(tmp_path: Path) -> None:
    process, children = supervised(tmp_path)
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 15
    while any(alive(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(pid) for pid in children)


def supervised(tmp_path: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """A supervisor in a process of its own, and the numbers of its children, which have begun to serve."""
    log = tmp_path / "log"
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, log], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    children = [int(pid) for pid in process.stdout.readline().split()]
    # The prctl of a child comes after its imports.
    time.sleep(1.5)
    return process, children


async def appears(find: Callable[[], int | None]) -> int:
    deadline = asyncio.get_running_loop().time() + 15
    while asyncio.get_running_loop().time() < deadline:
        found = find()
        if found is not None:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("It did not appear.")


def alive(pid: int) -> bool:
    """Runs, and is not a zombie that waits for its parent."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_database_that_does_not_come_back_is_tried_again(tmp_path: Path, place: Path) -> None:
    async def scenario(database: EmbeddedServer) -> None:
        supervisor = Supervisor([STEADY], grace_seconds=5, database=database, output=tmp_path / "log")

        async def lose_it() -> None:
            simulator = await appears(lambda: supervisor.pids.get("simulator"))
            version = database.data / "PG_VERSION"
            written = version.read_text()
            version.write_text("1\n")  # as a server of another version would leave it: `Misconfigured`
            os.kill(await appears(lambda: database.pid), signal.SIGKILL)
            await asyncio.sleep(4)  # long enough for a first and a second try
            assert database.pid is None
            assert supervisor.pids["simulator"] == simulator
            version.write_text(written)
            assert await appears(lambda: database.pid)
            supervisor.stop()

        await supervisor.run(lose_it)

    with temporary_server(place / "server") as database:
        asyncio.run(scenario(database))
