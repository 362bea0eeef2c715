"""Changing one's own password: proven by the old one, and the end of every other session."""

from typing import Any

import pytest
from django.test import Client

from parley.access.models import User
from parley.access.services import sign_in
from parley.access.services.passwords import choose_password, replace_password
from parley.access.tests.factories import PASSWORD, Cast, make_user, signed_in
from parley.core.errors import Invalid

NEW = "nine calm otters"
PAGE = "/account/password/"


def change(client: Client, *, old: str = PASSWORD, new: str = NEW, again: str = NEW) -> Any:
    return client.post(PAGE, {"old": old, "new": new, "again": again})


def test_this_session_goes_on_and_the_others_end(cast: Cast) -> None:
    elsewhere = signed_in(cast.bob.user)
    assert elsewhere.get(cast.bob.url("inbox/")).status_code == 200
    answer = change(cast.bob.client)
    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?changed=1")
    page = cast.bob.client.get(answer["Location"])
    assert (page.status_code, "Your password is changed." in page.text) == (200, True)
    assert cast.bob.client.get(cast.bob.url("inbox/")).status_code == 200
    assert elsewhere.get(cast.bob.url("inbox/"))["Location"].startswith("/sign-in/")
    changed = User.objects.get(id=cast.bob.user.id)
    assert changed.check_password(NEW)
    assert changed.password.startswith("argon2$")
    assert cast.alice.client.get(cast.alice.url("inbox/")).status_code == 200


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"old": "not the password"}, "This is not your password."),
        ({"again": "something else"}, "This is not the same as above."),
        ({"new": "short", "again": "short"}, "at least 10 characters"),
        ({"new": "", "again": ""}, "required"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(cast: Cast, given: dict[str, str], words: str) -> None:
    answer = change(cast.bob.client, **given)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert PASSWORD not in answer.text
    assert NEW not in answer.text
    assert User.objects.get(id=cast.bob.user.id).password == cast.bob.user.password


def test_guessing_the_old_one_is_throttled(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "PER_ACCOUNT", 2)
    answers = [change(cast.bob.client, old=f"guess number {number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 429]


def test_who_is_not_signed_in_signs_in_first(database: str) -> None:
    assert Client().get(PAGE)["Location"] == "/sign-in/?next=%2Faccount%2Fpassword%2F"
    assert change(Client())["Location"] == "/sign-in/"


def test_the_menu_of_every_page_leads_there(cast: Cast) -> None:
    assert f'href="{PAGE}"' in cast.bob.client.get(cast.bob.url("inbox/")).text


def test_a_weak_password_is_refused_by_the_service_too(database: str) -> None:
    user = make_user()
    with pytest.raises(Invalid):
        choose_password(user, "short")
    made = replace_password(user)
    assert User.objects.get(id=user.id).check_password(made)
