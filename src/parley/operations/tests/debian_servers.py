"""Debian's own PostgreSQL 15 and PgBouncer, started for a test as an operator would have them."""

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from parley.operations.installation import free_port
from parley.operations.system_user import SystemUser, let_through, user_for

POSTGRES = Path("/usr/lib/postgresql/15/bin")
PGBOUNCER = Path("/usr/sbin/pgbouncer")


@dataclass(frozen=True, slots=True)
class Server:
    """Reached by TCP on 127.0.0.1."""

    port: int
    password: str

    def url(self, login: str = "", database: str = "parley") -> str:
        return f"postgresql://{login}127.0.0.1:{self.port}/{database}"

    @property
    def superuser_url(self) -> str:
        return self.url(f"postgres:{self.password}@", "postgres")


@contextmanager
def postgresql_15(folder: Path) -> Iterator[Server]:
    user, port, password = _prepared(folder), free_port(0), secrets.token_hex(8)
    (folder / "password").write_text(password)
    user.own(folder / "password")
    data = folder / "data"
    initdb = [POSTGRES / "initdb", "-D", data, "-U", "postgres", "--auth=scram-sha-256", "--no-sync",
              f"--pwfile={folder / 'password'}", "--encoding=UTF8", "--locale=C.UTF-8"]  # fmt: skip
    _started(initdb, user, folder).wait()
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": folder,
        "fsync": "off",
    }
    server = [POSTGRES / "postgres", "-D", data, *(f"--{name}={value}" for name, value in settings.items())]
    with _running(server, user, folder, signal.SIGINT):
        yield _reachable(Server(port, password))


@contextmanager
def pgbouncer(folder: Path, behind: Server, passwords: Mapping[str, str]) -> Iterator[Server]:
    """In transaction mode: settings, locks and prepared statements are gone with the transaction."""
    user, port = _prepared(folder), free_port(0)
    users = "".join(f'"{role}" "{password}"\n' for role, password in passwords.items())
    (folder / "users").write_text(users)
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host=127.0.0.1 port={behind.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nunix_socket_dir =\nauth_type = scram-sha-256\n"
        f"auth_file = {folder / 'users'}\n"
        "pool_mode = transaction\nmax_client_conn = 200\ndefault_pool_size = 4\n"
    )
    for name in ("users", "pgbouncer.ini"):
        user.own(folder / name)
    with _running([PGBOUNCER, folder / "pgbouncer.ini"], user, folder, signal.SIGINT):
        time.sleep(0.5)
        yield Server(port, "")


def _prepared(folder: Path) -> SystemUser:
    user = user_for(folder)
    folder.mkdir(parents=True)
    user.own(folder)
    let_through(user, folder / "data")
    return user


def _started(command: list[object], user: SystemUser, folder: Path) -> subprocess.Popen[bytes]:
    as_user: dict[str, Any] = (
        {} if user.uid is None else {"user": user.uid, "group": user.gid, "extra_groups": []}
    )
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            **as_user,
        )


@contextmanager
def _running(command: list[object], user: SystemUser, folder: Path, end: signal.Signals) -> Iterator[None]:
    process = _started(command, user, folder)
    try:
        yield
    finally:
        process.send_signal(end)
        process.wait(20)


def _reachable(server: Server) -> Server:
    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(server.superuser_url).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return server
