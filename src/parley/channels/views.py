"""The list of numbers, the page of one, and what can be done to it.

Verbs answer a click with the page's panel; without JavaScript they lead back to the page. What goes wrong at
the provider is shown in the panel, with the state that became known.
"""

import base64
from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from parley.access.doors import Member, member_view
from parley.channels import health_screen, queries, screens, tasks
from parley.channels.doors import calling_view, inside
from parley.channels.errors import CannotReadBack
from parley.channels.forms import KeyForm, MissedForm, PairingForm, RenameForm
from parley.channels.services import connecting, control, keys, recovering, watching
from parley.core.errors import DomainError, Invalid, NotFound

_VERBS: Final[dict[str, Callable[[UUID, UUID], None]]] = {
    "start": control.start,
    "stop": control.stop,
    "restart": control.restart,
    "logout": control.log_out,
    "refresh": watching.check_now,
    "webhook": connecting.set_webhook,
}


@require_safe
@member_view(may="channels.read")
def channels(request: HttpRequest, member: Member) -> HttpResponse:
    """Every number with its state."""
    template = "channels/cards.html" if _is_fragment(request) else "channels/list.html"
    return render(request, template, {"cards": screens.cards_for(member)})


@require_safe
@member_view(may="channels.read")
def channel(request: HttpRequest, member: Member, channel_id: UUID) -> HttpResponse:
    """One number; asked for by its own panel, the panel alone."""
    return _show(request, member, channel_id)


@require_safe
@calling_view(may="channels.manage")
def qr(request: HttpRequest, member: Member, channel_id: UUID) -> HttpResponse:
    """The code to scan: a picture, or for the page a fragment that holds it, or says why there is none."""
    if not _is_fragment(request):
        picture = control.qr_code(member.workspace_id, channel_id)
        return HttpResponse(picture, content_type="image/png", headers={"Cache-Control": "no-store"})
    try:
        picture = control.qr_code(member.workspace_id, channel_id)
        context = {"data": base64.b64encode(picture).decode()}
    except NotFound:
        raise
    except DomainError as error:
        context = {"problem": error.message}
    response = render(request, "channels/qr.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@calling_view(may="channels.manage")
def command(request: HttpRequest, member: Member, channel_id: UUID, verb: str) -> HttpResponse:
    """Start, stop, restart, log out, ask again, set the webhook."""
    return _do(request, member, channel_id, lambda: _VERBS[verb](member.workspace_id, channel_id))


@require_POST
@calling_view(may="channels.manage")
def pairing_code(request: HttpRequest, member: Member, channel_id: UUID) -> HttpResponse:
    """Ask for the code to type on the phone."""
    form = PairingForm(request.POST)
    if not form.is_valid():
        return _show_inside(request, member, channel_id, pairing=form, status=422)
    phone = form.cleaned_data["phone"]
    try:
        control.request_pairing_code(member.workspace_id, channel_id, phone=phone)
    except Invalid as error:
        form.add_error("phone", error.message)
        return _show_inside(request, member, channel_id, pairing=form, status=422)
    except NotFound:
        raise
    except DomainError as error:
        return _show_inside(request, member, channel_id, problem=error.message, status=error.status)
    return _done(request, member, channel_id)


@require_POST
@member_view(may="channels.manage")
def name(request: HttpRequest, member: Member, channel_id: UUID) -> HttpResponse:
    """Another name."""
    form = RenameForm(request.POST)
    if not form.is_valid():
        return _show(request, member, channel_id, rename=form, status=422)
    control.rename(member.workspace_id, channel_id, name=form.cleaned_data["name"])
    return _done_inside(request, member, channel_id)


@require_safe
@member_view(may="channels.read")
def history(request: HttpRequest, member: Member, channel_id: UUID) -> HttpResponse:
    """The history of one number: narrowed, or an earlier page of it."""
    channel = queries.channel_of(member.workspace_id, channel_id)
    about, before = request.GET.get("about", ""), request.GET.get("before", "")
    page = health_screen.history_page(channel, about=about, before=before)
    template = "channels/history.html" if _is_fragment(request) else "channels/history_page.html"
    return render(request, template, {"channel": channel, "history": page})


@require_POST
@member_view(may="channels.manage")
def missed(request: HttpRequest, member: Member, channel_id: UUID) -> HttpResponse:
    """Read the last hours back."""
    form = MissedForm(request.POST)
    hours = int(form.cleaned_data["hours"]) if form.is_valid() else health_screen.HOURS[0]
    try:
        recovering.read_back(member.workspace_id, channel_id, hours=hours)
    except CannotReadBack as refusal:
        return _show(request, member, channel_id, problem=refusal.message, status=refusal.status)
    tasks.defer_backfill(member.workspace_id, channel_id)
    return _done_inside(request, member, channel_id)


@require_POST
@sensitive_post_parameters("key", "app_secret")
@calling_view(may="channels.manage")
def key(request: HttpRequest, member: Member, channel_id: UUID) -> HttpResponse:
    """A new key, proven at the provider before it replaces the old one."""
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _show_inside(request, member, channel_id, key=form, status=422)
    given = form.cleaned_data
    return _do(
        request,
        member,
        channel_id,
        lambda: keys.replace_keys(
            member.workspace_id, channel_id, key=given["key"], app_secret=given["app_secret"]
        ),
    )


@require_POST
@calling_view(may="channels.manage")
def removal(_request: HttpRequest, member: Member, channel_id: UUID) -> HttpResponse:
    """Take the number out of the workspace."""
    control.remove(member.workspace_id, channel_id)
    return HttpResponseRedirect(reverse("channels", args=[member.workspace_slug]))


def _do(request: HttpRequest, member: Member, channel_id: UUID, verb: Callable[[], None]) -> HttpResponse:
    try:
        verb()
    except NotFound:
        raise
    except DomainError as error:
        return _show_inside(request, member, channel_id, problem=error.message, status=error.status)
    return _done(request, member, channel_id)


def _done(request: HttpRequest, member: Member, channel_id: UUID) -> HttpResponse:
    with inside(member):
        return _done_inside(request, member, channel_id)


def _done_inside(request: HttpRequest, member: Member, channel_id: UUID) -> HttpResponse:
    if _is_fragment(request):
        return _show(request, member, channel_id)
    return HttpResponseRedirect(reverse("channel", args=[member.workspace_slug, channel_id]))


def _show_inside(
    request: HttpRequest, member: Member, channel_id: UUID, *, status: int, **further: object
) -> HttpResponse:
    with inside(member):
        return _show(request, member, channel_id, status=status, **further)


def _show(
    request: HttpRequest, member: Member, channel_id: UUID, *, status: int = 200, **further: object
) -> HttpResponse:
    channel = queries.channel_of(member.workspace_id, channel_id)
    context = {
        "screen": screens.screen_for(member, channel),
        "pairing": PairingForm(),
        "rename": RenameForm(initial={"name": channel.name}),
        "key": KeyForm(),
        "missed": MissedForm(),
        "problem": "",
        **further,
    }
    template = "channels/panel.html" if _is_fragment(request) else "channels/channel.html"
    return render(request, template, context, status=status)


def _is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page. Going back in the history asks for the whole."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"
