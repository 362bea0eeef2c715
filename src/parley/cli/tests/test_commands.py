"""Commands as a person types them."""

import re
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

import parley as package
from parley.cli.tests.test_refusals import assert_refused, parley
from parley.core.environment import environment
from parley.operations.embedded import temporary_server


def test_version() -> None:
    done = parley("version")
    assert done.stdout.startswith(f"parley {package.__version__} ")


def test_help_names_every_command() -> None:
    done = parley("--help")
    for command in ("demo", "migrate", "serve", "status", "user", "worker", "sender", "edge", "web"):
        assert re.search(rf"^\s+{command}\s", done.stdout, re.MULTILINE)


def test_status_says_what_waits() -> None:
    done = parley("status")
    assert done.returncode == 0, done.stderr
    assert "PostgreSQL 18" in done.stdout
    assert "as parley_app" in done.stdout
    assert "as parley_engine" in done.stdout
    assert re.search(r"messages to send +\d+", done.stdout)


def test_doctor_tells_by_its_exit_code() -> None:
    assert parley("doctor", DATABASE_URL="postgresql://parley_app:no@127.0.0.1:1/d").returncode == 1


def test_migrate_check_is_quiet_when_all_is_there() -> None:
    done = parley("migrate", "--check")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_migrate_may_be_run_again() -> None:
    done = parley("migrate")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "The database is up to date.\n"


@pytest.mark.parametrize("login", ["", "parley_app@", "parley_owner@"])
def test_an_upgrade_needs_no_admin(login: str) -> None:
    url = environment().database_url.replace("postgresql:///", f"postgresql://{login}/")
    done = parley("migrate", DATABASE_URL=url, DATABASE_ADMIN_URL="")
    assert (done.returncode, done.stdout) == (0, "The database is up to date.\n"), done.stderr


def test_the_first_migration_needs_one(tmp_path: Path) -> None:
    with temporary_server(tmp_path / "server") as server:
        url = server.url("parley")
        variables = {"DATABASE_URL": url, "PARLEY_HOME": str(tmp_path)}
        assert_refused(
            parley("migrate", DATABASE_ADMIN_URL="", **variables),
            "once with DATABASE_ADMIN_URL",
            "CREATEROLE",
        )
        made = parley("migrate", DATABASE_ADMIN_URL=server.superuser_url(), **variables)
        assert "migrations applied" in made.stdout, made.stderr
        again = parley("migrate", DATABASE_ADMIN_URL="", **variables)
        assert (again.returncode, again.stdout) == (0, "The database is up to date.\n"), again.stderr
        elsewhere = {**variables, "DATABASE_URL": server.url("elsewhere"), "DATABASE_ADMIN_URL": ""}
        assert_refused(parley("migrate", **elsewhere), "once with DATABASE_ADMIN_URL")


def test_user_create_shows_a_password_once() -> None:
    email, name = f"{uuid4()}@example.com", f"Shop {uuid4()}"
    done = parley("user", "create", email, "--new-workspace", name)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^Password: \S{16}$", done.stdout, re.MULTILINE)
    slug = re.search(r"is owner of (\S+)\.", done.stdout)
    assert slug
    again = parley("user", "create", email, "--workspace", slug[1])
    assert_refused_somehow(again)
    colleague = parley(
        "user", "create", f"{uuid4()}@example.com", "--workspace", slug[1], "--role", "manager"
    )
    assert "is manager of" in colleague.stdout


def test_user_looks_after_who_exists() -> None:
    email, slug = f"{uuid4()}@example.com", f"shop-{uuid4()}"
    first = parley("user", "create", email, "--new-workspace", slug)
    second = parley("user", "create", email.upper(), "--new-workspace", f"{slug} two")
    assert second.stdout.endswith("They were here already: name and password stay as they are.\n")
    renewed = parley("user", "password", email)
    assert re.search(r"^Password: \S{16}$", renewed.stdout, re.MULTILINE)
    assert renewed.stdout.split("Password: ")[1] != first.stdout.split("Password: ")[1]
    for command in (
        ("disable", email), ("role", email, "--workspace", slug, "--role", "agent"),
    ):  # fmt: skip
        assert_refused(parley("user", *command), "only owner")
    other = f"{uuid4()}@example.com"
    parley("user", "create", other, "--workspace", slug)
    told = parley("user", "role", other, "--workspace", slug, "--role", "owner")
    assert told.stdout == f"{other} is owner of {slug}.\n"
    assert "cannot sign in" in parley("user", "disable", other).stdout
    assert "can sign in again" in parley("user", "enable", other).stdout
    assert_refused(parley("user", "password", f"{uuid4()}@example.com"), "nobody with the address")


def test_user_create_wants_to_know_where() -> None:
    assert_refused(parley("user", "create", "a@example.com"), "--workspace", "--new-workspace")
    assert_refused_somehow(parley("user", "create", "a@example.com", "--workspace", "no-such-place"))


def assert_refused_somehow(done: object) -> None:
    assert getattr(done, "returncode", 0) == 2, done
    assert "Traceback" not in getattr(done, "stderr", "")


def test_a_database_of_a_newer_version_is_left_alone(owner_database_url: str) -> None:
    with psycopg.connect(owner_database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('core', '9999_later', now())"
        )
        try:
            for command in (("migrate", "--check"), ("migrate",)):
                assert_refused(parley(*command), "newer Parley", "core.9999_later")
        finally:
            connection.execute("DELETE FROM django_migrations WHERE name = '9999_later'")


def test_a_database_that_is_behind_is_not_served(owner_database_url: str) -> None:
    with psycopg.connect(owner_database_url, autocommit=True) as connection:
        row = connection.execute(
            "DELETE FROM django_migrations"
            " WHERE id = (SELECT max(id) FROM django_migrations WHERE app = 'messaging') RETURNING name"
        ).fetchone()
        assert row
        try:
            assert_refused(
                parley("serve", PARLEY_BIND="127.0.0.1:0"), f"messaging.{row[0]}", "parley migrate"
            )
        finally:
            insert = "INSERT INTO django_migrations (app, name, applied) VALUES ('messaging', %s, now())"
            connection.execute(insert, [row[0]])
