"""The first owner of an empty installation."""

from dataclasses import dataclass

from django.db import connection

from parley.access import queries
from parley.access.errors import SetupClosed
from parley.access.models import Membership, User, Workspace
from parley.access.services.members import add_member, create_user, create_workspace
from parley.core.transactions import enter_workspace

SETUP_LOCK = 7_275_690_611_001
"""Any number that nothing else locks on."""


@dataclass(frozen=True, slots=True)
class FirstOwner:
    """What the setup page made."""

    user: User
    workspace: Workspace
    membership: Membership


def create_first_owner(
    *,
    email: str,
    password: str,
    workspace_name: str,
    first_name: str = "",
    last_name: str = "",
    timezone: str = "UTC",
    locale: str = "en",
    currency: str = "USD",
) -> FirstOwner:
    """The first person and their workspace; the transaction ends up inside it.

    Of two who try at once exactly one succeeds. Raises `SetupClosed` as soon as anybody exists.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SETUP_LOCK])
    if queries.has_users():
        raise SetupClosed
    user = create_user(
        email=email, password=password, first_name=first_name, last_name=last_name, is_operator=True
    )
    workspace = create_workspace(name=workspace_name, timezone=timezone, locale=locale, currency=currency)
    enter_workspace(workspace.id)
    membership = add_member(workspace_id=workspace.id, user_id=user.id, role="owner")
    return FirstOwner(user=user, workspace=workspace, membership=membership)
