"""`parley applier`: makes messages of what the webhooks brought."""

import argparse

SUMMARY = "makes messages of what the webhooks brought"


def arguments(_parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(_options: argparse.Namespace) -> None:
    from parley.cli.setting_up import database, start_process
    from parley.core.environment import environment
    from parley.engines.applier import main

    with database(environment()):
        main(start_process(as_app=False))
