"""Debian's PostgreSQL 15 and PgBouncer, started for a test as an operator would have them."""

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from parley.operations.installation import free_port
from parley.operations.system_user import SystemUser, let_through, user_for
from tests.torture.programs import until

_PROGRAMS = Path("/usr/lib/postgresql/15/bin")
_PGBOUNCER = Path("/usr/sbin/pgbouncer")
_PACKAGES = {_PROGRAMS / "postgres": "postgresql-15", _PGBOUNCER: "pgbouncer"}
_PR_SET_PDEATHSIG = 1
_STOP_SECONDS = 20
POOL_SIZE = 2
"""Connections of PgBouncer to the server, for each role."""


def require_packages() -> None:
    """Skip where Debian's packages are missing, and say so. In CI that is a failure: nobody would look."""
    missing = [package for program, package in _PACKAGES.items() if not program.exists()]
    if not missing:
        return
    reason = f"Not tried on Debian's own servers: apt-get install {' '.join(missing)}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass(slots=True)
class Server:
    """A program that listens on a loopback port, run as an ordinary user of this machine."""

    folder: Path
    port: int
    user: SystemUser = field(default_factory=SystemUser)
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "parley", *, login: str = "") -> str:
        """`login` is `user:password@`, or nothing."""
        return f"postgresql://{login}127.0.0.1:{self.port}/{database}"

    def run(self, command: Sequence[str | Path]) -> None:
        """Start it. It dies with this run, however that ends."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                start_new_session=True,
                preexec_fn=_die_with_us if sys.platform == "linux" else None,  # noqa: PLW1509
                user=self.user.uid,
                group=self.user.gid,
                extra_groups=None if self.user.uid is None else [],
            )

    def stop(self) -> None:
        """SIGINT is a fast stop for both programs."""
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(signal.SIGINT)
            process.wait(_STOP_SECONDS)

    @property
    def said(self) -> str:
        """Everything it has logged."""
        return (self.folder / "log").read_text("utf-8", "replace")


@dataclass(slots=True)
class Postgres15(Server):
    """The server with its superuser's password."""

    password: str = ""

    @property
    def superuser(self) -> str:
        """The login of a URL."""
        return f"postgres:{self.password}@"

    def start(self) -> None:
        """Start without waiting."""
        settings = {
            "fsync": "off",
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
        }
        chosen = [f"--{name}={value}" for name, value in settings.items()]
        self.run([_PROGRAMS / "postgres", "-D", self.folder / "data", *chosen])

    def configure(self, line: str) -> None:
        """Add a line to its settings, before it starts."""
        with (self.folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(f"{line}\n")

    def touch(self, name: str) -> None:
        """Make an empty file beside its data."""
        (self.folder / "data" / name).touch()
        self.user.own(self.folder / "data" / name)

    def wait_until_ready(self) -> None:
        """Wait until it takes the superuser in."""
        until(self._takes_connections, seconds=30, what=f"PostgreSQL 15: {self.said}")

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Ask as the superuser."""
        with psycopg.connect(self.url("postgres", login=self.superuser), connect_timeout=5) as connection:
            return connection.execute(query).fetchall()

    def _takes_connections(self) -> bool:
        try:
            return bool(self.rows("SELECT 1"))
        except psycopg.OperationalError:
            return False


@contextmanager
def postgres_15(folder: Path) -> Iterator[Postgres15]:
    """A new cluster with scram for everybody. Not started yet; stopped when the block ends."""
    server = Postgres15(folder, free_port(0), _own(folder), password=secrets.token_hex(8))
    password_file = folder / "password"
    password_file.write_text(server.password)
    server.user.own(password_file)
    server.run(
        [
            _PROGRAMS / "initdb",
            *("-D", folder / "data", "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={password_file}"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
        ]
    )
    assert server.process is not None
    assert server.process.wait(60) == 0, server.said
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def pgbouncer(folder: Path, behind: Server, *, passwords: Mapping[str, str]) -> Iterator[Server]:
    """PgBouncer in transaction mode before a server, with so few connections that everybody shares them."""
    bouncer = Server(folder, free_port(0), _own(folder))
    users, settings = folder / "userlist.txt", folder / "pgbouncer.ini"
    users.write_text("".join(f'"{role}" "{password}"\n' for role, password in passwords.items()))
    settings.write_text(
        f"""\
[databases]
* = host=127.0.0.1 port={behind.port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {bouncer.port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = transaction
default_pool_size = {POOL_SIZE}
max_client_conn = 200
"""
    )
    for path in (users, settings):
        path.chmod(0o600)
        bouncer.user.own(path)
    bouncer.run([_PGBOUNCER, settings])
    until(lambda: _listens(bouncer.port), what=f"PgBouncer: {bouncer.said}")
    try:
        yield bouncer
    finally:
        bouncer.stop()


def _own(folder: Path) -> SystemUser:
    """Make the folder, for the user that the server runs as: neither program runs as root."""
    user = user_for(folder)
    folder.mkdir(parents=True)
    user.own(folder)
    let_through(user, folder / "data")
    return user


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _die_with_us() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
