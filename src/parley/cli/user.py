"""`parley user create`: a person who can sign in, with a password made here and shown once."""

import argparse

SUMMARY = "people who can sign in"


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="create", required=True)
    create = verbs.add_parser("create", help="make a person and show their password once")
    create.add_argument("email")
    create.add_argument("--first-name", default="")
    create.add_argument("--last-name", default="")
    create.add_argument("--workspace", metavar="SLUG", help="an existing workspace to join")
    create.add_argument("--new-workspace", metavar="NAME", help="a workspace to make; the person owns it")
    create.add_argument(
        "--role",
        default="agent",
        choices=("owner", "admin", "manager", "agent", "auditor"),
        help="default: agent",
    )


def run(options: argparse.Namespace) -> None:
    from parley.cli.setting_up import django_ready
    from parley.core.errors import Misconfigured

    if bool(options.workspace) == bool(options.new_workspace):
        raise Misconfigured("Say where the person belongs: --workspace SLUG or --new-workspace NAME.")
    with django_ready():
        from parley.operations.people import create_person

        made = create_person(
            options.email,
            first_name=options.first_name,
            last_name=options.last_name,
            role="owner" if options.new_workspace else options.role,
            workspace_slug=options.workspace,
            new_workspace_name=options.new_workspace,
        )
    print(f"{made.email} is {made.role} of {made.workspace}.")
    print(f"Password: {made.password}")
    print("It is shown this once. Change it after signing in.")
