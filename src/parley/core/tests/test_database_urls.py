from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from parley.core import database_urls as urls
from parley.core.environment import Environment, read_environment
from parley.core.errors import Misconfigured
from parley.core.keys import keys

Make = Callable[..., Environment]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Make:
    for name in ("DATABASE_URL", "DATABASE_ADMIN_URL", "DATABASE_ENGINE_URL", "DATABASE_LISTEN_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PARLEY_HOME", str(tmp_path))

    def make(**variables: str) -> Environment:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return read_environment()

    return make


def parts(url: str) -> dict[str, object]:
    return {key: value for key, value in conninfo_to_dict(url).items() if value is not None}


def derived(role: str) -> str:
    return keys().role_password(role)


def test_a_url_without_a_user_serves_as_the_app_with_the_derived_password(make: Make) -> None:
    found = parts(urls.app_url(make(DATABASE_URL="postgresql://db.example:6432/crm?sslmode=require")))
    assert found == {
        "user": "parley_app",
        "password": derived("parley_app"),
        "host": "db.example",
        "port": "6432",
        "dbname": "crm",
        "sslmode": "require",
    }


def test_a_password_in_the_url_counts(make: Make) -> None:
    chosen = make(DATABASE_URL="postgresql://parley_app:p%40ss%2Fword@db.example/crm")
    assert parts(urls.app_url(chosen))["password"] == "p@ss/word"
    assert urls.role_passwords(chosen)["parley_app"] == "p@ss/word"
    assert urls.role_passwords(chosen)["parley_engine"] == derived("parley_engine")


def test_listening_signs_in_as_the_engines_wherever_it_goes(make: Make) -> None:
    chosen = make(DATABASE_URL="postgresql://pooler.example:6432/crm")
    assert urls.listen_url(chosen) == urls.engine_url(chosen)
    past_it = make(DATABASE_LISTEN_URL="postgresql://db.example/crm")
    assert parts(urls.listen_url(past_it)) == {
        "user": "parley_engine",
        "password": derived("parley_engine"),
        "host": "db.example",
        "dbname": "crm",
    }


def test_another_user_is_kept_so_that_the_start_can_refuse_it(make: Make) -> None:
    found = parts(urls.app_url(make(DATABASE_URL="postgresql://postgres:secret@db.example/crm")))
    assert (found["user"], found["password"]) == ("postgres", "secret")


def test_engines_sign_in_as_themselves_on_the_same_database(make: Make) -> None:
    found = parts(urls.engine_url(make(DATABASE_URL="postgresql://parley_app:mine@db.example:6432/crm")))
    assert (found["user"], found["password"]) == ("parley_engine", derived("parley_engine"))
    assert (found["host"], found["port"], found["dbname"]) == ("db.example", "6432", "crm")


def test_engines_may_have_an_address_of_their_own(make: Make) -> None:
    chosen = make(
        DATABASE_URL="postgresql://db.example/crm", DATABASE_ENGINE_URL="postgresql://other:6000/crm"
    )
    found = parts(urls.engine_url(chosen))
    assert (found["user"], found["host"], found["password"]) == (
        "parley_engine",
        "other",
        derived("parley_engine"),
    )


def test_migrations_sign_in_as_the_owner_at_the_admins_address(make: Make) -> None:
    chosen = make(
        DATABASE_URL="postgresql://pool.example:6432/crm",
        DATABASE_ADMIN_URL="postgresql://root:x@db.example:5432/postgres",
    )
    found = parts(urls.owner_url(chosen))
    assert (found["user"], found["password"]) == ("parley_owner", derived("parley_owner"))
    assert (found["host"], found["dbname"]) == ("db.example", "crm")


def test_an_owner_who_signs_in_already_keeps_the_password(make: Make) -> None:
    found = parts(urls.owner_url(make(DATABASE_URL="postgresql://parley_owner:mine@db.example/crm")))
    assert (found["user"], found["password"]) == ("parley_owner", "mine")


@pytest.mark.parametrize(
    "login", ["", "parley_app@", "parley_engine@", "parley_app:theirs@", "parley_owner@"]
)
def test_where_nobody_above_is_named_the_owner_migrates(make: Make, login: str) -> None:
    found = parts(urls.admin_url(make(DATABASE_URL=f"postgresql://{login}db.example/crm")))
    assert found == {
        "user": "parley_owner", "password": derived("parley_owner"), "host": "db.example", "dbname": "crm",
    }  # fmt: skip


def test_an_admin_is_taken_as_written_but_for_a_password_that_we_know(make: Make) -> None:
    found = parts(urls.admin_url(make(DATABASE_URL="postgresql://root@db.example/crm")))
    assert (found["user"], found.get("password")) == ("root", None)
    found = parts(urls.admin_url(make(DATABASE_ADMIN_URL="postgresql://parley_owner@db.example/crm")))
    assert (found["user"], found["password"]) == ("parley_owner", derived("parley_owner"))
    found = parts(urls.admin_url(make(DATABASE_ADMIN_URL="postgresql://db.example/postgres")))
    assert "user" not in found, "libpq takes the name of the system's user"


def test_without_a_url_the_embedded_server_is_meant(make: Make, tmp_path: Path) -> None:
    chosen = make()
    for url, user in (
        (urls.app_url(chosen), "parley_app"),
        (urls.engine_url(chosen), "parley_engine"),
        (urls.owner_url(chosen), "parley_owner"),
        (urls.admin_url(chosen), "postgres"),
    ):
        found = parts(url)
        assert found["host"] == str(urls.embedded_socket_directory(tmp_path.resolve()))
        assert (found["user"], found["password"], found["dbname"]) == (user, derived(user), "parley")


def test_a_socket_path_that_the_kernel_would_refuse_is_avoided(tmp_path: Path) -> None:
    near = urls.embedded_socket_directory(Path("/srv/parley"))
    far = urls.embedded_socket_directory(Path("/srv") / ("long" * 40))
    assert near == Path("/srv/parley/postgres/socket")
    assert len(f"{far}/.s.PGSQL.5432") < 104
    assert far != urls.embedded_socket_directory(Path("/srv") / ("long" * 41))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@h:5433/d?sslmode=require",
        "postgresql://u@/d?host=%2Frun%2Fpg&port=5433",
        "host=/run/pg user=u password='p w' dbname=d",
        "postgresql://[::1]:5433/d",
        "postgresql://a:1,b:2/d?target_session_attrs=read-write",
    ],
)
def test_a_changed_login_leaves_the_rest_as_it_was(url: str) -> None:
    expected = {**parts(url), "user": "x", "password": "y z"}
    assert parts(urls.with_login(url, "x", "y z")) == expected


@pytest.mark.parametrize(
    "url", ["mysql://a:hunter2@b/c", "nonsense", "postgresql://[::1", "http://x:hunter2@y/"]
)
def test_what_is_no_address_is_said_without_its_password(make: Make, url: str) -> None:
    with pytest.raises(Misconfigured, match="DATABASE_URL like postgresql://") as refused:
        urls.app_url(make(DATABASE_URL=url))
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["postgresql://u:hunter2@h/d", "user=u password=hunter2 host=h", "password='hunter2 x'"]
)
def test_a_shown_url_has_no_password(url: str) -> None:
    assert "hunter2" not in urls.masked(url)
