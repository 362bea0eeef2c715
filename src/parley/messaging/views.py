"""The inbox: its list, its threads, and what is done in them. Fragments for htmx, else pages."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parley.access.doors import Member, member_view
from parley.channels.doors import calling_view, inside
from parley.contacts.queries import contact_of
from parley.core import clock
from parley.core.environment import environment
from parley.core.errors import Invalid
from parley.messaging import queries
from parley.messaging.composed_forms import KINDS, send_composed
from parley.messaging.forms import (
    MOST_ROWS,
    AssignForm,
    EarlierForm,
    ListForm,
    PlaceForm,
    ReactionForm,
    ReadingForm,
    WordsForm,
    cleaned,
    uploads_in,
)
from parley.messaging.screens import Tab, Thread
from parley.messaging.services import (
    assigning,
    closing,
    fetching,
    notes,
    reactions,
    reading,
    resending,
    sending,
)
from parley.messaging.services.media import send_files
from parley.messaging.serving import media_response


@require_safe
@member_view(may="inbox.read")
def inbox(request: HttpRequest, member: Member) -> HttpResponse:
    """The list alone as a page; for htmx the list, or with a cursor its further rows."""
    context = _list_context(request, member)
    if not is_fragment(request):
        return render(request, "messaging/inbox.html", {**context, **_thread_context(None)})
    template = "messaging/rows.html" if request.GET.get("cursor") else "messaging/list.html"
    return render(request, template, context)


@require_safe
@member_view(may="conversations.read")
def thread(request: HttpRequest, member: Member, conversation_id: UUID) -> HttpResponse:
    """One conversation beside the list; for htmx alone, or with `before` an earlier page of it."""
    before = request.GET.get("before", "")
    found = queries.thread_of(member, conversation_id, before=before)
    if is_fragment(request):
        template = "messaging/bubbles.html" if before else "messaging/thread.html"
        return render(request, template, _thread_context(found))
    context = {**_list_context(request, member), **_thread_context(found)}
    return render(request, "messaging/inbox.html", context)


@require_safe
@member_view(may="conversations.read")
def thread_updates(request: HttpRequest, member: Member, conversation_id: UUID) -> HttpResponse:
    """What a screen that shows everything from the entry `since` on has to draw again."""
    try:
        since = UUID(request.GET.get("since") or str(UUID(int=0)))
    except ValueError:
        raise Invalid(_("This address is broken. Reload the page.")) from None
    found = queries.thread_since(member, conversation_id, since=since)
    return render(request, "messaging/updates.html", {**_thread_context(found), "done": "", "with_log": True})


@require_safe
@member_view(may="conversations.read")
def earlier(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponse:
    """What was closed with a contact, for the panel beside a conversation: `besides` is that one."""
    contact = contact_of(member.workspace_id, contact_id)
    besides = cleaned(EarlierForm(request.GET))["besides"]
    rows = queries.earlier_conversations(member, contact.id, besides=besides)
    return render(request, "messaging/earlier.html", {"rows": rows})


@require_POST
@calling_view(may="messages.send")
def messages(request: HttpRequest, member: Member, conversation_id: UUID) -> HttpResponse:
    """Send what the form holds; the answer is the new bubble, the same one for the same client id."""
    sent = _send_files(request, member, conversation_id)
    with inside(member), timezone.override(member.timezone):
        return _bubbles(
            request, member, conversation_id, sent or [_send_words(request, member, conversation_id)]
        )


@require_POST
@member_view(may="notes.write")
def conversation_notes(request: HttpRequest, member: Member, conversation_id: UUID) -> HttpResponse:
    """Write a private note; the answer is its bubble."""
    words = cleaned(WordsForm(request.POST))
    note = notes.add_note(member, conversation_id, client_id=words["client_id"], body=words["body"])
    return _bubbles(request, member, conversation_id, [note])


@require_http_methods(["POST", "DELETE"])
@member_view(may="conversations.close")
def closure(request: HttpRequest, member: Member, conversation_id: UUID) -> HttpResponse:
    """Close the conversation, or reopen it by taking the closure away."""
    if _takes_away(request):
        closing.reopen(member, conversation_id)
        return _changed(request, member, conversation_id, done="reopened")
    closing.close(member, conversation_id)
    return _changed(request, member, conversation_id, done="closed")


@require_http_methods(["POST", "DELETE"])
@member_view(may="conversations.assign")
def assignment(request: HttpRequest, member: Member, conversation_id: UUID) -> HttpResponse:
    """Give the conversation to a member, oneself with `me`, or to nobody."""
    if _takes_away(request):
        assigning.unassign(member, conversation_id)
        return _changed(request, member, conversation_id, done="released")
    chosen = cleaned(AssignForm(request.POST))["member"] or member.membership_id
    assigning.assign_to(member, conversation_id, membership_id=chosen)
    done = "assigned" if chosen == member.membership_id else ""
    return _changed(request, member, conversation_id, done=done)


@require_POST
@member_view(may="conversations.mark")
def conversation_reading(request: HttpRequest, member: Member, conversation_id: UUID) -> HttpResponse:
    """Somebody has seen what is in it."""
    upto = cleaned(ReadingForm(request.POST))["upto"]
    reading.mark_read(member, conversation_id, upto=upto)
    return HttpResponse(status=204) if is_fragment(request) else _to_thread(member, conversation_id)


@require_POST
@member_view(may="messages.send")
def message_reactions(request: HttpRequest, member: Member, message_id: UUID) -> HttpResponse:
    """Show an emoji on a message, or with an empty one take ours back; the answer is its bubble."""
    message = queries.message_for(member, message_id)
    reactions.react(member, message_id, emoji=cleaned(ReactionForm(request.POST))["emoji"])
    return _bubbles(request, member, message.conversation_id, [message_id])


@require_POST
@member_view(may="messages.send")
def resend(request: HttpRequest, member: Member, message_id: UUID) -> HttpResponse:
    """Send again what failed or whose fate is unknown; the answer is the new bubble."""
    message = queries.message_for(member, message_id)
    again = resending.resend(member, message_id)
    return _bubbles(request, member, message.conversation_id, [again])


@require_http_methods(["GET", "HEAD", "POST"])
@member_view(may="conversations.read")
def media(request: HttpRequest, member: Member, media_id: UUID) -> HttpResponseBase:
    """A file of a message. POST asks the provider again for one that could not be fetched."""
    if request.method != "POST":
        return media_response(request, queries.media_for(member, media_id))
    fetching.fetch_again(member, media_id)
    message = queries.message_with(member, media_id)
    return _bubbles(request, member, message.conversation_id, [message.id])


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page; restoring its history it wants the whole."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"


def _send_files(request: HttpRequest, member: Member, conversation_id: UUID) -> list[UUID]:
    """The files of the form with its words; nothing where there are none."""
    if not request.FILES.getlist("file") or request.POST.get("type") == "location":
        return []
    words = cleaned(WordsForm(request.POST))
    return send_files(
        member,
        conversation_id,
        client_id=words["client_id"],
        uploads=uploads_in(request, limit=environment().upload_max_bytes),
        body=words["body"],
        reply_to=words["quoted_id"],
    )


def _send_words(request: HttpRequest, member: Member, conversation_id: UUID) -> UUID:
    if request.POST.get("type") in KINDS:
        return send_composed(member, conversation_id, request.POST)
    if request.POST.get("type") == "location":
        place = cleaned(PlaceForm(request.POST))
        return sending.send_location(member, conversation_id, name=place.pop("place_name"), **place)
    words = cleaned(WordsForm(request.POST))
    return sending.send_text(
        member,
        conversation_id,
        client_id=words["client_id"],
        body=words["body"],
        reply_to=words["quoted_id"],
    )


def _list_context(request: HttpRequest, member: Member) -> dict[str, Any]:
    """Two statements. Without a tab the first that has something: mine, unassigned, all."""
    asked = cleaned(ListForm(request.GET))
    counts = queries.inbox_counts(member)
    first: Tab = "mine" if counts.mine else "unassigned" if counts.unassigned else "all"
    tab: Tab = asked["tab"] or first
    sort, q = asked["sort"], asked["q"]
    size = min(max(asked["count"] or 0, queries.PAGE_SIZE), MOST_ROWS)
    page = queries.inbox_page(member, tab=tab, sort=sort, q=q, cursor=asked["cursor"], size=size)
    return {"tab": tab, "sort": sort, "q": q, "counts": counts, "page": page, "now": clock.now()}


def _thread_context(found: Thread | None) -> dict[str, Any]:
    return {"thread": found, "now": clock.now(), "upload_max_bytes": environment().upload_max_bytes}


def _bubbles(
    request: HttpRequest, member: Member, conversation_id: UUID, message_ids: list[UUID]
) -> HttpResponse:
    if not is_fragment(request):
        return _to_thread(member, conversation_id)
    bubbles = [queries.bubble_of(member, message_id) for message_id in message_ids]
    shown = [render_to_string("messaging/bubble.html", {"bubble": bubble}, request) for bubble in bubbles]
    return HttpResponse("".join(shown))


def _changed(request: HttpRequest, member: Member, conversation_id: UUID, *, done: str) -> HttpResponse:
    if not is_fragment(request):
        return _to_thread(member, conversation_id)
    found = queries.thread_of(member, conversation_id)
    return render(
        request, "messaging/updates.html", {**_thread_context(found), "done": done, "with_log": False}
    )


def _takes_away(request: HttpRequest) -> bool:
    """DELETE, or what a form without JavaScript says instead."""
    return request.method == "DELETE" or request.POST.get("_method") == "delete"


def _to_thread(member: Member, conversation_id: UUID) -> HttpResponse:
    return redirect("thread", member.workspace_slug, conversation_id)
