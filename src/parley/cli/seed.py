"""`parley seed`: made-up data. The sample company of the demo, or plain volume for measuring."""

import argparse
import json
import os
import sys

SUMMARY = "make up data: the sample company, or many workspaces with people and messages"


def arguments(parser: argparse.ArgumentParser) -> None:
    """PARLEY_DEMO_PASSWORD, PARLEY_SIMULATOR_KEY and PARLEY_SIMULATOR_URL are taken from the environment."""
    parser.add_argument(
        "--connect",
        action="store_true",
        help="connect the sample company to the simulated WhatsApp (while Parley runs)",
    )
    parser.add_argument(
        "--scale",
        type=float,
        metavar="X",
        help="instead: six workspaces of unequal size; 1 is a million contacts and ten million messages",
    )
    parser.add_argument(
        "--beside", action="store_true", help="with --scale, although other workspaces are in the database"
    )
    parser.add_argument("--workspaces", type=int, metavar="N", help="instead: make N workspaces")
    parser.add_argument("--contacts", type=int, metavar="M", default=1_000, help="contacts in each of them")
    parser.add_argument("--messages", type=int, metavar="K", default=10_000, help="messages in each of them")


def run(options: argparse.Namespace) -> None:
    from parley.cli.setting_up import django_ready

    with django_ready() as current:
        if options.scale is not None:
            _scale(options)
        elif options.workspaces is not None:
            _volume(options)
        elif options.connect:
            from parley.operations.seed.company import connect_demo

            connect_demo(
                simulator_url=current.simulator_url,
                simulator_key=os.environ.get("PARLEY_SIMULATOR_KEY", "simulator-key"),
            )
        else:
            _company()


def _company() -> None:
    from dataclasses import asdict

    from parley.core.errors import Misconfigured
    from parley.operations.seed.company import seed_demo

    password = os.environ.get("PARLEY_DEMO_PASSWORD", "")
    if not password:
        raise Misconfigured("Set PARLEY_DEMO_PASSWORD: the sample company's people sign in with it.")
    print(json.dumps(asdict(seed_demo(password=password))))


def _volume(options: argparse.Namespace) -> None:
    from parley.operations.seed.volume import fill

    for made in fill(workspaces=options.workspaces, contacts=options.contacts, messages=options.messages):
        print(json.dumps(made))


def _scale(options: argparse.Namespace) -> None:
    from parley.operations.seed.scale import fill_to_scale

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    for made in fill_to_scale(options.scale, say=say, beside=options.beside):
        print(json.dumps(made), flush=True)
