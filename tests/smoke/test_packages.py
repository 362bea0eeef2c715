"""Where Debian's packages are missing, nobody may believe that they were tried."""

from pathlib import Path

import pytest

from tests.smoke import debian

pytestmark = pytest.mark.smoke


@pytest.fixture
def without_packages(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(debian, "_PACKAGES", {Path("/nowhere/pgbouncer"): "pgbouncer"})
    monkeypatch.delenv("CI", raising=False)
    return monkeypatch


def test_at_home_they_are_skipped_with_the_remedy(without_packages: pytest.MonkeyPatch) -> None:
    with pytest.raises(pytest.skip.Exception, match="apt-get install pgbouncer"):
        debian.require_packages()


def test_in_ci_they_fail(without_packages: pytest.MonkeyPatch) -> None:
    without_packages.setenv("CI", "1")
    with pytest.raises(pytest.fail.Exception, match="apt-get install pgbouncer"):
        debian.require_packages()
