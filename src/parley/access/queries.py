"""Reads of people and workspaces. Each wants a transaction in which the person or the workspace is known."""

from dataclasses import dataclass
from uuid import UUID

from parley.access.models import Membership, User, Workspace
from parley.core.errors import NotFound

ACTIVE_PLACE = {"status": "active", "workspace__status": "active", "workspace__deleted_at__isnull": True}


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace that a person may enter, as the switcher shows it."""

    id: UUID
    name: str
    slug: str
    role: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """An active member of a workspace."""

    membership_id: UUID
    user_id: UUID
    name: str
    role: str


def has_users() -> bool:
    """Whether anybody has been created: false only on an empty installation."""
    return User.objects.exists()


def places_of(user_id: UUID) -> list[Place]:
    """The workspaces this person may enter, by name. Needs `app.user_id`."""
    rows = Membership.objects.filter(user_id=user_id, **ACTIVE_PLACE).order_by("workspace__name")
    return [
        Place(id=workspace_id, name=name, slug=slug, role=role)
        for workspace_id, name, slug, role in rows.values_list(
            "workspace_id", "workspace__name", "workspace__slug", "role"
        )
    ]


def membership_in(user_id: UUID, slug: str) -> Membership:
    """The person's active membership there, with user and workspace; `NotFound` for every stranger alike."""
    found = (
        Membership.objects.select_related("workspace", "user")
        .filter(user_id=user_id, workspace__slug=slug, user__status="active", **ACTIVE_PLACE)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def colleagues(workspace_id: UUID) -> list[Colleague]:
    """The active members of the workspace, by name."""
    rows = (
        Membership.objects.select_related("user")
        .filter(workspace_id=workspace_id, status="active", user__status="active")
        .order_by("user__first_name", "user__last_name", "user__email")
    )
    return [
        Colleague(membership_id=row.id, user_id=row.user_id, name=row.user.display_name, role=row.role)
        for row in rows
    ]


def user_by_email(email: str) -> User | None:
    """For commands of the operator: whoever has this address, also who is shut out."""
    return User.objects.filter(email=email).first()


def workspace_by_slug(slug: str) -> Workspace:
    """For commands of the operator: any workspace that is not deleted."""
    found = Workspace.objects.filter(slug=slug, deleted_at__isnull=True).first()
    if found is None:
        raise NotFound(f"There is no workspace {slug!r}.")
    return found


def active_workspace_ids() -> list[UUID]:
    """Every workspace that is in use, for platform jobs that go through them one by one."""
    rows = Workspace.objects.filter(status="active", deleted_at__isnull=True)
    return list(rows.order_by("id").values_list("id", flat=True))
