"""The embedded PostgreSQL: the server that Parley brings along, used where `DATABASE_URL` is unset.

Who may reach it: its folder and socket have mode 0700 and belong to the user it runs as, and nothing listens
on a network. Still every role has a password, and the superuser's is derived from the master key: when Parley
runs as root, the server's own system user is another one, and a program that got hold of that user must not
become the database's superuser by opening a socket. `peer` would be no check at all there, and `trust` none
anywhere.

Several commands may use one server: `serve` runs, `migrate` comes and goes. Each holds a shared lock while
it does; whoever finds on leaving that nobody else holds it stops the server. The kernel lets go of the locks
of a process that was killed, so nothing has to be cleaned up after one.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from parley.core.database_urls import (
    EMBEDDED_PORT,
    SUPERUSER,
    embedded_socket_directory,
    with_database,
    with_login,
)
from parley.core.errors import Misconfigured
from parley.core.keys import Keys, keys
from parley.operations import postmaster
from parley.operations.system_user import SystemUser, let_through, user_for

# A small CRM on a small machine. Written into postgresql.conf once, so that the operator may change it.
SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "jit": "off",
    "max_wal_size": "1GB",
    "wal_compression": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
    "unix_socket_permissions": "0700",
    # A week of logs, one file a day. Terse, and without statements: rows hold people's names and numbers.
    "logging_collector": "on",
    "log_directory": "../log",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}
# For data that nobody will miss. The rest of the speed comes from the temporary folder itself.
THROW_AWAY_SETTINGS = {
    **SETTINGS,
    "shared_buffers": "64MB",
    "logging_collector": "off",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_naptime": "10min",
}


@dataclass(slots=True)
class EmbeddedServer:
    """A server that runs, and our hold on it. `port` is a loopback port beside the socket, None for none."""

    directory: Path
    socket_directory: Path
    port: int | None
    password: str = field(repr=False)
    user: SystemUser = field(default_factory=SystemUser)
    settings: Mapping[str, str] = field(default_factory=lambda: SETTINGS, repr=False)
    dies_with_us: bool = False
    in_use: IO[bytes] | None = field(default=None, repr=False)
    """The shared lock; None once `stop` let go of it."""

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, None when it does not run (any more)."""
        return postmaster.running_pid(self.data)

    def url(self, database: str) -> str:
        """Address by the socket, signed in as nobody yet."""
        port = postmaster.port_of(self.data) or self.port or EMBEDDED_PORT
        return f"postgresql:///{database}?host={self.socket_directory}&port={port}"

    def superuser_url(self, database: str = "postgres") -> str:
        """Address by the socket, as the superuser."""
        return with_login(self.url(database), SUPERUSER, self.password)

    def tcp_url(self, database: str) -> str:
        """Address by the loopback port, signed in as nobody yet; only where a port was asked for."""
        if self.port is None:
            raise ValueError("This server was started without a port.")
        return with_database(f"postgresql://127.0.0.1:{self.port}/", database)

    def revive(self) -> None:
        """Start it again if it died. Two processes may try: one does, the other finds it running."""
        with _exclusively(self.directory / "starting.lock"):
            _ensure_running(self)

    def stop(self) -> bool:
        """Let go of the server; stop it, and answer True, when nobody else uses it. Twice does no harm."""
        if self.in_use is None:
            return False
        with _exclusively(self.directory / "starting.lock"):
            is_last = _try_lock(self.in_use, fcntl.LOCK_EX)
            if is_last:
                postmaster.stop(self.data)
            self.in_use.close()
            self.in_use = None
        return is_last


@contextmanager
def embedded_server(home: Path, *, master: Keys | None = None) -> Iterator[EmbeddedServer]:
    """Use the embedded server of this home, starting it if it does not run, for the length of a block.

    Raises `Misconfigured` where it cannot be: data of another major version, or a folder of another user.
    A key that is not the one the data was made with is found by whoever signs in.
    """
    _private_folder(home)
    password = (master or keys()).role_password(SUPERUSER)
    server = _open(home / "postgres", embedded_socket_directory(home), password, settings=SETTINGS)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def temporary_server(
    directory: Path | None = None,
    *,
    fsync: bool = False,
    port: int | None = None,
    password: str = "throw-away",  # noqa: S107  reached by nobody but us, and gone in a moment
) -> Iterator[EmbeddedServer]:
    """A server for tests, in a directory that is gone afterwards; its socket is in `<directory>/socket`.

    It dies with this process even on `kill -9`. With `fsync` it keeps its promises like the real one, for
    tests that kill it; with `port` it listens on 127.0.0.1 too, and the socket's name has that number.
    """
    scratch = None if directory else Path(tempfile.mkdtemp(prefix="parley-postgres-"))
    place = directory or Path(f"{scratch}/server")
    settings = {**SETTINGS, "logging_collector": "off"} if fsync else THROW_AWAY_SETTINGS
    is_last = True
    try:
        server = _open(place, place / "socket", password, settings=settings, port=port, dies_with_us=True)
        try:
            yield server
        finally:
            is_last = server.stop()
    finally:
        if is_last:
            shutil.rmtree(scratch or place, ignore_errors=True)


def _open(
    directory: Path,
    socket_directory: Path,
    password: str,
    *,
    settings: Mapping[str, str],
    port: int | None = None,
    dies_with_us: bool = False,
) -> EmbeddedServer:
    user = user_for(directory)
    server = EmbeddedServer(directory, socket_directory, port, password, user, settings, dies_with_us)
    _private_folder(directory, user)
    with _exclusively(directory / "starting.lock"):
        in_use = (directory / "in-use.lock").open("ab")
        if not _try_lock(in_use, fcntl.LOCK_SH):
            in_use.close()
            raise Misconfigured(f"Another program holds {in_use.name} and does not let go of it.")
        try:
            _ensure_running(server)
        except BaseException:
            in_use.close()
            raise
    server.in_use = in_use
    return server


def _ensure_running(server: EmbeddedServer) -> None:
    postmaster.check_major_version(server.data)
    if postmaster.running_pid(server.data) is not None:
        postmaster.wait_until_ready(server.data, log=server.directory / "start.log")
        return
    postmaster.let_use_programs(server.user)
    let_through(server.user, server.data)
    _private_folder(server.socket_directory, server.user)
    let_through(server.user, server.socket_directory / "socket")
    if not server.data.exists():
        postmaster.initialise(server.data, server.user, password=server.password, settings=server.settings)
    postmaster.start(
        server.data,
        server.user,
        log=server.directory / "start.log",
        arguments=_arguments(server),
        dies_with_us=server.dies_with_us,
    )


def _arguments(server: EmbeddedServer) -> list[str]:
    """What depends on the place and not on the operator's taste."""
    return [
        "-c", f"unix_socket_directories={server.socket_directory}",
        "-c", f"listen_addresses={'127.0.0.1' if server.port else ''}",
        "-c", f"port={server.port or EMBEDDED_PORT}",
    ]  # fmt: skip


def _private_folder(path: Path, user: SystemUser | None = None) -> None:
    """A folder of mode 0700 that belongs to `user`. In a place open to all, one made by others is refused."""
    try:
        path.mkdir(mode=0o700, parents=True)
        if user is not None:
            user.own(path)
    except FileExistsError:
        pass
    except OSError as error:
        raise Misconfigured(
            f"{path} cannot be made: {error.strerror}. Set PARLEY_HOME to a folder of yours."
        ) from None
    status = path.lstat()
    if user is not None and user.uid is not None and status.st_uid == os.geteuid() == 0:
        # Made by root, by hand or by a start that ended between the two lines above.
        user.own(path)
    ours = {os.geteuid()} | ({user.uid} if user is not None and user.uid is not None else set())
    if not path.is_dir() or path.is_symlink() or (user is not None and status.st_uid not in ours):
        raise Misconfigured(
            f"{path} belongs to another user of this machine. Start Parley as that user, or set PARLEY_HOME "
            "to another folder."
        )


@contextmanager
def _exclusively(path: Path) -> Iterator[None]:
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _try_lock(file: IO[bytes], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
