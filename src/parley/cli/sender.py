"""`parley sender`: every outgoing WhatsApp message."""

import argparse
from importlib import import_module

SUMMARY = "outgoing WhatsApp messages"


def arguments(_parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(_options: argparse.Namespace) -> None:
    from parley.cli.setting_up import database, start_process
    from parley.core.environment import environment

    with database(environment()):
        import_module("parley.engines.sender").main(start_process(as_app=False))
