"""Groups as they are read: one group's page, and in which groups a contact wrote."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from parley.access.doors import Member, member_view
from parley.messaging.queries.groups import group_page, groups_of_contact


@require_safe
@member_view(may="conversations.read")
def group(request: HttpRequest, member: Member, group_id: UUID) -> HttpResponse:
    """What was said in a group."""
    page = group_page(member, group_id, before=request.GET.get("before", ""))
    return render(request, "messaging/group.html", {"group": page})


@require_safe
@member_view(may="conversations.read")
def contact_groups(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponse:
    """For the panel beside a conversation."""
    return render(request, "messaging/contact_groups.html", {"lines": groups_of_contact(member, contact_id)})
