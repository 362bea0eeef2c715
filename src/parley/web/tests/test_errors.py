"""Refusals reach a person as a page, and a fragment request as a toast, with the same strict headers."""

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import RequestFactory
from psycopg.errors import DeadlockDetected, ProgramLimitExceeded
from psycopg_pool import PoolTimeout

from parley.core.errors import Conflict, DomainError, NotFound, TooMany
from parley.web import errors
from parley.web.middleware import CONTENT_SECURITY_POLICY, FragmentRedirects, SecurityHeaders

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}
WORDS = "It was closed by <Rui> a moment ago."


def never(request: HttpRequest) -> HttpResponse:
    raise AssertionError


def answer_to(error: Exception, **headers: str) -> HttpResponse:
    request = RequestFactory().get("/w/casa-lume/inbox/", headers=headers)
    response = errors.DomainErrors(never).process_exception(request, error)
    assert response is not None
    return response


def test_a_page_says_what_happened_and_offers_a_way_out() -> None:
    response = answer_to(Conflict(WORDS))
    body = response.content.decode()
    assert response.status_code == 409
    assert "It was closed by &lt;Rui&gt; a moment ago." in body
    assert 'href="/"' in body
    assert body.startswith("<!doctype html>")


def test_a_fragment_gets_a_toast_in_the_toast_region() -> None:
    response = answer_to(Conflict(WORDS, code="closed"), **FRAGMENT)
    body = response.content.decode().strip()
    assert (response.status_code, response["HX-Retarget"], response["HX-Reswap"]) == (
        409,
        "#toasts",
        "beforeend",
    )
    assert body.startswith('<div class="toast bad"')
    assert 'data-code="closed"' in body
    assert "&lt;Rui&gt;" in body


def test_too_many_says_when_to_come_back() -> None:
    assert answer_to(TooMany("Slow down.", retry_after=30))["Retry-After"] == "30"


def test_other_exceptions_are_left_to_django() -> None:
    request = RequestFactory().get("/")
    assert errors.DomainErrors(never).process_exception(request, ValueError("secret")) is None


@pytest.mark.parametrize("error", [NotFound(), DomainError("No.")])
def test_the_status_is_the_error_s(error: DomainError) -> None:
    assert answer_to(error).status_code == error.status


def test_handlers_answer_without_a_database() -> None:
    request = RequestFactory().get("/nowhere/")
    for response, status in (
        (errors.bad_request(request, ValueError()), 400),
        (errors.permission_denied(request, PermissionError()), 403),
        (errors.page_not_found(request, LookupError()), 404),
        (errors.server_error(request), 500),
        (errors.csrf_failure(request), 403),
    ):
        assert response.status_code == status
        assert "<h1>" in response.content.decode()


def test_every_answer_carries_the_policy_and_pages_are_not_kept() -> None:
    response = SecurityHeaders(lambda _: HttpResponse("<p>"))(RequestFactory().get("/"))
    assert response["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert response["Cache-Control"] == "no-store"
    assert response["Vary"] == "HX-Request, HX-Request-Type"


def test_a_view_s_own_policy_is_kept() -> None:
    own = HttpResponse(b"", headers={"Content-Security-Policy": "sandbox"}, content_type="image/png")
    response = SecurityHeaders(lambda _: own)(RequestFactory().get("/"))
    assert response["Content-Security-Policy"] == "sandbox"
    assert "Cache-Control" not in response


def test_a_redirect_of_a_fragment_moves_the_page() -> None:
    redirect = FragmentRedirects(lambda _: HttpResponseRedirect("/sign-in/?next=/x"))
    moved = redirect(RequestFactory().get("/x", headers=FRAGMENT))
    assert (moved.status_code, moved["HX-Redirect"], moved.content) == (200, "/sign-in/?next=/x", b"")
    assert redirect(RequestFactory().get("/x")).status_code == 302


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed"), PoolTimeout("full")])
def test_a_database_that_is_away_is_not_our_fault(error: Exception) -> None:
    request = RequestFactory().get("/w/casa-lume/inbox/")
    try:
        raise error
    except (OperationalError, InterfaceError, PoolTimeout):
        response = errors.server_error(request)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "try again" in response.content.decode()


def test_a_deadlock_is_a_collision_and_no_outage() -> None:
    request = RequestFactory().get("/")
    try:
        raise OperationalError("deadlock") from DeadlockDetected("deadlock detected")
    except OperationalError:
        response = errors.server_error(request)
    assert response.status_code == 409
    assert "Nothing of yours was saved" in response.content.decode()


def test_a_value_that_is_too_long_is_no_outage() -> None:
    request = RequestFactory().get("/")
    try:
        raise OperationalError("too long") from ProgramLimitExceeded("index row size")
    except OperationalError:
        assert errors.server_error(request).status_code == 500
