"""People and workspaces come into being, and people into workspaces."""

import re
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from parley.access.errors import EmailTaken, NameTaken
from parley.access.models import RECORD_SCOPES, ROLES, Membership, User, Workspace
from parley.access.services.passwords import hashed
from parley.core.errors import Conflict, Invalid
from parley.core.ids import new_id

SLUG_LENGTH = 50
RESERVED_SLUGS = frozenset({
    "admin", "api", "app", "assets", "events", "health", "healthz", "help", "hooks", "login", "logout", "me",
    "metrics", "new", "none", "null", "parley", "readyz", "settings", "setup", "sign-in", "sign-out",
    "static", "status", "support", "system", "undefined", "www",
})  # fmt: skip


def create_user(
    *, email: str, password: str, first_name: str = "", last_name: str = "", is_operator: bool = False
) -> User:
    """A person who can sign in at once.

    Refuses a weak password (`Invalid`) and an e-mail address that is known already (`EmailTaken`).
    """
    user = User(
        id=new_id(),
        email=normalised_email(email),
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        preferences={},
        is_operator=is_operator,
        status="active",
    )
    user.password = hashed(password, user)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise EmailTaken from None
    return user


def create_workspace(
    *,
    name: str,
    slug: str = "",
    timezone: str = "UTC",
    locale: str = "en",
    country: str = "",
    currency: str = "USD",
) -> Workspace:
    """An empty workspace under an address of its own, made from the name unless given.

    Refuses a name that another workspace has (`NameTaken`). Its first member is added by `add_member`, after
    `enter_workspace`.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= 100:
        raise Invalid("A workspace needs a name.", fields={"name": ["1 to 100 characters."]})
    if Workspace.objects.filter(name__iexact=name).exists():
        raise NameTaken
    workspace = Workspace(
        id=new_id(),
        name=name,
        status="active",
        timezone=timezone,
        locale=locale,
        country=country,
        currency=currency,
        settings={},
        description="",
    )
    for candidate in _slugs(slug or name, is_given=bool(slug)):
        workspace.slug = candidate
        try:
            with transaction.atomic():
                workspace.save(force_insert=True)
        except IntegrityError as error:
            if "workspace_name" in str(error):
                raise NameTaken from None
        else:
            return workspace
    raise Conflict("This address is taken. Choose another.", code="slug_taken")


def add_member(
    *, workspace_id: UUID, user_id: UUID, role: str = "agent", record_scope: str = "all"
) -> Membership:
    """A place in the workspace. Wants a transaction inside it; refuses a second place (`Conflict`)."""
    if role not in ROLES or record_scope not in RECORD_SCOPES:
        raise Invalid("There is no such role.", fields={"role": [f"One of: {', '.join(ROLES)}."]})
    membership = Membership(
        id=new_id(),
        workspace_id=workspace_id,
        user_id=user_id,
        role=role,
        record_scope=record_scope,
        status="active",
    )
    try:
        with transaction.atomic():
            membership.save(force_insert=True)
    except IntegrityError:
        raise Conflict("This person is a member already.", code="member_already") from None
    return membership


def normalised_email(email: str) -> str:
    """The form in which an address is stored and compared."""
    return email.strip().lower()


def _slugs(text: str, *, is_given: bool) -> list[str]:
    base = re.sub(r"-{2,}", "-", slugify(text))[:SLUG_LENGTH].strip("-") or "workspace"
    if is_given:
        return [] if base in RESERVED_SLUGS else [base]
    numbered = [f"{base}-{number}" for number in range(2, 100)]
    return numbered if base in RESERVED_SLUGS else [base, *numbered]
