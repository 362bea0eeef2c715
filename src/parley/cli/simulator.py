"""`parley simulator`: a simulated WhatsApp, for trying out and for tests.

PARLEY_SIMULATOR_KEY is the key that callers must show, `simulator-key` unless set.
"""

import argparse
import os
from pathlib import Path

SUMMARY = "a simulated WhatsApp, with phones in the browser"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8009)
    parser.add_argument("--store", type=Path, help="a file that keeps the world (default: memory only)")
    parser.add_argument("--scripted", action="store_true", help="customers write by themselves")


def run(options: argparse.Namespace) -> None:
    from parley.core.environment import environment
    from parley.core.logging import configure_logging
    from parley.operations.serving import die_with_supervisor
    from parley.simulator.server import run as run_simulator

    configure_logging(environment().log_level)
    die_with_supervisor()
    run_simulator(
        options.host,
        options.port,
        store_path=options.store,
        scripted=options.scripted,
        waha_api_key=os.environ.get("PARLEY_SIMULATOR_KEY", "simulator-key"),
    )
