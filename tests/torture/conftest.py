"""What every case of the torture stands on. Run by `make torture`, never by a plain `pytest`.

Chance is drawn from one seed, printed with every run: `PARLEY_TORTURE_SEED=<seed> make torture` repeats it.
"""

import os
import random
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture.cluster import Cluster, running_cluster
from tests.torture.world import World, running_world

SEED = os.environ.get("PARLEY_TORTURE_SEED") or str(secrets.randbelow(1_000_000))
_FOLDER = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "torture: kills processes and cuts connections; minutes, not seconds")


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Only for those who ask for it by name."""
    asked_for = [config.option.markexpr, *config.invocation_params.args]
    return None if any("torture" in str(word) for word in asked_for) else True


def pytest_report_header() -> str:
    return f"torture: PARLEY_TORTURE_SEED={SEED}"


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """This case's own chance, the same for the same seed whichever cases run."""
    print(f"PARLEY_TORTURE_SEED={SEED}")  # noqa: T201
    return random.Random(f"{SEED} {request.node.name}")  # noqa: S311  chance, not secrecy


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The run's PostgreSQL, with a migrated database to copy."""
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def world(cluster: Cluster, tmp_path: Path) -> Iterator[World]:
    """An installation of its own for the case; afterwards its doctor finds no broken promise."""
    with running_world(cluster, tmp_path) as running:
        yield running
        cluster.revive()
        running.database_proxy.heal()
        running.doctor()
