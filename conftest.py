"""What tests stand on: one temporary PostgreSQL for the whole run, one database per worker, a cast of people.

Nothing is rolled back and nothing is mocked: a test commits as production does, signed in to the database as
parley_app, and makes its own workspace, so that row-level security keeps it apart from all others. The server
starts with the first test that needs it and ends with the run.
"""

import atexit
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import psycopg
import pytest
from django.conf import settings
from psycopg import sql

import parley
from parley.core.database_urls import (
    EMBEDDED_PORT,
    admin_url,
    app_url,
    engine_url,
    owner_url,
    role_passwords,
    with_database,
)
from parley.core.environment import environment
from parley.operations.embedded import temporary_server
from parley.operations.provision import narrow_bookkeeping, provision

if TYPE_CHECKING:
    from tests.e2e.scheduling import OneStage
    from xdist.remote import Producer

    from parley.access.models import Workspace
    from parley.access.tests.factories import Cast

RUN_VARIABLE = "PARLEY_TEST_RUN"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
OWNS_RUN = RUN_VARIABLE not in os.environ
if OWNS_RUN:
    os.environ[RUN_VARIABLE] = tempfile.mkdtemp(prefix="parley-test-")
    atexit.register(shutil.rmtree, os.environ[RUN_VARIABLE], ignore_errors=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as with Ctrl-C, so that nothing stays behind
RUN = Path(os.environ[RUN_VARIABLE])
SERVER = RUN / "server"
PASSWORD = "throw-away"  # noqa: S105  of a server that no network reaches
TEMPLATE = "parley_template"
DATABASE = f"parley_{WORKER}"


def address(database: str, login: str = "") -> str:
    """A URL of the run's server. It is known before the server is there: Django reads its settings once."""
    return f"postgresql://{login}/{database}?host={SERVER / 'socket'}&port={EMBEDDED_PORT}"


os.environ.update(
    DATABASE_ADMIN_URL=address("postgres", f"postgres:{PASSWORD}@"),
    DATABASE_URL=address(DATABASE),
    PARLEY_GATEWAY_NETWORKS="127.0.0.0/8",
    PARLEY_HOME=str(RUN / "home" / WORKER),
    PARLEY_POOL_MAX="4",
    PARLEY_POOL_MIN="1",
    PARLEY_PUBLIC_URL="http://testserver",
    PARLEY_SECRET_KEY="only for tests 6b1f0c2d9a7e4853b0d1c2a3f4e59687",  # noqa: S106
)
if settings.configured:
    raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the tests choose their own database.")
os.environ["DJANGO_SETTINGS_MODULE"] = "parley.config.settings"
django.setup()
# A worker inherits the environment, and would set Django up with the database of the one that started it.
del os.environ["DJANGO_SETTINGS_MODULE"]

DATABASE_PACKAGES = {"access", "channels", "cli", "contacts", "engines", "messaging", "operations"}
"""Tests in `parley/<one of these>/tests/` may use the database unasked; others ask for `database`."""


_server = ExitStack()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "OneStage":
    """The browser tests share one installation."""
    from tests.e2e.scheduling import OneStage

    return OneStage(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node() -> None:
    """Called in the process that starts the workers: the server belongs to it and outlives them all."""
    start_server()


def pytest_unconfigure() -> None:
    _server.close()


@pytest.fixture(scope="session")
def worker_database() -> str:
    """The name of this worker's database, made from the template, which the first worker migrates."""
    if OWNS_RUN:
        start_server()
    with (RUN / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (RUN / "migrated").exists():
            migrate_template()
            (RUN / "migrated").touch()
        create_database(DATABASE)
    return DATABASE


@pytest.fixture
def database(worker_database: str, django_db_blocker: Any) -> Iterator[str]:
    """Open the worker's database to this test."""
    with django_db_blocker.unblock():
        yield worker_database


@pytest.fixture(autouse=True)
def _database_where_used(request: pytest.FixtureRequest) -> None:
    folder = request.path.parent
    if folder.name == "tests" and folder.parent.name in DATABASE_PACKAGES:
        request.getfixturevalue("database")


@pytest.fixture
def fresh_database(worker_database: str, django_db_blocker: Any) -> Iterator[str]:  # noqa: ARG001
    """A migrated database with nobody in it, for this test alone; Django is connected to it meanwhile."""
    name = f"{DATABASE}_fresh"
    create_database(name)
    with django_db_blocker.unblock(), connected_to(name):
        yield name
    execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def app_database_url(database: str) -> str:  # noqa: ARG001
    """For tests that speak to the database as the serving processes do, without Django."""
    return app_url(environment())


@pytest.fixture
def engine_database_url(database: str) -> str:  # noqa: ARG001
    """For tests of ingest, sender and realtime."""
    return engine_url(environment())


@pytest.fixture
def owner_database_url(database: str) -> str:  # noqa: ARG001
    """For looking at the schema. Row-level security holds for the owner too."""
    return owner_url(environment())


@pytest.fixture
def cast(database: str) -> "Cast":  # noqa: ARG001
    """Alice owns a workspace, Bob is an agent in it, Charlie owns another. All are signed in."""
    from parley.access.tests.factories import make_cast

    return make_cast()


@pytest.fixture
def workspace(cast: "Cast") -> "Workspace":
    """The workspace of Alice and Bob."""
    return cast.alice.workspace


@pytest.fixture
def capture_queries() -> "Callable[[], Any]":
    """`with capture_queries() as queries:` collects the statements that ask something of the database."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    @contextmanager
    def capture() -> Iterator[list[str]]:
        queries: list[str] = []
        with CaptureQueriesContext(connection) as context:
            yield queries
        frame = ("BEGIN", "COMMIT", "ROLLBACK", "SET LOCAL", "SAVEPOINT", "RELEASE")
        queries += [query["sql"] for query in context if not query["sql"].startswith(frame)]

    return capture


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Point Django's connection, and those that other threads will open, at another database."""
    from django.db import connection

    def switch(to: str) -> None:
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        connection.settings_dict["NAME"] = to

    switch(name)
    try:
        yield
    finally:
        switch(DATABASE)


def start_server() -> None:
    """Once in a run; it dies with this process, however that ends."""
    if not SERVER.exists():
        _server.enter_context(temporary_server(SERVER, password=PASSWORD))


def migrate_template() -> None:
    """The schema, made as on any machine: roles and database first, then the migrations as their owner."""
    provision(admin_url(environment()), TEMPLATE, passwords=role_passwords(environment()))
    variables = {
        **os.environ,
        "DATABASE_URL": address(TEMPLATE),
        "DJANGO_SETTINGS_MODULE": "parley.config.settings",
        "PARLEY_AS_OWNER": "1",
        "PYTHONPATH": str(Path(parley.__file__).parents[1]),
    }
    migrate = [sys.executable, "-m", "django", "migrate", "--skip-checks", "--verbosity", "0"]
    subprocess.run(migrate, check=True, env=variables)
    narrow_bookkeeping(with_database(owner_url(environment()), TEMPLATE))


def create_database(name: str) -> None:
    new, template = sql.Identifier(name), sql.Identifier(TEMPLATE)
    execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))
    execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER parley_owner").format(new, template))


def execute(statement: sql.Composed) -> None:
    with psycopg.connect(admin_url(environment()), autocommit=True) as connection:
        connection.execute(statement)
