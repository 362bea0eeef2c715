"""The table of roles, as the house promises it."""

from pathlib import Path

import pytest

import parley
from parley.access.models import ROLES
from parley.access.roles import ROLE_WORDS, TABLE, allows

ACTIONS = {permission.action for permission in TABLE}
READING = {permission.action for permission in TABLE if permission.action.endswith(".read")}


def test_the_owner_may_everything() -> None:
    assert all(allows("owner", permission.action) for permission in TABLE)


def test_the_words_beside_a_role_are_what_it_may() -> None:
    for role, same in (("admin", "owner"), ("manager", "agent")):
        assert same in ROLE_WORDS[role]
        assert all(allows(role, action) == allows(same, action) for action in ACTIONS)


def test_the_auditor_reads_everything_and_changes_nothing() -> None:
    assert {permission.action for permission in TABLE if allows("auditor", permission.action)} == READING


@pytest.mark.parametrize("role", ["manager", "agent"])
def test_who_works_in_the_inbox_does_not_run_the_place(role: str) -> None:
    assert allows(role, "messages.send")
    assert not allows(role, "channels.manage")


def test_an_unknown_role_may_nothing() -> None:
    assert not any(allows("superhero", permission.action) for permission in TABLE)


def test_an_unknown_action_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        allows("owner", "moon.read")


def test_every_action_is_asked_for_somewhere() -> None:
    """What nothing asks for would be a promise about pages that do not exist."""
    sources = [path for path in Path(parley.__file__).parent.rglob("*") if path.suffix in {".py", ".html"}]
    written = "".join(path.read_text() for path in sources if path.name not in {"roles.py", "test_roles.py"})
    assert {action for action in ACTIONS if f'"{action}"' not in written} == set()


def test_every_role_and_action_is_explained() -> None:
    assert set(ROLE_WORDS) == set(ROLES)
    assert all(permission.words.endswith(".") for permission in TABLE)
