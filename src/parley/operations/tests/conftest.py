"""Folders for servers that run as another user, as all do when the tests run as root."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def place() -> Iterator[Path]:
    """Not under pytest's own folder, which every run of pytest closes to other users again."""
    folder = Path(tempfile.mkdtemp(prefix="parley-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def shared_place() -> Iterator[Path]:
    """The same, for a module."""
    folder = Path(tempfile.mkdtemp(prefix="parley-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
