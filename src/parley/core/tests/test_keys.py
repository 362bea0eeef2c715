import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from parley.core.environment import environment
from parley.core.errors import Misconfigured
from parley.core.keys import Keys, ensure_key_file, keys, keys_from_text

GOOD = "5f0d3c1b9a7e4862b1d0c3a2f5e49687"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv("PARLEY_SECRET_KEY", raising=False)
    monkeypatch.setenv("PARLEY_HOME", str(tmp_path))
    environment.cache_clear()
    keys.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    environment.cache_clear()
    keys.cache_clear()


def test_each_purpose_has_its_own_key() -> None:
    made = keys_from_text(GOOD)
    derived = [made.stream_token_key, made.address_hash_key, made.data_encryption_key]
    texts = [made.django_secret_key, made.role_password("parley_app"), made.role_password("parley_engine")]
    assert len(set(derived)) == 3
    assert len(set(texts)) == 3
    assert all(len(key) == 32 for key in derived)


def test_the_same_secret_gives_the_same_keys() -> None:
    assert keys_from_text(GOOD).role_password("parley_app") == keys_from_text(GOOD).role_password(
        "parley_app"
    )
    assert keys_from_text(GOOD).data_encryption_key != keys_from_text(GOOD[::-1]).data_encryption_key


def test_the_derivation_never_changes() -> None:
    """Known answers: another derivation would lock every installation out of its own data."""
    made = keys_from_text(GOOD)
    assert (
        made.data_encryption_key.hex() == "fbea7aa9f86f2a4fddf06858edc40bf78e3bbff62c065f0fe656c0a9087af3e7"
    )
    assert made.role_password("parley_app") == "mnKcfHQpDjhyhNDSx01bkOKbECMEv3KHNykDdnfMMAc"


def test_a_password_needs_no_quoting() -> None:
    password = keys_from_text(GOOD).role_password("parley_owner")
    assert password.replace("-", "").replace("_", "").isalnum()


def test_keys_do_not_show_themselves() -> None:
    assert GOOD not in repr(keys_from_text(GOOD))


@pytest.mark.parametrize(
    "secret",
    ["short", "a" * 40, "change-me-change-me-change-me-1234567890", "your-secret-key-goes-here-0123456789ab"],
)
def test_a_secret_that_protects_nothing_is_refused(secret: str) -> None:
    with pytest.raises(Misconfigured, match="PARLEY_SECRET_KEY"):
        keys_from_text(secret)


def test_an_example_will_do_while_debugging() -> None:
    assert keys_from_text("change-me-change-me-change-me-1234567890", debug=True)


def test_without_a_key_the_remedy_is_named(home: Path) -> None:
    with pytest.raises(Misconfigured, match="parley migrate"):
        keys()


def test_a_key_file_is_made_once_and_for_its_owner_alone(home: Path) -> None:
    assert ensure_key_file(home)
    first = (home / "secret.key").read_text()
    assert not ensure_key_file(home)
    assert (home / "secret.key").read_text() == first
    assert stat.S_IMODE((home / "secret.key").stat().st_mode) == 0o600
    assert keys() == Keys(secret=first.strip().encode())
    assert [path.name for path in home.iterdir()] == ["secret.key"]


def test_of_many_who_make_the_key_one_does(home: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: ensure_key_file(home), range(64)))
    assert sum(made) == 1


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_key_file_open_to_others_is_refused(home: Path, mode: int) -> None:
    ensure_key_file(home)
    (home / "secret.key").chmod(mode)
    with pytest.raises(Misconfigured, match="chmod 600"):
        keys()


def test_a_key_file_cut_short_is_refused(home: Path) -> None:
    ensure_key_file(home)
    (home / "secret.key").write_text("abc\n")
    with pytest.raises(Misconfigured, match="cut short"):
        keys()
