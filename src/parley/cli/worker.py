"""`parley worker`: everything that may take time."""

import argparse
from importlib import import_module

SUMMARY = "jobs, and what follows from events"


def arguments(_parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(_options: argparse.Namespace) -> None:
    from parley.cli.setting_up import database, start_process
    from parley.core.environment import environment

    with database(environment()):
        import_module("parley.config.worker").main(start_process())
