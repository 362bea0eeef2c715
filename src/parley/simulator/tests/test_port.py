"""One port, whoever starts the simulator."""

import argparse
import inspect

from parley.cli import simulator
from parley.operations.demo import SIMULATOR_PORT
from parley.simulator.configuration import PORT, Configuration
from parley.simulator.server import run


def test_every_way_to_start_it_listens_at_the_same_port() -> None:
    parser = argparse.ArgumentParser()
    simulator.arguments(parser)
    by_command = parser.parse_args([]).port
    by_module = inspect.signature(run).parameters["port"].default
    assert {by_command, by_module, SIMULATOR_PORT, PORT} == {8009}
    assert Configuration().public_url == "http://127.0.0.1:8009"
