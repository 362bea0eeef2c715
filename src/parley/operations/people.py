"""People made from the command line."""

import secrets
from dataclasses import dataclass

from parley.access import queries
from parley.access.services.members import add_member, create_user, create_workspace
from parley.core.transactions import enter_workspace, platform_transaction


@dataclass(frozen=True, slots=True)
class Person:
    """What was made. The password is known here and to nobody else."""

    email: str
    password: str
    role: str
    workspace: str


def create_person(
    email: str,
    *,
    first_name: str,
    last_name: str,
    role: str,
    workspace_slug: str | None,
    new_workspace_name: str | None,
) -> Person:
    """A person with a generated password and a place in one workspace, which is made if named as new.

    Refuses what `create_user`, `create_workspace` and `add_member` refuse, and a slug that does not exist.
    """
    password = secrets.token_urlsafe(12)
    with platform_transaction():
        user = create_user(email=email, password=password, first_name=first_name, last_name=last_name)
        if new_workspace_name is not None:
            workspace = create_workspace(name=new_workspace_name)
        else:
            workspace = queries.workspace_by_slug(workspace_slug or "")
        enter_workspace(workspace.id)
        add_member(workspace_id=workspace.id, user_id=user.id, role=role)
        return Person(email=user.email, password=password, role=role, workspace=workspace.slug)
