"""`parley user`: people who can sign in. A password is made here and shown once."""

import argparse

from parley.core.errors import Misconfigured

SUMMARY = "people who can sign in"

_ROLES = ("owner", "admin", "manager", "agent", "auditor")
_SHOWN_ONCE = "It is shown this once. Change it after signing in, in the menu behind your initials."


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="verb", required=True)
    create = verbs.add_parser("create", help="make a person, or give one who exists a further workspace")
    create.add_argument("email")
    create.add_argument("--first-name", default="")
    create.add_argument("--last-name", default="")
    create.add_argument("--workspace", metavar="SLUG", help="an existing workspace to join")
    create.add_argument("--new-workspace", metavar="NAME", help="a workspace to make; the person owns it")
    create.add_argument("--role", default="agent", choices=_ROLES, help="default: agent")
    password = verbs.add_parser("password", help="make a new password for who forgot theirs")
    password.add_argument("email")
    role = verbs.add_parser("role", help="change somebody's role in a workspace")
    role.add_argument("email")
    role.add_argument("--workspace", metavar="SLUG", required=True)
    role.add_argument("--role", required=True, choices=_ROLES)
    for name, words in (("disable", "shut somebody out"), ("enable", "let somebody in again")):
        verbs.add_parser(name, help=words).add_argument("email")


def run(options: argparse.Namespace) -> None:
    from parley.cli.setting_up import django_ready

    if options.verb == "create" and bool(options.workspace) == bool(options.new_workspace):
        raise Misconfigured("Say where the person belongs: --workspace SLUG or --new-workspace NAME.")
    verb = {"create": _create, "password": _password, "role": _role, "disable": _disable, "enable": _enable}
    with django_ready():
        print(verb[options.verb](options))


def _create(options: argparse.Namespace) -> str:
    from parley.operations.people import give_place

    person = give_place(
        options.email,
        first_name=options.first_name,
        last_name=options.last_name,
        role="owner" if options.new_workspace else options.role,
        workspace_slug=options.workspace,
        new_workspace_name=options.new_workspace,
    )
    said = f"{person.email} is {person.role} of {person.workspace}."
    if not person.password:
        return f"{said}\nThey were here already: name and password stay as they are."
    return f"{said}\nPassword: {person.password}\n{_SHOWN_ONCE}"


def _password(options: argparse.Namespace) -> str:
    from parley.operations.people import new_password

    password = new_password(options.email)
    return f"{options.email} is signed out everywhere.\nPassword: {password}\n{_SHOWN_ONCE}"


def _role(options: argparse.Namespace) -> str:
    from parley.operations.people import give_role

    give_role(options.email, workspace_slug=options.workspace, role=options.role)
    return f"{options.email} is {options.role} of {options.workspace}."


def _disable(options: argparse.Namespace) -> str:
    from parley.operations.people import shut_out

    shut_out(options.email)
    return f"{options.email} is signed out everywhere and cannot sign in. Undo it with `parley user enable`."


def _enable(options: argparse.Namespace) -> str:
    from parley.operations.people import let_in

    let_in(options.email)
    return f"{options.email} can sign in again."
