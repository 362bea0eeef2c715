"""A channel's events that were set aside: an admin sees what they are and has them applied once more."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from parley.access.doors import Member, member_view
from parley.channels.queries import channel_of
from parley.messaging.forms import RetryForm, SetAsideForm, cleaned
from parley.messaging.queries.set_aside import set_aside_events
from parley.messaging.services.retrying import retry_set_aside


@require_safe
@member_view(may="webhooks.manage")
def set_aside(request: HttpRequest, member: Member, channel_id: UUID) -> HttpResponse:
    """The newest of them, each with its reason and what came."""
    asked = cleaned(SetAsideForm(request.GET))
    page = set_aside_events(member, channel_id, cursor=asked["cursor"])
    channel = channel_of(member.workspace_id, channel_id)
    context = {"page": page, "channel": channel, "retried": asked["retried"]}
    return render(request, "messaging/set_aside.html", context)


@require_POST
@member_view(may="webhooks.manage")
def set_aside_retry(request: HttpRequest, member: Member, channel_id: UUID) -> HttpResponse:
    """Try one again, or without an id all of the channel; the list shows what stays."""
    event_id = cleaned(RetryForm(request.POST))["event"]
    count = retry_set_aside(member, channel_id, event_ids=[event_id] if event_id else None)
    return redirect(f"{reverse('set_aside', args=[member.workspace_slug, channel_id])}?retried={count}")
