"""`parley root`: what `parley serve` runs as its web process."""

import argparse

SUMMARY = "webhooks, live streams and pages in one process on one port (part of serve)"


def arguments(_parser: argparse.ArgumentParser) -> None:
    """No options: PARLEY_BIND says where."""


def run(_options: argparse.Namespace) -> None:
    from parley.cli.setting_up import database, start_process
    from parley.core.environment import environment
    from parley.operations.serving import run_asgi

    with database(environment()):
        run_asgi("parley.config.asgi:application", start_process())
