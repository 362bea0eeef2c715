"""What becomes of a person who is here: another role, a further place, out, and back in."""

from uuid import UUID

from parley.access import queries
from parley.access.errors import LastOwner
from parley.access.models import ROLES, Membership, User
from parley.access.services.members import add_member
from parley.core.errors import Conflict, Invalid, NotFound
from parley.core.transactions import enter_workspace


def change_role(*, workspace_id: UUID, user_id: UUID, role: str) -> None:
    """Another role from the next click on. Wants a transaction inside the workspace.

    Refuses who has no place there (`NotFound`), and to leave the workspace without an owner (`LastOwner`).
    """
    if role not in ROLES:
        raise Invalid("There is no such role.", fields={"role": [f"One of: {', '.join(ROLES)}."]})
    if role != "owner":
        _check_another_owner(workspace_id, user_id)
    places = Membership.objects.filter(workspace_id=workspace_id, user_id=user_id, status="active")
    if not places.update(role=role):
        raise NotFound("This person is no member of the workspace.")


def take_in(*, workspace_id: UUID, user: User, role: str) -> None:
    """A place for somebody who exists. Wants a transaction inside the workspace.

    Refuses who is shut out, and who is a member already (`Conflict`).
    """
    if user.status != "active":
        raise Conflict(f"{user.email} is disabled. Enable them first.", code="user_disabled")
    add_member(workspace_id=workspace_id, user_id=user.id, role=role)


def disable(user: User) -> None:
    """Shut the person out of everything at once; what they wrote stays.

    Wants a transaction of this person (`app.user_id`), in which no workspace has been entered. Refuses to
    leave a workspace without an owner (`LastOwner`).
    """
    for place in queries.places_of(user.id):
        # Other than elsewhere one workspace after the other: the answer is about all of them.
        enter_workspace(place.id)
        _check_another_owner(place.id, user.id)
    User.objects.filter(id=user.id).update(status="inactive")


def enable(user: User) -> None:
    """Let the person in again, with the places and roles that they had."""
    User.objects.filter(id=user.id).update(status="active")


def _check_another_owner(workspace_id: UUID, user_id: UUID) -> None:
    """Raise `LastOwner` where only this person owns the workspace. Two who step down at once take turns."""
    owners = Membership.objects.filter(workspace_id=workspace_id, role="owner", status="active")
    # In one order, or two who lock the same owners might wait for each other.
    locked = owners.order_by("id").select_for_update().values_list("user_id", flat=True)
    others = {owner for owner in locked if owner != user_id}
    if user_id in set(locked) and not User.objects.filter(id__in=others, status="active").exists():
        raise LastOwner
