"""A PostgreSQL that keeps its promises, to be stopped and killed, with a migrated database to copy."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg import sql

from parley.core.database_urls import OWNER_ROLE, with_login
from parley.core.environment import environment
from parley.core.keys import keys
from parley.operations.embedded import EmbeddedServer, temporary_server
from parley.operations.installation import free_port
from tests.torture.programs import ROOT, plain_variables, until

_TEMPLATE = "parley_torture"
EMAIL = "ana@casalume.example"
_COMPANY = "Casa Lume"


@dataclass(frozen=True, slots=True)
class Company:
    """The workspace that every copy of the database has, and its owner."""

    workspace_id: UUID
    slug: str
    password: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """The server of this run. It fsyncs, so that what it confirmed survives a kill."""

    server: EmbeddedServer
    company: Company

    def new_database(self, name: str) -> str:
        """A copy of the migrated database under this name."""
        with psycopg.connect(self.server.superuser_url(), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                    sql.Identifier(name), sql.Identifier(_TEMPLATE), sql.Identifier(OWNER_ROLE)
                )
            )
        return name

    def drop(self, name: str) -> None:
        """Remove a copy, whoever is still connected to it."""
        with psycopg.connect(self.server.superuser_url(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def owner_url(self, name: str) -> str:
        """To look from outside, past every proxy. Row-level security holds for the owner too."""
        return with_login(self.server.tcp_url(name), OWNER_ROLE, keys().role_password(OWNER_ROLE))

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is `pg_ctl stop -m fast`, SIGQUIT `-m immediate`, SIGKILL what the kernel does."""
        pid = self.server.pid
        assert pid is not None, "PostgreSQL does not run."
        os.kill(pid, number)
        until(lambda: self.server.pid is None, what="PostgreSQL stops")

    @property
    def last_words(self) -> str:
        """What the server has logged since its last start, as far as it is of interest."""
        log = (self.server.directory / "start.log").read_text("utf-8", "replace")
        return log[-2_000:]

    def revive(self) -> None:
        """Start it again, if it does not run, and wait until it takes connections."""
        self.server.revive()


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """A server made for this run, migrated by `parley migrate`; gone when the block ends.

    Its data is not below pytest's own folder: every run of pytest as root closes that to PostgreSQL's user.
    """
    with temporary_server(fsync=True, port=free_port(0)) as server:
        variables = {
            **plain_variables(),
            "DATABASE_ADMIN_URL": server.superuser_url(),
            "DATABASE_URL": server.tcp_url(_TEMPLATE),
            "PARLEY_HOME": str(folder / "home"),
            "PARLEY_SECRET_KEY": environment().secret_key,
        }
        _parley("migrate", "--quiet", variables=variables)
        said = _parley("user", "create", EMAIL, "--new-workspace", _COMPANY, variables=variables)
        yield Cluster(server, _company(server, said))


def _parley(*arguments: str, variables: dict[str, str]) -> str:
    command = [sys.executable, "-m", "parley.cli", *arguments]
    done = subprocess.run(
        command, env=variables, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"parley {arguments[0]}: {done.stderr}"
    return done.stdout


def _company(server: EmbeddedServer, said: str) -> Company:
    password = re.search(r"^Password: (\S+)$", said, re.MULTILINE)
    assert password is not None, said
    with psycopg.connect(server.superuser_url(_TEMPLATE)) as connection:
        row = connection.execute("SELECT id, slug FROM workspace").fetchone()
    assert row is not None
    return Company(workspace_id=row[0], slug=row[1], password=password[1])
