"""`parley edge`: webhooks and live streams alone."""

import argparse

SUMMARY = "webhooks and live streams alone, on PARLEY_BIND"


def arguments(_parser: argparse.ArgumentParser) -> None:
    """No options: PARLEY_BIND says where."""


def run(_options: argparse.Namespace) -> None:
    from parley.cli.setting_up import database, start_process
    from parley.core.environment import environment
    from parley.operations.serving import run_asgi

    with database(environment()):
        run_asgi("parley.config.edge:application", start_process(as_app=False))
