"""What an operator gets wrong: one sentence that says what to do, exit code 2, and no password shown."""

import re
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.smoke.debian import Postgres15, pgbouncer, postgres_15, require_packages
from tests.smoke.older import as_version_14
from tests.smoke.operator import Operator
from tests.torture.programs import until

pytestmark = pytest.mark.smoke

PASSWORD = "hunter2-is-secret"


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert PASSWORD not in done.stdout + done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("parley: "), last
    return last


def test_a_host_that_has_no_address(operator: Operator) -> None:
    url = f"postgresql://parley_app:{PASSWORD}@no-such-host.invalid/parley"
    said = refused(operator.types("migrate", "--wait", "0", DATABASE_URL=url))
    assert "no-such-host.invalid" in said
    assert "Correct DATABASE_URL" in said


def test_a_port_where_nobody_answers(operator: Operator) -> None:
    said = refused(operator.types("migrate", "--wait", "0", DATABASE_URL="postgresql://127.0.0.1:1/parley"))
    assert "No database answers at 127.0.0.1:1. Start PostgreSQL there, or correct DATABASE_URL" in said


def test_a_password_that_is_wrong(operator: Operator, postgres: Postgres15) -> None:
    url = postgres.url(login=f"parley_app:{PASSWORD}@")
    said = refused(operator.types("worker", DATABASE_URL=url))
    assert f"The database at 127.0.0.1:{postgres.port} does not let parley_app in" in said
    assert "Correct DATABASE_URL" in said


def test_a_database_that_is_not_there(operator: Operator, postgres: Postgres15) -> None:
    said = refused(operator.types("worker", DATABASE_URL=postgres.url("elsewhere")))
    assert f"The server at 127.0.0.1:{postgres.port} has no database elsewhere. Run `parley migrate`" in said


def test_a_key_of_another_installation(operator: Operator, tmp_path: Path) -> None:
    """The roles' passwords come from it, so the database does not know this one."""
    (tmp_path / "secret.key").write_text("Zk3vXr8QmB1tYw6uNa0sHd5pLe2gJc7fVi4oKx9yTb\n")
    (tmp_path / "secret.key").chmod(0o600)
    assert "does not let parley_app in" in refused(operator.types("worker", PARLEY_HOME=str(tmp_path)))


@pytest.mark.parametrize("who", ["superuser", "owner"])
def test_serving_above_row_level_security(operator: Operator, postgres: Postgres15, who: str) -> None:
    """The remedy is tried as it is written."""
    login = postgres.superuser if who == "superuser" else "parley_owner@"
    said = refused(operator.types("root", DATABASE_URL=postgres.url(login=login), PARLEY_BIND="127.0.0.1:0"))
    assert ("who is a superuser" if who == "superuser" else "who owns the tables") in said
    assert "nothing would keep the workspaces apart" in said
    assert postgres.password not in said

    first = re.search(r"`DATABASE_ADMIN_URL='(\S+)' parley migrate`", said)
    then = re.search(r"serve with DATABASE_URL=(\S+)", said)
    assert first is not None
    assert then is not None
    assert ("***" in first[1]) == (who == "superuser"), "Only a password that was typed is left out."
    admin = first[1].replace("***", postgres.password)
    migrated = operator.types("migrate", DATABASE_ADMIN_URL=admin, DATABASE_URL=then[1])
    assert (migrated.returncode, migrated.stdout) == (0, "The database is up to date.\n"), migrated.stderr
    if who == "superuser":
        shown = operator.types("status", DATABASE_URL=then[1]).stdout
        assert "as parley_app, kept within a workspace" in shown


def test_a_server_that_is_not_there_yet_and_then_starting_is_waited_for(
    operator: Operator, tmp_path: Path
) -> None:
    """It is started too late, and its start takes long: it asks an archive that is slow to have nothing."""
    require_packages()
    with postgres_15(tmp_path / "late") as late:
        gate = late.folder / "data" / "gate"
        late.configure(f"restore_command = 'until test -e {gate}; do sleep 0.1; done; false'")
        late.touch("recovery.signal")
        admin = late.url("postgres", login=late.superuser)
        variables = {"DATABASE_ADMIN_URL": admin, "DATABASE_URL": late.url()}
        patient = operator.starts("migrate", "--quiet", "--wait", "60", **variables)
        assert patient.stderr is not None
        waits = f"Waiting up to 60 s for the database at 127.0.0.1:{late.port} …\n"
        assert patient.stderr.readline() == waits
        late.start()
        until(lambda: "database system was shut down at" in late.said, seconds=30, what="it is starting")
        hasty = refused(operator.types("migrate", "--wait", "0", **variables))
        assert f"The database at 127.0.0.1:{late.port} is starting or stopping. Try again" in hasty
        late.touch("gate")
        _, said = patient.communicate(timeout=60)
        assert patient.returncode == 0, said


def test_a_server_that_only_follows_another(operator: Operator, tmp_path: Path) -> None:
    require_packages()
    with postgres_15(tmp_path / "standby") as standby:
        standby.touch("standby.signal")
        standby.start()
        standby.wait_until_ready()
        admin = standby.url("postgres", login=standby.superuser)
        done = operator.types("migrate", "--wait", "0", DATABASE_ADMIN_URL=admin, DATABASE_URL=standby.url())
    said = refused(done)
    assert f"The database at 127.0.0.1:{standby.port} can only be read" in said
    assert standby.password not in said


def test_a_server_that_is_too_old(operator: Operator, postgres: Postgres15) -> None:
    with as_version_14(postgres.port) as port:
        variables = {
            "DATABASE_ADMIN_URL": f"postgresql://{postgres.superuser}127.0.0.1:{port}/postgres",
            "DATABASE_URL": f"postgresql://127.0.0.1:{port}/parley",
        }
        for command in ("migrate", "worker"):
            said = refused(operator.types(command, **variables))
            assert f"The database at 127.0.0.1:{port} is PostgreSQL 14; Parley needs 15 or newer." in said


def test_pgbouncer_that_does_not_know_us(operator: Operator, postgres: Postgres15, tmp_path: Path) -> None:
    passwords = {"somebody": "else"}
    with pgbouncer(tmp_path / "pgbouncer", postgres, passwords=passwords) as bouncer:
        said = refused(operator.types("worker", DATABASE_URL=bouncer.url()))
    assert f"The database at 127.0.0.1:{bouncer.port} does not let parley_app in" in said


def test_pgbouncer_with_nobody_behind_it(operator: Operator, tmp_path: Path) -> None:
    """It answers for a server that is away: waited for in vain, then said."""
    require_packages()
    with (
        postgres_15(tmp_path / "postgresql") as stopped,
        pgbouncer(tmp_path / "pgbouncer", stopped, passwords=operator.role_passwords) as bouncer,
    ):
        began = time.monotonic()
        done = operator.types("migrate", "--wait", "1", DATABASE_URL=bouncer.url(login="parley_app@"))
    assert f"127.0.0.1:{bouncer.port}" in refused(done)
    assert time.monotonic() - began < 30


def test_a_port_that_is_taken(operator: Operator) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(operator.types("serve", PARLEY_BIND=f"127.0.0.1:{port}"))
    assert f"Port {port} on 127.0.0.1 cannot be used: address already in use." in said
    assert f"set PARLEY_BIND to another one, such as 127.0.0.1:{port + 1}" in said


def test_a_key_file_that_others_can_read(operator: Operator, tmp_path: Path) -> None:
    key = tmp_path / "secret.key"
    key.write_text((operator.home / "secret.key").read_text())
    key.chmod(0o644)
    said = refused(operator.types("serve", PARLEY_HOME=str(tmp_path)))
    assert f"Run: chmod 600 {key}" in said
    key.chmod(0o600)
    assert "as parley_app" in operator.types("status", PARLEY_HOME=str(tmp_path)).stdout


def test_a_secret_that_is_the_example(operator: Operator) -> None:
    secret = "change-me-to-a-long-random-secret-0123456789"
    said = refused(operator.types("serve", PARLEY_SECRET_KEY=secret))
    assert (
        "PARLEY_SECRET_KEY looks like an example, and anybody could guess it. Make one with: python3 -c"
        in said
    )
    assert secret not in said
