"""Connecting a number: choose which kind, then say where it is."""

from collections.abc import Callable
from uuid import UUID

from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from parley.access.doors import Member, member_view
from parley.channels.doors import calling_view, inside
from parley.channels.errors import AlreadyConnected, ChannelTrouble, SessionExists
from parley.channels.forms import CloudForm, WahaForm
from parley.channels.services.connecting import CloudNumber, WahaSession, connect_cloud, connect_waha
from parley.core.environment import environment

_WAHA_FIELDS = {"address": "base_url", "key": "api_key", "number": "session_name"}
_CLOUD_FIELDS = {"address": "base_url", "key": "access_token", "number": "phone_number_id"}


@require_safe
@member_view(may="channels.manage")
def channel_new(request: HttpRequest, _member: Member) -> HttpResponse:
    """Which kind of number it is."""
    return render(request, "channels/new.html")


@sensitive_post_parameters("api_key")
@calling_view(may="channels.manage")
def channel_new_waha(request: HttpRequest, member: Member) -> HttpResponse:
    """Connect a session."""
    form = WahaForm(request.POST or None, initial={"base_url": environment().simulator_url})
    if request.method == "POST" and form.is_valid():
        session = WahaSession(**form.cleaned_data)
        done = _connect(form, _WAHA_FIELDS, lambda: connect_waha(member.workspace_id, session))
        if done:
            return _to_channel(member, done)
    return _form_page(request, member, form, "channels/new_waha.html")


@sensitive_post_parameters("access_token", "app_secret")
@calling_view(may="channels.manage")
def channel_new_cloud(request: HttpRequest, member: Member) -> HttpResponse:
    """Connect a business number."""
    form = CloudForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number = CloudNumber(**form.cleaned_data)
        done = _connect(form, _CLOUD_FIELDS, lambda: connect_cloud(member.workspace_id, number))
        if done:
            return _to_channel(member, done)
    return _form_page(request, member, form, "channels/new_cloud.html")


def _connect(form: Form, fields: dict[str, str], connect: Callable[[], UUID]) -> UUID | None:
    """Connect, or put what went wrong beside the field that most likely has to change."""
    try:
        return connect()
    except ChannelTrouble as trouble:
        form.add_error(fields.get(trouble.field), trouble.message)
    except SessionExists as refusal:
        form.add_error("session_name", refusal.message)
    except AlreadyConnected as refusal:
        form.add_error(None, refusal.message)
    return None


def _to_channel(member: Member, channel_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("channel", args=[member.workspace_slug, channel_id]))


def _form_page(request: HttpRequest, member: Member, form: Form, template: str) -> HttpResponse:
    with inside(member):
        return render(request, template, {"form": form}, status=422 if form.errors else 200)
