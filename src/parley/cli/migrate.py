"""`parley migrate`: make or update the database."""

import argparse
import sys

SUMMARY = "make the database and its roles, or bring them up to date"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="change nothing; exit 2 if something is missing")
    parser.add_argument("--quiet", action="store_true", help="say nothing when all is well")
    parser.add_argument(
        "--wait",
        type=float,
        default=30.0,
        metavar="SECONDS",
        help="for a server that is starting (default: 30)",
    )


def run(options: argparse.Namespace) -> None:
    from parley.cli.setting_up import database, django_ready
    from parley.core.environment import environment
    from parley.operations import schema
    from parley.operations.installation import ensure_key

    if options.check:
        with django_ready():
            schema.check_current()
        return
    current = environment()
    ensure_key(current)
    with database(current):
        _provision(options)
        with django_ready(as_owner=True):
            applied = schema.migrate()
        _narrow()
    if not options.quiet:
        print(f"{len(applied)} migrations applied." if applied else "The database is up to date.")


def _provision(options: argparse.Namespace) -> None:
    from parley.core.database_urls import admin_url, database_name, role_passwords
    from parley.core.environment import environment
    from parley.operations.provision import provision

    current = environment()
    provision(
        admin_url(current),
        database_name(current),
        passwords=role_passwords(current),
        patience=options.wait,
        say=lambda text: print(text, file=sys.stderr),
    )


def _narrow() -> None:
    from parley.core.database_urls import owner_url
    from parley.core.environment import environment
    from parley.operations.provision import narrow_bookkeeping

    narrow_bookkeeping(owner_url(environment()))
