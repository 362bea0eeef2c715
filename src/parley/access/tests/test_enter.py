"""The door: members in, strangers out, and nobody can tell a foreign workspace from none."""

import re
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from parley.access.doors import Member, access_workspace, member_view
from parley.access.errors import RoleRefused
from parley.access.models import Membership, User, Workspace
from parley.access.tests.factories import Cast, join, make_person, make_user, make_workspace, signed_in
from parley.contacts.models import Contact
from parley.core.errors import NotFound
from parley.core.keys import keys
from parley.core.stream_token import read
from parley.core.transactions import platform_transaction, workspace_transaction


def body(answer: Any) -> str:
    """What was said, without the token that differs from answer to answer."""
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.content.decode())


def test_a_member_is_let_in(cast: Cast) -> None:
    with platform_transaction(user_id=cast.bob.user.id):
        member = access_workspace(cast.bob.user.id, cast.bob.workspace.slug)
        assert not Contact.objects.exists()
    assert (member.role, member.record_scope, member.timezone) == ("agent", "all", "America/Sao_Paulo")
    assert member.membership_id == cast.bob.membership.id
    assert member.may("messages.send")
    assert not member.may("channels.manage")


def test_a_foreign_workspace_looks_like_none(cast: Cast) -> None:
    foreign = cast.charlie.client.get(cast.alice.url("stream-token/"))
    unknown = cast.charlie.client.get("/w/no-such-workspace/stream-token/")
    assert foreign.status_code == unknown.status_code == 404
    assert body(foreign) == body(unknown)
    assert cast.alice.workspace.name not in body(foreign)


@pytest.mark.parametrize("end", ["membership", "user", "workspace", "deleted"])
def test_who_is_no_longer_active_is_a_stranger(cast: Cast, end: str) -> None:
    bob = cast.bob
    if end == "membership":
        with workspace_transaction(bob.workspace.id):
            Membership.objects.filter(id=bob.membership.id).update(status="inactive")
    elif end == "user":
        User.objects.filter(id=bob.user.id).update(status="inactive")
    else:
        ended = (
            {"status": "inactive"}
            if end == "workspace"
            else {"deleted_at": bob.user.created_at or "2026-01-01T00:00Z"}
        )
        Workspace.objects.filter(id=bob.workspace.id).update(**ended)
    answer = bob.client.get(bob.url("stream-token/"))
    assert answer.status_code == (302 if end == "user" else 404)


def test_who_is_not_signed_in_is_asked_to_and_brought_back(cast: Cast) -> None:
    answer = Client().get(cast.alice.url("inbox/"), query_params={"tab": "all"})
    assert answer.status_code == 302
    assert answer["Location"] == f"/sign-in/?next=%2Fw%2F{cast.alice.workspace.slug}%2Finbox%2F%3Ftab%3Dall"


def test_a_fragment_moves_the_whole_page_to_the_sign_in(cast: Cast) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{cast.alice.url('inbox/')}"}
    answer = Client().get(cast.alice.url("stream-token/"), headers=headers)
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/sign-in/?next=http%3A%2F%2Ftestserver%2Fw%2F")


def test_a_role_without_the_action_is_refused(cast: Cast) -> None:
    @member_view(may="channels.manage")
    def view(request: HttpRequest, member: Member) -> HttpResponse:
        return HttpResponse(member.role)

    def ask(user: User) -> HttpResponse:
        request = RequestFactory().get("/")
        request.user, request.session = user, {}  # type: ignore[assignment]
        return view(request, slug=cast.alice.workspace.slug)  # type: ignore[return-value]

    assert ask(cast.alice.user).content == b"owner"
    with pytest.raises(RoleRefused):
        ask(cast.bob.user)
    with pytest.raises(NotFound):
        ask(cast.charlie.user)


def test_an_action_that_is_not_in_the_table_is_found_at_import() -> None:
    with pytest.raises(LookupError, match="not in the table"):
        member_view(may="channels.mange")


def test_a_view_that_fails_leaves_nothing(cast: Cast) -> None:
    @member_view()
    def view(request: HttpRequest, member: Member) -> HttpResponse:
        Contact.objects.create(workspace_id=member.workspace_id, display_name="Half done")
        raise ZeroDivisionError

    request = RequestFactory().get("/")
    request.user, request.session = cast.alice.user, {}  # type: ignore[assignment]
    with pytest.raises(ZeroDivisionError):
        view(request, slug=cast.alice.workspace.slug)
    assert not connection.in_atomic_block
    with workspace_transaction(cast.alice.workspace.id):
        assert not Contact.objects.exists()


def test_the_switcher_leads_to_the_workspace_used_last(cast: Cast) -> None:
    second = make_workspace(name="Zum Anker")
    join(user=cast.alice.user, workspace=second, role="agent")
    client = cast.alice.client
    assert client.get("/")["Location"] == cast.alice.url("inbox/")
    assert client.get(f"/w/{second.slug}/")["Location"] == f"/w/{second.slug}/inbox/"
    assert client.get("/")["Location"] == f"/w/{second.slug}/inbox/"
    elsewhere = signed_in(User.objects.get(id=cast.alice.user.id))
    assert elsewhere.get("/")["Location"] == f"/w/{second.slug}/inbox/"


def test_who_belongs_nowhere_is_told_so(database: str) -> None:
    answer = signed_in(make_user(first_name="Nora")).get("/")
    assert answer.status_code == 403
    assert "do not belong to a workspace" in answer.content.decode()


def test_the_stream_token_names_the_member(cast: Cast, capture_queries: Any) -> None:
    cast.alice.client.get(cast.alice.url())
    with capture_queries() as queries:
        answer = cast.alice.client.get(cast.alice.url("stream-token/"))
    grant = read(answer.json()["token"], keys().stream_token_key)
    assert grant is not None
    assert (grant.workspace_id, grant.user_id) == (cast.alice.workspace.id, cast.alice.user.id)
    assert answer["Cache-Control"] == "no-store"
    assert len(queries) == 3, "session, user, membership"


def test_every_role_may_look_and_the_auditor_only_that(cast: Cast) -> None:
    auditor = make_person(workspace=cast.alice.workspace, first_name="Olga", role="auditor")
    with platform_transaction(user_id=auditor.user.id):
        member = access_workspace(auditor.user.id, auditor.workspace.slug)
    assert member.may("inbox.read")
    assert not member.may("messages.send")
