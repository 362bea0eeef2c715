"""`parley events`: what became of the webhooks' events, and those that were set aside once more."""

import argparse

SUMMARY = "webhook events by state, and why some are set aside"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workspace", metavar="SLUG", help="of this workspace alone")
    parser.add_argument("--retry", action="store_true", help="apply what was set aside once more")


def run(options: argparse.Namespace) -> None:
    from parley.cli.setting_up import database
    from parley.core.environment import environment
    from parley.operations.parked import overview, retry

    with database(environment()):
        if options.retry:
            number = retry(environment(), workspace_slug=options.workspace)
            print(f"{number} events are applied once more. Look again in a moment.")
            return
        found = overview(environment(), workspace_slug=options.workspace)
    for state, number in found.counts.items():
        print(f"{state:<10}{number:>8}")
    for event in found.newest:
        print(f"{event.received_at:%Y-%m-%d %H:%M} {event.workspace} {event.channel_id} {event.reason}")
