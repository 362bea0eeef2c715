"""The pages before and between workspaces: setting up, signing in and out, choosing, the stream's token."""

import re
from typing import Final
from urllib.parse import urlsplit

from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parley.access import queries
from parley.access.devices import device_of, remember_device
from parley.access.doors import Member, ask_to_sign_in, member_view
from parley.access.errors import NameTaken, NoWorkspace, SetupClosed
from parley.access.forms import PasswordForm, SetupForm, SignInForm
from parley.access.frame import token_for
from parley.access.models import User
from parley.access.services import passwords, preferences, setup, sign_in
from parley.access.sources import source_of
from parley.core.errors import Invalid, TooMany
from parley.core.stream_token import LIFETIME_SECONDS
from parley.core.transactions import platform_transaction

ONE_YEAR = 365 * 24 * 3600

_LOCAL: Final = re.compile(r"/(?!/)[^\\\x00-\x1f\x7f-\x9f]*")
"""One slash, then no second one: browsers read a backslash as a slash, and leave out control characters."""


@require_GET
def root(request: HttpRequest) -> HttpResponse:
    """To wherever this person goes on: the setup, the sign-in, or the inbox they used last."""
    if not isinstance(request.user, User):
        return redirect("sign_in" if queries.has_users() else "setup")
    with platform_transaction(user_id=request.user.id):
        places = queries.places_of(request.user.id)
    if not places:
        raise NoWorkspace
    last = request.session.get("workspace") or request.user.preferences.get("workspace")
    slug = next((place.slug for place in places if place.slug == last), places[0].slug)
    return redirect("inbox", slug)


@require_http_methods(["GET", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """Ask for e-mail and password; 429 with Retry-After where it was tried too often."""
    if isinstance(request.user, User):
        return HttpResponseRedirect(_safe_next(request))
    form = SignInForm(request.POST or None)
    if form.is_valid():
        try:
            user = _try_to_sign_in(request, **form.cleaned_data)
        except TooMany as refusal:
            form.add_error(None, refusal.message)
            return _slower(render(request, "web/sign_in.html", {"form": form}), refusal)
        if user is not None:
            login(request, user)
            return remember_device(HttpResponseRedirect(_safe_next(request)), user)
        form.add_error(None, _("The e-mail address or the password is wrong."))
    return render(request, "web/sign_in.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this browser's session."""
    logout(request)
    return redirect("sign_in")


@require_http_methods(["GET", "POST"])
def password_page(request: HttpRequest) -> HttpResponse:
    """Change one's own password. The old one is asked for, and throttled as at signing in.

    This session goes on, the person's others end.
    """
    user = request.user
    if not isinstance(user, User):
        return ask_to_sign_in(request)
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        try:
            proven = _try_to_sign_in(request, email=user.email, password=form.cleaned_data["old"])
        except TooMany as refusal:
            form.add_error("old", refusal.message)
            return _slower(render(request, "web/password.html", {"form": form, "is_changed": False}), refusal)
        if proven is None:
            form.add_error("old", _("This is not your password."))
        else:
            try:
                passwords.choose_password(user, form.cleaned_data["new"])
            except Invalid as refusal:
                form.add_error("new", refusal.fields["password"])
            else:
                update_session_auth_hash(request, user)
                return redirect(f"{reverse('password')}?changed=1")
    context = {"form": form, "is_changed": "changed" in request.GET and not form.errors}
    return render(request, "web/password.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def setup_page(request: HttpRequest) -> HttpResponse:
    """Make the first owner. Gone with 404 as soon as anybody exists."""
    if queries.has_users():
        raise SetupClosed
    form = SetupForm(request.POST or None)
    if form.is_valid():
        try:
            with platform_transaction():
                first = setup.create_first_owner(**form.cleaned_data)
        except NameTaken as error:
            form.add_error("workspace_name", error.message)
        else:
            login(request, first.user)
            return remember_device(redirect("inbox", first.workspace.slug), first.user)
    return render(request, "web/setup.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@member_view()
def enter(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001
    """What the workspace switcher opens; the door has noted it as the last one used."""
    return redirect("inbox", member.workspace_slug)


@require_GET
@member_view(may="inbox.read")
def stream_token(request: HttpRequest, member: Member) -> JsonResponse:  # noqa: ARG001
    """A new token for the live stream, before the old one ends."""
    answer = JsonResponse({"token": token_for(member), "expires_in": LIFETIME_SECONDS})
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the look: in this browser for everybody, and with the person where one is signed in."""
    chosen = request.POST.get("theme") or "system"
    if isinstance(request.user, User):
        preferences.choose_theme(request.user, chosen)
    else:
        preferences.check_theme(chosen)
    answer = HttpResponse(status=204)
    if chosen == "system":
        answer.delete_cookie("theme", samesite="Lax")
    else:
        answer.set_cookie("theme", chosen, max_age=ONE_YEAR, samesite="Lax", secure=request.is_secure())
    return answer


def _slower(form_again: HttpResponse, refusal: TooMany) -> HttpResponse:
    form_again.status_code = refusal.status
    form_again["Retry-After"] = str(refusal.retry_after)
    return form_again


def _try_to_sign_in(request: HttpRequest, *, email: str, password: str) -> User | None:
    """Count, compare, forget: each outside the others' transaction, so that no lock waits for the hash."""
    with platform_transaction():
        attempt = sign_in.begin(email=email, source=source_of(request), device=device_of(request, email))
    user = sign_in.verify(request, email=email, password=password)
    if user is not None:
        with platform_transaction():
            sign_in.succeed(attempt, user)
    return user


def _safe_next(request: HttpRequest) -> str:
    """Where the person was going, if that is a page of this site."""
    wanted = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return reverse("root")
    parts = urlsplit(wanted)
    rebuilt = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    # Looked at again: without its host, the path of http://here//elsewhere/ is the address of another host.
    return rebuilt if _LOCAL.fullmatch(rebuilt) else reverse("root")
