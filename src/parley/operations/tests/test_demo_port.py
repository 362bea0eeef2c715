"""The simulator's port: chosen once, and a taken one is refused with the remedy."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from parley.core.environment import environment
from parley.core.errors import Misconfigured
from parley.operations import demo
from parley.operations.installation import free_port


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("PARLEY_HOME", str(tmp_path))
    environment.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    environment.cache_clear()


def start() -> str:
    """What is said instead of starting."""
    with pytest.raises(Misconfigured) as refused:
        demo.run_demo(say=lambda _words: None, on_ready=lambda _demo: None)
    return str(refused.value)


def test_a_demo_whose_port_is_taken_names_port_and_remedy(home: Path, taken: int) -> None:
    state = {"password": "p", "simulator_port": taken, "simulator_key": "k"}
    (home / "demo.json").write_text(json.dumps(state))
    said = start()
    for words in (f"127.0.0.1:{taken}", str(home), "PARLEY_HOME", "PARLEY_SIMULATOR_PORT"):
        assert words in said


def test_a_new_demo_takes_the_port_that_was_named(
    home: Path, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_SIMULATOR_PORT", str(taken))
    assert f"PARLEY_SIMULATOR_PORT is {taken}" in start()
    assert not (home / "demo.json").exists()
    port = free_port(0)
    monkeypatch.setenv("PARLEY_SIMULATOR_PORT", str(port))
    environment.cache_clear()
    assert demo._read_or_make_state(home).simulator_port == port


def test_an_existing_demo_keeps_its_port(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port(0)
    state = {"password": "p", "simulator_port": port, "simulator_key": "k"}
    (home / "demo.json").write_text(json.dumps(state))
    monkeypatch.setenv("PARLEY_SIMULATOR_PORT", str(port - 1))
    assert f"point to {port}" in start()
