"""`parley web`: Django's pages alone."""

import argparse
import os

SUMMARY = "pages alone, on PARLEY_BIND"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--processes", type=int, default=1, help="how many (default: 1)")
    parser.add_argument(
        "--threads", type=int, default=max(4, 2 * (os.cpu_count() or 1)), help="requests at once in each"
    )


def run(options: argparse.Namespace) -> None:
    from parley.cli.setting_up import database, start_process
    from parley.core.environment import environment
    from parley.operations.serving import run_wsgi

    with database(environment()):
        run_wsgi(
            "parley.config.wsgi:application",
            start_process(as_engine=False),
            processes=options.processes,
            threads=options.threads,
        )
