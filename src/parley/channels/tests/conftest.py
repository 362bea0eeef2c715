"""A simulated WhatsApp for the tests of channels: real HTTP on loopback, nothing mocked."""

from collections.abc import Iterator

import pytest

from parley.simulator.testing import Simulator, running_simulator


@pytest.fixture(scope="module")
def whatsapp() -> Iterator[Simulator]:
    """One simulator for a file. Every test uses a session name or number of its own."""
    with running_simulator() as simulator:
        yield simulator
