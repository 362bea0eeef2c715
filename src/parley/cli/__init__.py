"""The command `parley`. Each command is one module: it parses, calls one service, and prints."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

import parley
from parley.core.errors import DomainError, Invalid, Misconfigured

# In the order in which a person meets them.
COMMANDS = (
    "demo", "migrate", "serve", "status", "doctor", "events", "user", "root", "web", "edge", "applier",
    "worker", "sender", "simulator", "seed", "version",
)  # fmt: skip
CANNOT_RUN = 2
_INTERRUPTED = 130


class Command(Protocol):
    """What a command's module has."""

    SUMMARY: str

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare options. Nothing heavy is imported here: every command's are declared each time."""

    def run(self, options: argparse.Namespace) -> int | None:
        """Do it. The answer is the exit code, None is 0."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. What the operator can mend is one sentence on stderr and exit code 2."""
    parser = argparse.ArgumentParser(
        prog="parley", description="A self-hosted, multi-tenant, WhatsApp-first CRM."
    )
    parser.add_argument("--version", action="version", version=parley.__version__)
    commands = parser.add_subparsers(dest="command", metavar="command", required=True)
    for name in COMMANDS:
        command = _command(name)
        command.arguments(commands.add_parser(name, help=command.SUMMARY, description=command.SUMMARY))
    options = parser.parse_args(arguments)
    try:
        return _command(options.command).run(options) or 0
    except Misconfigured as error:
        return _refuse(str(error))
    except DomainError as error:
        details = error.fields.items() if isinstance(error, Invalid) else ()
        return _refuse("\n".join([error.message, *(f"  {name}: {' '.join(why)}" for name, why in details)]))
    except KeyboardInterrupt:
        return _INTERRUPTED


def _command(name: str) -> Command:
    return cast("Command", import_module(f"parley.cli.{name}"))


def _refuse(sentence: str) -> int:
    print(f"parley: {sentence}", file=sys.stderr)
    return CANNOT_RUN
