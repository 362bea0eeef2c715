"""People looked after from the command line."""

from dataclasses import dataclass

from parley.access import queries
from parley.access.models import User
from parley.access.services import passwords, standing
from parley.access.services.members import create_user, create_workspace, normalised_email
from parley.core.errors import NotFound
from parley.core.transactions import enter_workspace, platform_transaction


@dataclass(frozen=True, slots=True)
class Person:
    """Who has a place now. `password` is known here and to nobody else; empty for who had one already."""

    email: str
    password: str
    role: str
    workspace: str


def give_place(
    email: str,
    *,
    first_name: str,
    last_name: str,
    role: str,
    workspace_slug: str | None,
    new_workspace_name: str | None,
) -> Person:
    """A place in one workspace, which is made if named as new, and the person as well if they are.

    Refuses what `create_user`, `create_workspace` and `take_in` refuse, and a slug that does not exist.
    """
    password = ""
    with platform_transaction():
        user = queries.user_by_email(normalised_email(email))
        if user is None:
            password = passwords.made_up()
            user = create_user(email=email, password=password, first_name=first_name, last_name=last_name)
        if new_workspace_name is not None:
            workspace = create_workspace(name=new_workspace_name)
        else:
            workspace = queries.workspace_by_slug(workspace_slug or "")
        enter_workspace(workspace.id)
        standing.take_in(workspace_id=workspace.id, user=user, role=role)
        return Person(email=user.email, password=password, role=role, workspace=workspace.slug)


def new_password(email: str) -> str:
    """Another password for who forgot theirs. Their sessions end."""
    with platform_transaction():
        return passwords.replace_password(_known(email))


def give_role(email: str, *, workspace_slug: str, role: str) -> None:
    """Another role in one workspace. Refuses what `change_role` refuses."""
    with platform_transaction():
        user = _known(email)
        workspace = queries.workspace_by_slug(workspace_slug)
        enter_workspace(workspace.id)
        standing.change_role(workspace_id=workspace.id, user_id=user.id, role=role)


def shut_out(email: str) -> None:
    """Nothing opens for this person any more. Refuses what `disable` refuses."""
    user = _known(email)
    with platform_transaction(user_id=user.id):
        standing.disable(user)


def let_in(email: str) -> None:
    """Undo `shut_out`."""
    with platform_transaction():
        standing.enable(_known(email))


def _known(email: str) -> User:
    user = queries.user_by_email(normalised_email(email))
    if user is None:
        raise NotFound(f"There is nobody with the address {email}.")
    return user
