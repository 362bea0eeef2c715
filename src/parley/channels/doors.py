"""The door for views that call a provider: it tells who comes in, and its transaction ends before the view.

`parley.access.doors.member_view` holds one transaction around the whole view; here the view opens short ones,
so that no connection and no lock waits for somebody else's server.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from django.http import HttpRequest, HttpResponseBase

from parley.access import roles
from parley.access.doors import Member, MemberView, P, SlugView, access_workspace, ask_to_sign_in, check_may
from parley.access.models import User
from parley.core.transactions import enter_workspace, platform_transaction


def calling_view(*, may: str) -> Callable[[MemberView[P]], SlugView]:
    """A view under /w/<slug>/ for a member who may do this, run outside of any transaction."""
    roles.check_known(may)

    def decorate(view: MemberView[P]) -> SlugView:
        @wraps(view)
        def door(request: HttpRequest, slug: str, **parts: object) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return ask_to_sign_in(request)
            with platform_transaction(user_id=request.user.id):
                member = access_workspace(request.user.id, slug)
                check_may(member, may)
            request.member = member  # type: ignore[attr-defined]
            return view(request, member, **parts)  # type: ignore[call-arg, arg-type]

        return door

    return decorate


@contextmanager
def inside(member: Member) -> Iterator[None]:
    """A transaction of this member in their workspace: to read a page's content and to render it."""
    with platform_transaction(user_id=member.user_id):
        enter_workspace(member.workspace_id)
        yield
