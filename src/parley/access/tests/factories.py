"""People and workspaces for tests: each call makes new ones, so that no test sees another's."""

from dataclasses import dataclass
from functools import cache
from itertools import count

from django.contrib.auth.hashers import make_password
from django.test import Client

from parley.access.models import Membership, User, Workspace
from parley.access.services.members import add_member, create_workspace
from parley.core.ids import new_id
from parley.core.transactions import platform_transaction, workspace_transaction

PASSWORD = "seven quiet herons"

_number = count(1)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a place in a workspace, and a browser in which they are signed in."""

    user: User
    membership: Membership
    workspace: Workspace
    client: Client

    def url(self, path: str = "") -> str:
        """An address inside the person's workspace: `alice.url("inbox/")`."""
        return f"/w/{self.workspace.slug}/{path}"


@dataclass(frozen=True, slots=True)
class Cast:
    """Alice owns, Bob belongs, Charlie is from another workspace and always tries."""

    alice: Person
    bob: Person
    charlie: Person


def make_cast() -> Cast:
    """The three, in two new workspaces."""
    workspace = make_workspace(name="Casa Lume")
    other = make_workspace(name="Dry Harbour")
    return Cast(
        alice=make_person(workspace=workspace, first_name="Alice", role="owner"),
        bob=make_person(workspace=workspace, first_name="Bob", role="agent"),
        charlie=make_person(workspace=other, first_name="Charlie", role="owner"),
    )


def make_workspace(*, name: str = "Casa Lume", timezone: str = "America/Sao_Paulo") -> Workspace:
    """An empty workspace; a number makes its name unique."""
    with platform_transaction():
        return create_workspace(
            name=f"{name} {new_id().hex[-10:]}", timezone=timezone, currency="BRL", country="BR"
        )


def make_user(*, first_name: str = "Dora", email: str = "") -> User:
    """A person without a place, whose password is `PASSWORD`."""
    user = User(
        email=email or f"{first_name.lower()}-{next(_number)}-{new_id().hex[-10:]}@example.test",
        first_name=first_name,
        last_name="Ribeiro",
        password=_hash_of_password(),
        preferences={},
        status="active",
    )
    user.save(force_insert=True)
    return user


def make_person(*, workspace: Workspace, first_name: str = "Dora", role: str = "agent") -> Person:
    """A new person in the workspace, signed in."""
    user = make_user(first_name=first_name)
    membership = join(user=user, workspace=workspace, role=role)
    return Person(user=user, membership=membership, workspace=workspace, client=signed_in(user))


def join(*, user: User, workspace: Workspace, role: str = "agent") -> Membership:
    """A further place for somebody who exists."""
    with workspace_transaction(workspace.id):
        return add_member(workspace_id=workspace.id, user_id=user.id, role=role)


def signed_in(user: User) -> Client:
    """A browser in which the person is signed in."""
    client = Client()
    client.force_login(user)
    return client


@cache
def _hash_of_password() -> str:
    """argon2id is slow on purpose; once per run is enough."""
    return make_password(PASSWORD)
