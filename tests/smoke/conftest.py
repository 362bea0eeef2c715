"""What the smoke tests stand on: Debian's PostgreSQL 15, made ready by `parley migrate`, and a WhatsApp."""

from collections.abc import Iterator

import pytest

from parley.operations.installation import free_port
from parley.simulator.testing import Simulator, running_simulator
from tests.smoke.debian import Postgres15, postgres_15, require_packages
from tests.smoke.operator import Operator


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "smoke: on Debian's own PostgreSQL 15 and PgBouncer")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres15]:
    """A server that runs, with nothing of ours in it."""
    require_packages()
    with postgres_15(tmp_path_factory.mktemp("debian") / "postgresql") as server:
        server.start()
        server.wait_until_ready()
        yield server


@pytest.fixture(scope="session")
def operator(postgres: Postgres15, tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """Somebody who has made the database with `parley migrate`, as the guide says, and may serve now."""
    person = Operator(
        tmp_path_factory.mktemp("debian") / "home",
        {
            "DATABASE_URL": postgres.url(),
            "PARLEY_BIND": f"127.0.0.1:{free_port(0)}",
            "PARLEY_POLL_SECONDS": "0.5",
        },
    )
    made = person.types("migrate", DATABASE_ADMIN_URL=postgres.url("postgres", login=postgres.superuser))
    assert made.returncode == 0, made.stderr
    assert "migrations applied" in made.stdout
    return person


@pytest.fixture(scope="session")
def whatsapp() -> Iterator[Simulator]:
    with running_simulator() as simulator:
        yield simulator
