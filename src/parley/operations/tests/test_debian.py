"""Smoke: an installation on Debian's PostgreSQL 15, directly and through PgBouncer in transaction mode."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from parley.cli.tests.test_refusals import parley
from parley.core.database_urls import APP_ROLE, ENGINE_ROLE, OWNER_ROLE
from parley.core.keys import keys
from parley.operations.browsing import Browser
from parley.operations.installation import free_port
from parley.operations.tests.debian_servers import PGBOUNCER, POSTGRES, Server, pgbouncer, postgresql_15

pytestmark = pytest.mark.skipif(
    not (POSTGRES.exists() and PGBOUNCER.exists()),
    reason="Debian's postgresql-15 and pgbouncer are not installed.",
)


@pytest.fixture(scope="module")
def server(shared_place: Path) -> Iterator[Server]:
    with postgresql_15(shared_place / "postgresql") as running:
        made = parley(
            "migrate",
            DATABASE_URL=running.url(),
            DATABASE_ADMIN_URL=running.superuser_url,
            PARLEY_HOME=home(running),
        )
        assert made.returncode == 0, made.stderr
        yield running


@pytest.fixture(scope="module", params=["directly", "through PgBouncer"])
def door(request: pytest.FixtureRequest, server: Server, shared_place: Path) -> Iterator[Server]:
    if request.param == "directly":
        yield server
        return
    passwords = {role: keys().role_password(role) for role in (APP_ROLE, ENGINE_ROLE, OWNER_ROLE)}
    with pgbouncer(shared_place / "pgbouncer", server, passwords) as running:
        yield running


def test_migrations_are_complete_and_roles_are_right(door: Server) -> None:
    assert parley("migrate", "--check", **variables(door)).returncode == 0
    status = parley("status", **variables(door))
    assert "PostgreSQL 15" in status.stdout
    assert "as parley_app" in status.stdout
    assert "as parley_engine" in status.stdout


def test_it_serves_and_a_person_signs_in(door: Server, server: Server) -> None:
    email = f"ana{door.port}@example.com"
    made = parley("user", "create", email, "--new-workspace", f"Shop {door.port}", **variables(door))
    assert made.returncode == 0, made.stderr
    password = made.stdout.partition("Password: ")[2].splitlines()[0]
    port = free_port(0)
    listen = server.url(f"{ENGINE_ROLE}:{keys().role_password(ENGINE_ROLE)}@")
    serve = subprocess.Popen(
        [sys.executable, "-m", "parley.cli", "serve"],
        env={
            **os.environ,
            **variables(door),
            "PYTHONPATH": os.pathsep.join(sys.path),
            "DATABASE_LISTEN_URL": listen,
            "PARLEY_BIND": f"127.0.0.1:{port}",
            "PARLEY_PUBLIC_URL": f"http://127.0.0.1:{port}",
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        browser = Browser(f"http://127.0.0.1:{port}")
        assert ready(browser), serve.poll()
        page = browser.post_form("/sign-in/", {"email": email, "password": password})
        assert (page.status, page.path) == (200, f"/w/shop-{door.port}/inbox/")
    finally:
        serve.send_signal(signal.SIGTERM)
        _, said = serve.communicate(timeout=30)
    assert serve.returncode == 0, said
    assert "Traceback" not in said


def variables(door: Server) -> dict[str, str]:
    return {"DATABASE_URL": door.url(), "DATABASE_ADMIN_URL": "", "PARLEY_HOME": home(door)}


def home(server: Server) -> str:
    return str(Path(os.environ["PARLEY_HOME"]) / f"debian-{server.port}")


def ready(browser: Browser) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if browser.get("/readyz").status == 200:
                return True
        except OSError:
            time.sleep(0.2)
    return False
