"""Roles, database and privileges, made by different admins on a server of the test's own."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from parley.core.database_urls import APP_ROLE, ENGINE_ROLE, OWNER_ROLE, with_database, with_login
from parley.core.errors import Misconfigured
from parley.operations.connecting import check_serving_role, connect, wait_for
from parley.operations.connection_faults import DatabaseAway, DatabaseMissing
from parley.operations.embedded import EmbeddedServer, temporary_server
from parley.operations.provision import provision

PASSWORDS = {role: f"{role} pass/word@1" for role in (OWNER_ROLE, APP_ROLE, ENGINE_ROLE)}


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddedServer]:
    with temporary_server() as running:
        yield running


@pytest.fixture
def server(running: EmbeddedServer) -> Iterator[EmbeddedServer]:
    """A server with nothing of ours on it."""
    yield running
    with connect(running.superuser_url()) as connection:
        connection.execute("DROP DATABASE IF EXISTS parley WITH (FORCE)")
        roles = connection.execute("SELECT rolname FROM pg_roles WHERE oid >= 16384 ORDER BY oid").fetchall()
        names = sql.SQL(", ").join(sql.Identifier(name) for (name,) in roles)
        connection.execute(sql.SQL("DROP OWNED BY {}").format(names))
        connection.execute(sql.SQL("DROP ROLE {}").format(names))


@pytest.fixture
def provisioned(server: EmbeddedServer) -> EmbeddedServer:
    provision(server.superuser_url(), "parley", passwords=PASSWORDS)
    return server


def url_as(server: EmbeddedServer, role: str, database: str = "parley") -> str:
    return with_login(server.url(database), role, PASSWORDS.get(role, "x"))


def as_superuser(server: EmbeddedServer, *statements: str) -> None:
    with connect(server.superuser_url()) as connection:
        for statement in statements:
            connection.execute(sql.SQL(statement))


def test_the_serving_roles_write_rows_and_nothing_else(provisioned: EmbeddedServer) -> None:
    with connect(url_as(provisioned, OWNER_ROLE)) as owner:
        owner.execute("CREATE TABLE thing (id int GENERATED ALWAYS AS IDENTITY, name text)")
    for role in (APP_ROLE, ENGINE_ROLE):
        with connect(url_as(provisioned, role)) as connection:
            connection.execute("INSERT INTO thing (name) VALUES ('chair')")
            connection.execute("UPDATE thing SET name = 'table'")
            connection.execute("DELETE FROM thing")
            for statement in (
                "TRUNCATE thing",
                "DROP TABLE thing",
                "ALTER TABLE thing ADD COLUMN price int",
                "CREATE TABLE mine ()",
                "CREATE TEMPORARY TABLE mine ()",
                "CREATE SCHEMA mine",
                f"SET ROLE {OWNER_ROLE}",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)


def test_nobody_else_gets_into_the_database(provisioned: EmbeddedServer) -> None:
    as_superuser(provisioned, "CREATE ROLE stranger LOGIN PASSWORD 'x'")
    with pytest.raises(Misconfigured, match="may not connect"):
        connect(url_as(provisioned, "stranger"))


def test_it_may_be_run_again_by_the_superuser_and_by_the_owner(provisioned: EmbeddedServer) -> None:
    provision(provisioned.superuser_url(), "parley", passwords=PASSWORDS)
    provision(url_as(provisioned, OWNER_ROLE), "parley", passwords=PASSWORDS)


def test_running_again_does_not_widen_what_a_migration_narrowed(provisioned: EmbeddedServer) -> None:
    with connect(url_as(provisioned, OWNER_ROLE)) as owner:
        owner.execute("CREATE TABLE audit (id int)")
        owner.execute(f"REVOKE UPDATE, DELETE ON audit FROM {APP_ROLE}")
    provision(provisioned.superuser_url(), "parley", passwords=PASSWORDS)
    forbidden = pytest.raises(psycopg.errors.InsufficientPrivilege)
    with connect(url_as(provisioned, APP_ROLE)) as connection, forbidden:
        connection.execute("DELETE FROM audit")


def test_a_changed_password_is_set(provisioned: EmbeddedServer) -> None:
    changed = {**PASSWORDS, APP_ROLE: "another"}
    provision(provisioned.superuser_url(), "parley", passwords=changed)
    with pytest.raises(Misconfigured, match="does not let parley_app in"):
        connect(url_as(provisioned, APP_ROLE))
    connect(with_login(provisioned.url("parley"), APP_ROLE, "another")).close()


def test_an_admin_of_a_hosted_database_can_do_it(server: EmbeddedServer) -> None:
    as_superuser(server, "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'x'")
    for _ in range(2):
        provision(url_as(server, "manager", "postgres"), "parley", passwords=PASSWORDS)
    with connect(url_as(server, APP_ROLE)) as connection:
        check_serving_role(connection, url_as(server, APP_ROLE))


def test_an_existing_database_is_taken_over(server: EmbeddedServer) -> None:
    as_superuser(server, "CREATE DATABASE parley")
    provision(server.superuser_url(), "parley", passwords=PASSWORDS)
    with connect(url_as(server, OWNER_ROLE)) as owner:
        owner.execute("CREATE TABLE thing (id int)")


def test_who_may_not_create_roles_is_told_who_may(server: EmbeddedServer) -> None:
    as_superuser(server, "CREATE ROLE nobody LOGIN PASSWORD 'x'")
    with pytest.raises(Misconfigured, match=r"nobody may not create roles.*DATABASE_ADMIN_URL"):
        provision(url_as(server, "nobody", "postgres"), "parley", passwords=PASSWORDS)


def test_a_role_of_ours_with_too_much_power_is_refused(provisioned: EmbeddedServer) -> None:
    as_superuser(provisioned, f"ALTER ROLE {APP_ROLE} BYPASSRLS")
    with pytest.raises(Misconfigured, match="ALTER ROLE parley_app NOSUPERUSER NOBYPASSRLS"):
        provision(provisioned.superuser_url(), "parley", passwords=PASSWORDS)


def test_a_database_in_another_encoding_is_refused(server: EmbeddedServer) -> None:
    as_superuser(
        server,
        "CREATE DATABASE parley TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'",
    )
    with pytest.raises(Misconfigured, match="SQL_ASCII"):
        provision(server.superuser_url(), "parley", passwords=PASSWORDS)


def test_who_bypasses_row_level_security_may_not_serve(provisioned: EmbeddedServer) -> None:
    with connect(url_as(provisioned, OWNER_ROLE)) as owner:
        owner.execute("CREATE TABLE thing (id int)")
    as_superuser(
        provisioned,
        "CREATE ROLE above LOGIN BYPASSRLS PASSWORD 'x'",
        f"CREATE ROLE member LOGIN PASSWORD 'x' IN ROLE {OWNER_ROLE}",
        "GRANT CONNECT ON DATABASE parley TO above",
    )
    refused = {
        with_database(provisioned.superuser_url(), "parley"): "is a superuser",
        url_as(provisioned, OWNER_ROLE): "owns the tables",
        url_as(provisioned, "above"): "bypasses row-level security",
        url_as(provisioned, "member"): "owns the tables",
    }
    for url, reason in refused.items():
        with connect(url) as connection, pytest.raises(Misconfigured, match=reason) as error:
            check_serving_role(connection, url)
        assert "DATABASE_URL=postgresql://parley_app@" in str(error.value)
        assert "pass/word" not in str(error.value)
        assert "throw-away" not in str(error.value)
    for role in (APP_ROLE, ENGINE_ROLE):
        with connect(url_as(provisioned, role)) as connection:
            check_serving_role(connection, url_as(provisioned, role))


def test_what_is_in_the_way_is_one_sentence_with_a_remedy(provisioned: EmbeddedServer) -> None:
    superuser = provisioned.superuser_url()
    cases = {
        "postgresql://u:hunter2@127.0.0.1:1/d": (DatabaseAway, "No database answers at 127.0.0.1:1"),
        "postgresql://u:hunter2@no.such.host.invalid/d": (DatabaseAway, "cannot be resolved"),
        "postgresql://u:hunter2@/d?host=/nonexistent": (DatabaseAway, "No database answers at /nonexistent"),
        with_login(provisioned.url("parley"), APP_ROLE, "hunter2"): (
            Misconfigured,
            "does not let parley_app in",
        ),
        with_database(superuser, "missing"): (DatabaseMissing, "no database missing.*parley migrate"),
    }
    for url, (kind, sentence) in cases.items():
        with pytest.raises(kind, match=sentence) as error:
            connect(url)
        assert "hunter2" not in str(error.value)
        assert "\n" not in str(error.value)


def test_a_server_that_is_away_is_waited_for_and_said_once() -> None:
    said: list[str] = []
    with pytest.raises(DatabaseAway):
        wait_for("postgresql://u@127.0.0.1:1/d", patience=0.8, say=said.append)
    assert len(said) == 1
