"""The contact's part of the side panel, and what may be changed in it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parley.access.doors import Member, member_view
from parley.contacts import queries
from parley.contacts.forms import ConsentForm, NameForm
from parley.contacts.services import blocking, consent, identity
from parley.core.errors import Invalid


@require_GET
@member_view(may="contacts.read")
def contact_panel(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponse:
    """Who this is: a fragment for the panel beside a conversation."""
    return _panel(request, member, contact_id)


@require_http_methods(["GET", "POST"])
@member_view(may="contacts.write")
def contact_name(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponse:
    """The small form for the name, and its answer: the panel with the new one."""
    profile = queries.profile_of(member, contact_id)
    form = NameForm(
        request.POST or None, initial={"first_name": profile.first_name, "last_name": profile.last_name}
    )
    if request.method == "POST" and form.is_valid():
        identity.rename(member.workspace_id, contact_id, **form.cleaned_data)
        return _panel(request, member, contact_id)
    status = 422 if form.errors else 200
    return render(request, "contacts/name_form.html", {"contact": profile, "form": form}, status=status)


@require_POST
@member_view(may="contacts.write")
def contact_consent(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponse:
    """Write down what the customer said about being written to."""
    form = ConsentForm(request.POST)
    if not form.is_valid():
        raise Invalid("Say for what, and whether they agreed.", fields=_problems(form))
    verb = consent.record_consent if form.cleaned_data["state"] == "granted" else consent.revoke_consent
    verb(
        member.workspace_id,
        contact_id,
        purpose=form.cleaned_data["purpose"],
        source="agent",
        evidence={"noted_by": str(member.membership_id)},
        actor_id=member.membership_id,
    )
    return _panel(request, member, contact_id)


@require_http_methods(["POST", "DELETE"])
@member_view(may="contacts.write")
def contact_blocking(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponse:
    """Block the contact, or take the block away with DELETE (`_method` in a form)."""
    takes_away = request.method == "DELETE" or request.POST.get("_method") == "delete"
    verb = blocking.unblock if takes_away else blocking.block
    verb(member.workspace_id, contact_id, actor_id=member.membership_id)
    return _panel(request, member, contact_id, template="contacts/blocked.html")


def _problems(form: ConsentForm) -> dict[str, list[str]]:
    return {name: [str(problem) for problem in problems] for name, problems in form.errors.items()}


def _panel(
    request: HttpRequest, member: Member, contact_id: UUID, *, template: str = "contacts/panel.html"
) -> HttpResponse:
    return render(request, template, {"contact": queries.profile_of(member, contact_id)})
