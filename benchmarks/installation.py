"""A Parley of its own for the benchmarks: an embedded server that keeps its promises, and its processes."""

import ctypes
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from parley.operations import postmaster
from parley.operations.embedded import EmbeddedServer, temporary_server
from parley.operations.installation import free_port

DATABASE = "parley"
_READY_SECONDS = 120.0
_END_SECONDS = 30.0
_LOOK_SECONDS = 0.01
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Installation:
    """A migrated database on a server of its own."""

    server: EmbeddedServer
    variables: Mapping[str, str]

    def types(self, *arguments: str) -> str:
        """`parley …` to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "parley.cli", *arguments],
            env=dict(self.variables),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"parley {arguments[0]}: {done.stderr}"
        return done.stdout

    def copy_database(self, name: str) -> None:
        """The database again, under another name. Nobody may be connected to it."""
        with psycopg.connect(self.server.superuser_url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {DATABASE}".encode())

    def settle(self) -> None:
        """What autovacuum would have done long ago: statistics, and the visibility map."""
        with psycopg.connect(self.server.superuser_url(DATABASE), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    @contextmanager
    def working(self, command: str) -> Iterator[int]:
        """`parley <command>`, which answers nobody, until the block ends; its process id."""
        with running([command], self.variables) as process:
            yield process.pid

    @contextmanager
    def serving(self, command: str) -> Iterator[tuple[str, int]]:
        """`parley <command>` on a free port, from ready until the block ends; its address and process id."""
        port = free_port(0)
        url = f"http://127.0.0.1:{port}"
        variables = {**self.variables, "PARLEY_BIND": f"127.0.0.1:{port}", "PARLEY_PUBLIC_URL": url}
        with running([command], variables) as process:
            until_answered(f"{url}/readyz", process)
            yield url, process.pid


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """What is committed is on the disk, as in production. Statements can be counted, see `statements`."""
    with temporary_server(folder / "postgres", fsync=True, port=free_port(0)) as server:
        _count_statements_on_request(server)
        variables = {
            **plain_variables(),
            "DATABASE_ADMIN_URL": server.superuser_url(),
            "DATABASE_URL": server.tcp_url(DATABASE),
            "PARLEY_HOME": str(folder / "home"),
            "PARLEY_LOG_LEVEL": "WARNING",
            "PARLEY_SECRET_KEY": secrets.token_urlsafe(32),
        }
        made = Installation(server, variables)
        made.types("migrate", "--quiet")
        yield made


@contextmanager
def running(
    arguments: list[str], variables: Mapping[str, str], *, output: Path = Path(os.devnull)
) -> Iterator[subprocess.Popen[bytes]]:
    """`parley …` until the block ends, or this process does."""
    with output.open("wb") as printed:
        process = subprocess.Popen(
            [sys.executable, "-m", "parley.cli", *arguments],
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            start_new_session=True,
            preexec_fn=_die_with_us if sys.platform == "linux" else None,  # noqa: PLW1509
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until_answered(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a page comes with status 200."""

    def is_there() -> bool:
        assert process.poll() is None, f"It ended with code {process.returncode}."
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  our own http address
                return int(answer.status) == 200
        except (urllib.error.HTTPError, OSError):
            return False

    until(is_there, seconds=_READY_SECONDS)


def until(condition: Callable[[], bool], *, seconds: float) -> None:
    """Wait for it; in vain is an error."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"Waited {seconds:.0f} s in vain."
        time.sleep(_LOOK_SECONDS)


def plain_variables() -> dict[str, str]:
    """The environment without anything that would configure Parley or PostgreSQL."""
    ours = ("PARLEY_", "DATABASE_", "DJANGO_", "PG")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _count_statements_on_request(server: EmbeddedServer) -> None:
    """Load pg_stat_statements, which only a start can, and let it rest until it is asked."""
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
        connection.execute("ALTER SYSTEM SET pg_stat_statements.track = 'none'")
    postmaster.stop(server.data)
    server.revive()
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")


def _die_with_us() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
