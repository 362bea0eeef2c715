"""What an operator gets wrong is answered with one sentence, the remedy in it, and exit code 2."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from parley.core.database_urls import admin_url, app_url, database_name, owner_url, with_database
from parley.core.environment import environment

SUPERVISED = ("root", "edge", "web", "worker", "sender")


def parley(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "parley.cli", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def assert_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    said = done.stderr.strip().splitlines()
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert said[-1].startswith("parley: ")
    for word in words:
        assert word in said[-1]


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    url = "postgresql://u:hunter2@127.0.0.1:1/parley"
    done = parley(
        "migrate", "--wait", "0", DATABASE_URL=url, DATABASE_ADMIN_URL="", PARLEY_HOME=str(tmp_path)
    )
    assert_refused(done, "No database answers at 127.0.0.1:1", "DATABASE_URL")
    assert "hunter2" not in done.stderr


def test_an_address_that_is_none(tmp_path: Path) -> None:
    for command in (("migrate",), ("worker",), ("status",)):
        done = parley(*command, DATABASE_URL="mysql://u:hunter2@h/d", PARLEY_HOME=str(tmp_path))
        if command == ("status",):
            assert done.returncode == 0
            assert "DATABASE_URL like postgresql://" in done.stdout
        else:
            assert_refused(done, "DATABASE_URL like postgresql://")
        assert "hunter2" not in done.stderr + done.stdout


def test_a_wrong_password() -> None:
    wrong = app_url(environment()).replace("parley_app:", "parley_app:wrong")
    assert_refused(parley("worker", DATABASE_URL=wrong), "does not let parley_app in")


def test_a_database_that_is_missing() -> None:
    missing = with_database(environment().database_url, "no_such_database")
    assert_refused(parley("worker", DATABASE_URL=missing), "no_such_database", "parley migrate")


@pytest.mark.parametrize("command", SUPERVISED)
def test_nobody_serves_above_row_level_security(command: str) -> None:
    superuser = with_database(admin_url(environment()), database_name(environment()))
    for url, reason in ((superuser, "is a superuser"), (owner_url(environment()), "owns the tables")):
        variables = {"DATABASE_URL": url, "DATABASE_ENGINE_URL": url, "PARLEY_BIND": "127.0.0.1:0"}
        assert_refused(parley(command, **variables), reason, "parley migrate", "DATABASE_URL=")


def test_serve_refuses_once_for_all_its_processes() -> None:
    superuser = with_database(admin_url(environment()), database_name(environment()))
    done = parley("serve", DATABASE_URL=superuser, PARLEY_BIND="127.0.0.1:0")
    assert_refused(done, "is a superuser", "DATABASE_URL=")
    assert done.stderr.count("is a superuser") == 1


@pytest.mark.parametrize("command", ["serve", "web", "edge", "root"])
def test_a_port_that_is_taken(command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = parley(command, PARLEY_BIND=f"127.0.0.1:{port}")
        assert_refused(done, f"Port {port}", "PARLEY_BIND")


def test_a_key_that_others_can_read(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("x" * 43)
    (tmp_path / "secret.key").chmod(0o644)
    done = parley("worker", PARLEY_SECRET_KEY="", PARLEY_HOME=str(tmp_path))
    assert_refused(done, "chmod 600")


def test_a_key_that_is_an_example() -> None:
    done = parley("worker", PARLEY_SECRET_KEY="changeme-changeme-changeme-changeme-1234")
    assert_refused(done, "PARLEY_SECRET_KEY", "secrets.token_urlsafe")


def test_a_value_that_is_none() -> None:
    assert_refused(parley("serve", PARLEY_POOL_MAX="many"), "PARLEY_POOL_MAX", "Write a number")
    assert_refused(parley("serve", PARLEY_BIND="nonsense"), "PARLEY_BIND")
