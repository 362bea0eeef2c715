"""The table of roles, as the house promises it."""

import pytest

from parley.access.models import ROLES
from parley.access.roles import ROLE_WORDS, TABLE, allows

READING = {permission.action for permission in TABLE if permission.action.endswith(".read")}


def test_the_owner_may_everything() -> None:
    assert all(allows("owner", permission.action) for permission in TABLE)


def test_the_admin_may_everything_but_the_end() -> None:
    refused = {permission.action for permission in TABLE if not allows("admin", permission.action)}
    assert refused == {"workspace.end"}


def test_the_auditor_reads_everything_and_changes_nothing() -> None:
    assert {permission.action for permission in TABLE if allows("auditor", permission.action)} == READING


@pytest.mark.parametrize("role", ["manager", "agent"])
def test_who_works_in_the_inbox_does_not_run_the_place(role: str) -> None:
    assert allows(role, "messages.send")
    for action in ("channels.manage", "members.manage", "workspace.manage", "workspace.end"):
        assert not allows(role, action)


def test_an_unknown_role_may_nothing() -> None:
    assert not any(allows("superhero", permission.action) for permission in TABLE)


def test_an_unknown_action_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        allows("owner", "moon.read")


def test_every_role_and_action_is_explained() -> None:
    assert set(ROLE_WORDS) == set(ROLES)
    assert all(permission.words.endswith(".") for permission in TABLE)
