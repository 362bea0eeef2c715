"""The operator's page lists every variable that Parley reads, with the default that it has."""

import os
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from parley.core.environment import read_environment

PAGE = Path(__file__).parents[4] / "docs" / "operators.md"
ROW = re.compile(r"^\| `(?P<name>[A-Z_]+)` \| (?P<default>[^|]+) \| (?P<meaning>[^|]+) \|$", re.MULTILINE)


class Recorder(dict[str, str]):
    """An empty environment that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        self.asked.add(name)
        return default


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    recorder = Recorder()
    monkeypatch.setattr(os, "environ", recorder)
    monkeypatch.setattr(Path, "expanduser", lambda path: path)
    yield recorder
    monkeypatch.undo()


def documented() -> dict[str, str]:
    return {row["name"]: row["default"].strip("` ") for row in ROW.finditer(PAGE.read_text(encoding="utf-8"))}


def test_every_variable_is_documented_and_no_other(asked: Recorder) -> None:
    read_environment()
    assert asked.asked == set(documented())


def test_the_documented_numbers_are_the_defaults(asked: Recorder) -> None:
    values = asdict(read_environment())
    page = documented()
    checked = 0
    for name in asked.asked:
        value = values[name.removeprefix("PARLEY_").lower()]
        if isinstance(value, bool | int | float):
            assert float(page[name]) == value, name
            checked += 1
    assert checked > 10
