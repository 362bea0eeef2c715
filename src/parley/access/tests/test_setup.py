"""The first owner's page: it works once, for one."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from parley.access.models import Membership, User, Workspace
from parley.access.tests.factories import PASSWORD, Cast
from parley.core.transactions import workspace_transaction

FORM = {
    "workspace_name": "Casa Lume",
    "first_name": "Ana",
    "last_name": "Ribeiro",
    "email": "Ana@CasaLume.example",
    "password": PASSWORD,
    "timezone": "America/Sao_Paulo",
}


@pytest.mark.usefixtures("fresh_database")
def test_an_empty_installation_asks_for_its_owner() -> None:
    client = Client()
    assert client.get("/")["Location"] == "/setup/"
    assert b"workspace_name" in client.get("/setup/").content
    answer = client.post("/setup/", FORM)
    assert answer["Location"] == "/w/casa-lume/inbox/"
    workspace = Workspace.objects.get()
    assert (workspace.name, workspace.timezone) == ("Casa Lume", "America/Sao_Paulo")
    with workspace_transaction(workspace.id):
        assert Membership.objects.get().role == "owner"
    user = User.objects.get()
    assert user.email == "ana@casalume.example"
    assert user.password.startswith("argon2$argon2id$")
    assert client.get("/")["Location"] == "/w/casa-lume/inbox/"


@pytest.mark.usefixtures("fresh_database")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"password": "short"}, "at least 10 characters"),
        ({"password": "password1234"}, "too common"),
        ({"password": "ana@casalume.example"}, "too similar"),
        ({"email": "no address"}, "valid email address"),
        ({"workspace_name": " "}, "required"),
        ({"workspace_name": "x" * 101}, "at most 100"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(wrong: dict[str, str], said: str) -> None:
    answer = Client().post("/setup/", FORM | wrong)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not User.objects.exists()
    assert not Workspace.objects.exists()


@pytest.mark.usefixtures("fresh_database")
def test_an_unknown_time_zone_becomes_utc() -> None:
    Client().post("/setup/", FORM | {"timezone": "Mars/Olympus"})
    assert Workspace.objects.get().timezone == "UTC"


@pytest.mark.usefixtures("fresh_database")
def test_of_several_at_once_exactly_one_wins() -> None:
    def race(number: int) -> Any:
        try:
            email, name = f"ana{number}@casalume.example", f"Casa Lume {number}"
            return Client().post("/setup/", FORM | {"email": email, "workspace_name": name}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = sorted(threads.map(race, range(4)))
    assert answers == [302, 404, 404, 404]
    assert User.objects.count() == Workspace.objects.count() == 1


def test_it_is_gone_once_anybody_exists(cast: Cast) -> None:
    unknown = Client().get("/no-such-page/")
    for answer in (Client().get("/setup/"), Client().post("/setup/", FORM), cast.alice.client.get("/setup/")):
        assert answer.status_code == 404 == unknown.status_code
    assert not User.objects.filter(email="ana@casalume.example").exists()
