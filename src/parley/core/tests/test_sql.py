"""Named SQL, found at start or not at all."""

import sys
from pathlib import Path

import pytest

from parley.core import sql


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = tmp_path / "sql_of_a_test"
    (folder / "sql").mkdir(parents=True)
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    sql.statements.cache_clear()
    monkeypatch.setattr(sys, "modules", {k: v for k, v in sys.modules.items() if k != folder.name})
    return folder.name


def write(tmp_path: Path, text: str) -> None:
    (tmp_path / "sql_of_a_test" / "sql" / "things.sql").write_text(text, encoding="utf-8")


def test_statements_are_found_by_name(package: str, tmp_path: Path) -> None:
    write(tmp_path, "-- Things.\n\n-- name: one\n-- why\nSELECT 1;\n\n-- name: two\nSELECT 2\n")
    assert sql.statement(package, "things", "one") == "-- why\nSELECT 1"
    assert sql.statement(package, "things", "two") == "SELECT 2"


def test_a_name_that_is_not_there_is_an_error(package: str, tmp_path: Path) -> None:
    write(tmp_path, "-- name: one\nSELECT 1\n")
    with pytest.raises(KeyError):
        sql.statement(package, "things", "three")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT 1;\n-- name: one\nSELECT 1\n", "no name"),
        ("-- name: one\nSELECT 1\n-- name: one\nSELECT 2\n", "twice or empty"),
        ("-- name: one\n\n-- name: two\nSELECT 2\n", "twice or empty"),
    ],
)
def test_a_careless_file_is_refused(package: str, tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, text)
    with pytest.raises(ValueError, match=said):
        sql.statements(package, "things")
