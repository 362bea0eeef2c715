"""Writing first: the page for a new conversation, and a channel's test message."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from parley.access.doors import Member, member_view
from parley.channels.queries import channels_of
from parley.messaging.forms import StartForm, cleaned
from parley.messaging.services.sending import send_text
from parley.messaging.services.starting import start_conversation


@require_http_methods(["GET", "HEAD", "POST"])
@member_view(may="messages.send")
def conversation_new(request: HttpRequest, member: Member) -> HttpResponse:
    """Ask for a number and a channel; with first words they are sent, and either way the thread opens."""
    if request.method == "POST":
        return _start(member, cleaned(StartForm(request.POST)))
    channels = [channel for channel in channels_of(member.workspace_id) if channel.status == "working"]
    chosen = request.GET.get("channel", "")
    context = {"channels": channels, "chosen": chosen, "phone": request.GET.get("phone", "")}
    return render(request, "messaging/start.html", context)


@require_POST
@member_view(may="messages.send")
def channel_test(request: HttpRequest, member: Member, channel_id: UUID) -> HttpResponse:
    """A first text from this number, to show that it works; the thread shows what becomes of it."""
    asked = cleaned(StartForm({**request.POST.dict(), "channel": str(channel_id)}))
    return _start(member, {**asked, "body": asked["body"].strip() or _("A test message from Parley.")})


def _start(member: Member, asked: dict[str, Any]) -> HttpResponse:
    conversation_id = start_conversation(member, asked["channel"], phone=asked["phone"])
    body = asked["body"].strip()
    if body:
        send_text(member, conversation_id, client_id=asked["client_id"], body=body)
    return redirect("thread", member.workspace_slug, conversation_id)
