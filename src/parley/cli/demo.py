"""`parley demo`: a company to play with, and a simulated WhatsApp beside it."""

import argparse
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parley.operations.demo import Demo

SUMMARY = "a sample company with a simulated WhatsApp, to try everything"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check", action="store_true", help="walk the journey in a temporary place and say what was seen"
    )


def run(options: argparse.Namespace) -> int:
    began = time.monotonic()
    if options.check:
        from parley.operations.demo_check import check

        return check(say=_say)
    os.environ.setdefault("PARLEY_HOME", str(Path("~/.parley-demo").expanduser()))
    from parley.operations.demo import run_demo

    def show(demo: "Demo") -> None:
        _say(_welcome(demo, seconds=time.monotonic() - began))

    run_demo(say=_say, on_ready=show)
    _say("Stopped. Everything is kept; start again with the same command.")
    return 0


def _welcome(demo: "Demo", *, seconds: float) -> str:
    people = "\n".join(f"             {email}  ({role})" for email, role in demo.people)
    return (
        f"\n  {demo.company} is open, after {seconds:.1f} s.\n\n"
        f"  Parley     {demo.url}\n"
        f"  Phones     {demo.simulator_url}  (play the customers)\n\n"
        f"  Sign in as\n{people}\n"
        f"  Password   {demo.password}\n\n"
        f"  Kept in    {demo.home}  (log: {demo.log})\n"
        "  Ctrl-C ends it.\n"
    )


def _say(text: str) -> None:
    print(text, flush=True)
