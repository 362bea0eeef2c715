"""Writing first: the page for a new conversation, and a channel's test message."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parley.access.doors import Member, member_view
from parley.channels.doors import calling_view, inside
from parley.channels.queries import channel_of, channels_of
from parley.core.errors import DomainError, Invalid, NotFound
from parley.core.ids import new_id
from parley.messaging.errors import SendRefused
from parley.messaging.forms import StartForm, cleaned
from parley.messaging.queries.doors import latest_conversation
from parley.messaging.services import checking
from parley.messaging.services.sending import send_text
from parley.messaging.services.starting import start_conversation
from parley.messaging.views import is_fragment

_FIELDS: Final[tuple[str, ...]] = ("phone", "channel", "body")
_ABOUT_THE_PERSON: Final = frozenset({"contact_gone", "contact_blocked", "suppressed"})


@require_http_methods(["GET", "HEAD", "POST"])
@calling_view(may="messages.send")
def conversation_new(request: HttpRequest, member: Member) -> HttpResponse:
    """Ask for a number and a channel; with first words they are sent, and either way the thread opens."""
    if request.method != "POST":
        return _ask(request, member, asked=request.GET.dict())
    asked = request.POST.dict()
    try:
        conversation_id = _start(member, asked)
    except NotFound:
        raise
    except DomainError as refusal:
        return _ask(request, member, asked=asked, refusal=refusal)
    return _opened(request, member, conversation_id)


@require_POST
@calling_view(may="messages.send")
def channel_test(request: HttpRequest, member: Member, channel_id: UUID) -> HttpResponse:
    """A first text from this number, to show that it works; the thread shows what becomes of it.

    What is refused is said in the channel's own form; without JavaScript, on the page for writing first.
    """
    asked = {**request.POST.dict(), "channel": str(channel_id)}
    words = asked.get("body", "").strip() or _("A test message from Parley.")
    try:
        conversation_id = _start(member, {**asked, "body": words})
    except NotFound:
        raise
    except DomainError as refusal:
        if not is_fragment(request):
            return _ask(request, member, asked=asked, refusal=refusal)
        screen = {"test_url": request.path, "test_id": new_id()}
        with inside(member):
            channel = channel_of(member.workspace_id, channel_id)
            context = {"channel": channel, "screen": screen, "asked": asked, "problems": _problems(refusal)}
            return render(request, "channels/test.html", context, status=refusal.status)
    return _opened(request, member, conversation_id)


@require_safe
@member_view(may="conversations.read")
def contact_thread(_request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponse:
    """To what is said with this contact now, or was said last."""
    conversation_id = latest_conversation(member, contact_id)
    return redirect("thread", member.workspace_slug, conversation_id)


def _start(member: Member, asked: Mapping[str, str]) -> UUID:
    """The conversation, with its first words queued. What is refused leaves nothing behind."""
    given = cleaned(StartForm(asked))
    with inside(member):
        question = checking.question_for(member, given["channel"], phone=given["phone"])
    known_as = checking.ask(question) if question is not None else None
    with inside(member):
        conversation_id = start_conversation(
            member, given["channel"], phone=given["phone"], known_as=known_as
        )
        if given["body"].strip():
            send_text(member, conversation_id, client_id=given["client_id"], body=given["body"].strip())
        return conversation_id


def _opened(request: HttpRequest, member: Member, conversation_id: UUID) -> HttpResponse:
    if not is_fragment(request):
        return redirect("thread", member.workspace_slug, conversation_id)
    address = reverse("thread", args=[member.workspace_slug, conversation_id])
    return HttpResponse(headers={"HX-Redirect": address})


def _ask(
    request: HttpRequest, member: Member, *, asked: Mapping[str, str], refusal: DomainError | None = None
) -> HttpResponse:
    template = "messaging/start_form.html" if is_fragment(request) else "messaging/start.html"
    with inside(member):
        channels = [channel for channel in channels_of(member.workspace_id) if channel.status == "working"]
        open_to_all = next((channel for channel in channels if not channel.has_window), None)
        context = {
            "channels": channels,
            "chosen": asked.get("channel") or (str(open_to_all.id) if open_to_all else ""),
            "asked": asked,
            "problems": _problems(refusal) if refusal else {},
            # Nothing was kept of what was refused, so its id is free, but may be what was wrong.
            "client_id": new_id(),
        }
        return render(request, template, context, status=refusal.status if refusal else 200)


def _problems(refusal: DomainError) -> dict[str, str]:
    """What is wrong, by the field where the person can mend it; `form` where there is none."""
    if isinstance(refusal, SendRefused):
        return {"phone" if refusal.code in _ABOUT_THE_PERSON else "channel": refusal.message}
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    found = {name: " ".join(fields[name]) for name in _FIELDS if name in fields}
    return found or {"form": refusal.message}
