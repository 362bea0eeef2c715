"""The look a person chose."""

import pytest
from django.test import Client

from parley.access.models import User
from parley.access.services.preferences import choose_locale
from parley.access.tests.factories import Cast
from parley.core.errors import Invalid


def test_the_theme_is_kept_in_the_browser_and_with_the_person(cast: Cast) -> None:
    answer = cast.alice.client.post("/preferences/theme/", {"theme": "dark"})
    assert answer.status_code == 204
    assert answer.cookies["theme"].value == "dark"
    assert User.objects.get(id=cast.alice.user.id).preferences["theme"] == "dark"


def test_the_systems_theme_needs_no_cookie(cast: Cast) -> None:
    cast.alice.client.post("/preferences/theme/", {"theme": "dark"})
    answer = cast.alice.client.post("/preferences/theme/", {"theme": ""})
    assert answer.cookies["theme"]["max-age"] == 0


def test_it_works_before_signing_in(database: str) -> None:
    assert Client().post("/preferences/theme/", {"theme": "light"}).cookies["theme"].value == "light"


def test_what_is_no_theme_is_refused(cast: Cast) -> None:
    for client in (cast.alice.client, Client()):
        answer = client.post("/preferences/theme/", {"theme": "pink; path=/"})
        assert answer.status_code == 422
        assert "theme" not in answer.cookies


def test_a_language_is_one_of_those_there_are(cast: Cast) -> None:
    choose_locale(cast.alice.user, "pt", offered=("en", "pt"))
    assert User.objects.get(id=cast.alice.user.id).preferences["locale"] == "pt"
    with pytest.raises(Invalid):
        choose_locale(cast.alice.user, "tlh", offered=("en", "pt"))
