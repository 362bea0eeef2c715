"""Signing in: equal answers, limits that hold, and a way in for who belongs."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test import Client

from parley.access.models import SignInAttempt, User
from parley.access.services import sign_in
from parley.access.tests.factories import PASSWORD, Cast, make_user
from parley.core.environment import environment
from parley.core.ids import new_id


def source() -> str:
    """An address that no other test uses: the throttle counts by source as well."""
    return f"2001:db8:{new_id().hex[-4:]}:{new_id().hex[-8:-4]}::1"


def attempt(email: str, password: str, *, client: Client | None = None, **extra: Any) -> Any:
    extra.setdefault("REMOTE_ADDR", source())
    data = {"email": email, "password": password}
    return (client or Client()).post("/sign-in/", data, **extra)


@pytest.fixture(autouse=True)
def few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash is slow on purpose, so the tests try less often than the limits allow."""
    assert (sign_in.PER_ACCOUNT, sign_in.PER_SOURCE, sign_in.WINDOW_SECONDS) == (10, 50, 900)
    monkeypatch.setattr(sign_in, "PER_ACCOUNT", 3)
    monkeypatch.setattr(sign_in, "PER_SOURCE", 5)


@pytest.fixture
def behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PARLEY_TRUSTED_PROXIES", "10.9.0.0/16")
    environment.cache_clear()
    yield
    monkeypatch.undo()
    environment.cache_clear()


def test_the_right_password_opens_the_last_workspace(cast: Cast) -> None:
    client = Client()
    answer = attempt(cast.alice.user.email.upper(), PASSWORD, client=client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/")["Location"] == cast.alice.url("inbox/")
    assert User.objects.get(id=cast.alice.user.id).last_login_at is not None


def test_wrong_unknown_and_inactive_get_the_same_answer(cast: Cast) -> None:
    inactive = make_user(first_name="Nora")
    User.objects.filter(id=inactive.id).update(status="inactive")
    answers = [
        attempt(cast.alice.user.email, "not the password"),
        attempt(f"nobody-{new_id()}@example.test", PASSWORD),
        attempt(inactive.email, PASSWORD),
    ]
    assert {answer.status_code for answer in answers} == {422}
    texts = {
        answer.content.decode().count("The e-mail address or the password is wrong.") for answer in answers
    }
    assert texts == {1}


def test_known_and_unknown_cost_the_same_work(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash is what takes the time. It is counted, not timed: a busy machine proves nothing."""
    hashes: list[str] = []

    def counted(name: str) -> None:
        compute = getattr(Argon2PasswordHasher, name)

        def count(*words: Any, **more: Any) -> Any:
            hashes.append(name)
            return compute(*words, **more)

        monkeypatch.setattr(Argon2PasswordHasher, name, count)

    known = make_user().email
    counted("encode")
    counted("verify")
    attempt(known, "not the password")
    assert len(hashes) == 1
    attempt(f"nobody-{new_id()}@example.test", "not the password")
    assert len(hashes) == 2


def test_the_session_gets_another_id(cast: Cast) -> None:
    client = Client()
    client.get("/sign-in/")
    session = client.session
    session["before"] = "1"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = str(before)
    attempt(cast.alice.user.email, PASSWORD, client=client)
    assert client.cookies["sessionid"].value not in {before, ""}


def test_failures_close_the_account_for_strangers(cast: Cast) -> None:
    for _ in range(sign_in.PER_ACCOUNT):
        assert attempt(cast.alice.user.email, "not the password").status_code == 422
    refused = attempt(cast.alice.user.email, PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= sign_in.WINDOW_SECONDS
    assert "Too many attempts to sign in." in refused.text
    assert f'value="{cast.alice.user.email}"' in refused.text, "the form again, to try later"
    assert attempt(cast.bob.user.email, PASSWORD).status_code == 302


def test_an_unknown_account_is_closed_just_the_same(database: str) -> None:
    email = f"nobody-{new_id()}@example.test"
    answers = [attempt(email, "guess").status_code for _ in range(sign_in.PER_ACCOUNT + 1)]
    assert answers == [422] * sign_in.PER_ACCOUNT + [429]


def test_a_browser_that_was_here_before_is_not_locked_out(cast: Cast) -> None:
    own = Client()
    attempt(cast.alice.user.email, PASSWORD, client=own)
    own.post("/sign-out/")
    for _ in range(sign_in.PER_ACCOUNT):
        attempt(cast.alice.user.email, "not the password")
    assert attempt(cast.alice.user.email, PASSWORD).status_code == 429
    assert attempt(cast.alice.user.email, PASSWORD, client=own).status_code == 302


def test_such_a_browser_cannot_guess_without_end(cast: Cast) -> None:
    own = Client()
    attempt(cast.alice.user.email, PASSWORD, client=own)
    own.post("/sign-out/")
    for _ in range(sign_in.PER_ACCOUNT):
        attempt(cast.alice.user.email, "not the password", client=own)
    assert attempt(cast.alice.user.email, PASSWORD, client=own).status_code == 429


def test_the_cookie_of_one_account_is_worth_nothing_for_another(cast: Cast) -> None:
    charlies = Client()
    attempt(cast.charlie.user.email, PASSWORD, client=charlies)
    charlies.post("/sign-out/")
    for _ in range(sign_in.PER_ACCOUNT):
        attempt(cast.alice.user.email, "not the password")
    assert attempt(cast.alice.user.email, PASSWORD, client=charlies).status_code == 429


def test_many_failures_close_the_source(cast: Cast) -> None:
    here = source()
    for number in range(5):
        attempt(f"nobody-{number}-{new_id()}@example.test", "guess", REMOTE_ADDR=here)
    assert attempt(cast.alice.user.email, PASSWORD, REMOTE_ADDR=here).status_code == 429
    assert attempt(cast.alice.user.email, PASSWORD).status_code == 302


def test_a_success_forgets_the_failures(cast: Cast) -> None:
    for _ in range(2):
        for _ in range(sign_in.PER_ACCOUNT - 1):
            attempt(cast.alice.user.email, "not the password")
        assert attempt(cast.alice.user.email, PASSWORD).status_code == 302


def test_failures_stop_counting_after_a_quarter_of_an_hour(cast: Cast) -> None:
    for _ in range(sign_in.PER_ACCOUNT):
        attempt(cast.alice.user.email, "not the password")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sign_in_attempt SET at = at - interval '16 minutes'")
    assert attempt(cast.alice.user.email, PASSWORD).status_code == 302
    assert sign_in.forget_old_attempts() > 0
    assert not SignInAttempt.objects.exists()


def test_many_at_once_are_all_counted(cast: Cast) -> None:
    def guess(_: int) -> int:
        try:
            return int(attempt(cast.alice.user.email, "not the password").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(guess, range(sign_in.PER_ACCOUNT + 6)))
    assert answers.count(422) == sign_in.PER_ACCOUNT
    assert answers.count(429) == 6


def test_a_sign_in_whose_turn_does_not_come_is_sent_away(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sign_in.HASHING_WAIT_SECONDS == 5
    monkeypatch.setattr(sign_in, "HASHING_WAIT_SECONDS", 0.1)
    with ExitStack() as others:
        for _ in range(2):
            others.enter_context(sign_in._hashing)
        refused = attempt(cast.alice.user.email, PASSWORD)
        assert (refused.status_code, refused["Retry-After"]) == (429, str(sign_in.RETRY_SECONDS))
        assert "Many people are signing in" in refused.content.decode()
    assert attempt(cast.alice.user.email, PASSWORD).status_code == 302


def test_a_forged_header_changes_nothing(cast: Cast) -> None:
    here = source()
    for number in range(5):
        attempt(
            f"x{new_id()}@example.test",
            "guess",
            REMOTE_ADDR=here,
            HTTP_X_FORWARDED_FOR=f"198.51.100.{number}",
        )
    answer = attempt(cast.alice.user.email, PASSWORD, REMOTE_ADDR=here, HTTP_X_FORWARDED_FOR="198.51.100.9")
    assert answer.status_code == 429


@pytest.mark.usefixtures("behind_a_proxy")
def test_a_trusted_proxy_tells_who_it_was(cast: Cast) -> None:
    for _ in range(5):
        attempt(
            f"x{new_id()}@example.test",
            "guess",
            REMOTE_ADDR="10.9.0.1",
            HTTP_X_FORWARDED_FOR="203.0.113.77, 198.51.100.5, 10.9.1.1",
        )
    again: dict[str, Any] = {"REMOTE_ADDR": "10.9.0.1"}
    forged = attempt(cast.alice.user.email, PASSWORD, HTTP_X_FORWARDED_FOR="192.0.2.1, 198.51.100.5", **again)
    assert forged.status_code == 429
    other = attempt(cast.alice.user.email, PASSWORD, HTTP_X_FORWARDED_FOR="198.51.100.6", **again)
    assert other.status_code == 302


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/w/casa/inbox/?tab=mine", "/w/casa/inbox/?tab=mine"),
        ("http://testserver/w/casa/inbox/", "/w/casa/inbox/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("http://testserver@evil.example/", "/"),
        ("/%09/evil.example/", "/%09/evil.example/"),
        ("/%5Cevil.example/", "/%5Cevil.example/"),
        ("\t//evil.example/", "/"),
        ("/\t/evil.example/", "/"),
        ("/w/casa\\..\\evil", "/"),
        ("/w/casa/\x01", "/"),
        ("///evil.example/", "/"),
        ("http://testserver//evil.example/x", "/"),
        ("http://testserver/\t/evil.example/x", "/"),
        ("http://testserver/\\evil.example/x", "/"),
        ("http:////evil.example/", "/"),
        ("http:testserver//evil.example/", "/"),
        ("http://testserver", "/"),
        ("ftp://testserver/w/", "/"),
        ("data:text/html,x", "/"),
        ("inbox", "/"),
        ("", "/"),
    ],
)
def test_it_leads_back_to_this_site_only(cast: Cast, wanted: str, leads_to: str) -> None:
    client = Client()
    answer = client.post(
        "/sign-in/",
        {"email": cast.alice.user.email, "password": PASSWORD},
        query_params={"next": wanted},
        REMOTE_ADDR=source(),
    )
    assert answer["Location"] == leads_to


def test_a_form_without_its_token_is_refused(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert attempt(cast.alice.user.email, PASSWORD, client=strict).status_code == 403


def test_what_is_kept_of_an_attempt_names_nobody(cast: Cast) -> None:
    attempt(cast.alice.user.email, "not the password", REMOTE_ADDR="203.0.113.200")
    kept = SignInAttempt.objects.latest("id")
    assert cast.alice.user.email.encode() not in bytes(kept.account)
    assert len(kept.account) == len(kept.source) == 32


def test_signing_out_ends_the_session_and_needs_a_post(cast: Cast) -> None:
    assert cast.alice.client.get("/sign-out/").status_code == 405
    assert cast.alice.client.get(cast.alice.url()).status_code == 302
    assert cast.alice.client.post("/sign-out/")["Location"] == "/sign-in/"
    assert cast.alice.client.get(cast.alice.url())["Location"].startswith("/sign-in/?next=")


def test_cookies_are_out_of_reach(cast: Cast) -> None:
    client = Client()
    attempt(cast.alice.user.email, PASSWORD, client=client)
    for name in ("sessionid", "device"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"
