"""The door of every page inside a workspace: who comes in, under which role, in one transaction.

Loading and permission are one call. A stranger and a mistyped address get the same answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from parley.access import queries, roles
from parley.access.errors import RoleRefused
from parley.access.models import User
from parley.access.services.preferences import remember_workspace
from parley.core.transactions import enter_workspace, platform_transaction

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Member:
    """A person inside a workspace: what services take as the actor and queries as the reader."""

    user_id: UUID
    membership_id: UUID
    workspace_id: UUID
    workspace_slug: str
    workspace_name: str
    role: str
    record_scope: str
    display_name: str
    timezone: str
    locale: str
    currency: str

    def may(self, action: str) -> bool:
        """Whether the role includes the action: for a template that leaves out what would be refused."""
        return roles.allows(self.role, action)


def access_workspace(user_id: UUID, slug: str) -> Member:
    """The person as a member there, with the transaction now inside that workspace.

    Needs a `platform_transaction` of this person. Raises `NotFound` where they are no active member, where
    the workspace is inactive or deleted, and where there is none.
    """
    membership = queries.membership_in(user_id, slug)
    workspace = membership.workspace
    enter_workspace(workspace.id)
    return Member(
        user_id=user_id,
        membership_id=membership.id,
        workspace_id=workspace.id,
        workspace_slug=workspace.slug,
        workspace_name=workspace.name,
        role=membership.role,
        record_scope=membership.record_scope,
        display_name=membership.user.display_name,
        timezone=workspace.timezone,
        locale=workspace.locale,
        currency=workspace.currency,
    )


def check_may(member: Member, action: str) -> None:
    """Refuse what the member's role does not include."""
    if not roles.allows(member.role, action):
        raise RoleRefused


MemberView = Callable[Concatenate[HttpRequest, Member, P], HttpResponseBase]
SlugView = Callable[..., HttpResponseBase]


def member_view(*, may: str | None = None) -> Callable[[MemberView[P]], SlugView]:
    """A view under /w/<slug>/: one durable transaction, inside the workspace, for a member who may do this.

    The view is called with the request, the `Member` and the address's other parts. Whatever it raises rolls
    everything back. Who is not signed in is sent to sign in; a role without `may` is refused with 403.
    """
    if may is not None:
        roles.check_known(may)

    def decorate(view: MemberView[P]) -> SlugView:
        @wraps(view)
        def door(request: HttpRequest, slug: str, **parts: object) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User):
                return ask_to_sign_in(request)
            with platform_transaction(user_id=user.id):
                member = access_workspace(user.id, slug)
                request.member = member  # type: ignore[attr-defined]
                if may is not None:
                    check_may(member, may)
                if request.session.get("workspace") != slug:
                    request.session["workspace"] = slug
                    remember_workspace(user, slug)
                with timezone.override(member.timezone):
                    return view(request, member, **parts)  # type: ignore[call-arg, arg-type]

        return door

    return decorate


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back afterwards. A fragment's request moves the whole page there."""
    if request.headers.get("HX-Request") == "true":
        back = request.headers.get("HX-Current-URL", "")
        return HttpResponse(status=401, headers={"HX-Redirect": _sign_in_address(back)})
    return HttpResponseRedirect(_sign_in_address(request.get_full_path() if request.method == "GET" else ""))


def _sign_in_address(back: str) -> str:
    return f"{reverse('sign_in')}?{urlencode({'next': back})}" if back else reverse("sign_in")
