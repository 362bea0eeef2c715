"""Editing and deleting what was sent, and showing the customer that somebody writes."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from parley.access.doors import Member, member_view
from parley.channels.doors import calling_view, inside
from parley.core.jobs import defer
from parley.messaging import queries
from parley.messaging.composed_forms import RevisionForm
from parley.messaging.forms import cleaned
from parley.messaging.services import revising
from parley.messaging.tasks import show_typing
from parley.messaging.views import is_fragment


@require_POST
@calling_view(may="messages.send")
def revisions(request: HttpRequest, member: Member, message_id: UUID) -> HttpResponse:
    """Give a sent text other words; the answer is its bubble."""
    revising.edit(member, message_id, body=cleaned(RevisionForm(request.POST))["body"])
    return _bubble(request, member, message_id)


@require_POST
@calling_view(may="messages.send")
def revocation(request: HttpRequest, member: Member, message_id: UUID) -> HttpResponse:
    """Delete what was sent for everyone; the answer is its bubble."""
    revising.revoke(member, message_id)
    return _bubble(request, member, message_id)


@require_POST
@member_view(may="messages.send")
def typing(_request: HttpRequest, member: Member, conversation_id: UUID) -> HttpResponse:
    """Somebody writes here: the customer may see it. One waiting word of it is enough."""
    conversation = queries.conversation_for(member, conversation_id)
    defer(
        show_typing,
        key=f"typing:{conversation.id}",
        workspace_id=member.workspace_id,
        conversation_id=conversation.id,
    )
    return HttpResponse(status=204)


def _bubble(request: HttpRequest, member: Member, message_id: UUID) -> HttpResponse:
    with inside(member), timezone.override(member.timezone):
        bubble = queries.bubble_of(member, message_id)
        if is_fragment(request):
            return render(request, "messaging/bubble.html", {"bubble": bubble})
        conversation_id = queries.message_for(member, message_id).conversation_id
    return redirect("thread", member.workspace_slug, conversation_id)
