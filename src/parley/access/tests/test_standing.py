"""Another role, a further place, out and back in; and somebody always owns the workspace."""

import pytest

from parley.access import queries
from parley.access.errors import LastOwner
from parley.access.models import User
from parley.access.services import standing
from parley.access.tests.factories import Cast, Person, join, make_person
from parley.core.errors import Conflict, Invalid, NotFound
from parley.core.transactions import platform_transaction, workspace_transaction


def give_role(person: Person, role: str) -> None:
    with workspace_transaction(person.workspace.id):
        standing.change_role(workspace_id=person.workspace.id, user_id=person.user.id, role=role)


def shut_out(person: Person) -> None:
    with platform_transaction(user_id=person.user.id):
        standing.disable(person.user)


def test_a_role_counts_from_the_next_click(cast: Cast) -> None:
    assert cast.bob.client.get(cast.bob.url("channels/new/")).status_code == 403
    give_role(cast.bob, "admin")
    assert cast.bob.client.get(cast.bob.url("channels/new/")).status_code == 200


def test_the_last_owner_stays(cast: Cast) -> None:
    with pytest.raises(LastOwner):
        give_role(cast.alice, "admin")
    with pytest.raises(LastOwner):
        shut_out(cast.alice)
    give_role(cast.alice, "owner")
    give_role(cast.bob, "owner")
    give_role(cast.alice, "agent")
    with pytest.raises(LastOwner):
        shut_out(cast.bob)


def test_an_owner_who_is_shut_out_does_not_count(cast: Cast) -> None:
    give_role(cast.bob, "owner")
    shut_out(cast.bob)
    with pytest.raises(LastOwner):
        give_role(cast.alice, "agent")


def test_who_is_shut_out_is_out_everywhere_until_let_in(cast: Cast) -> None:
    other = join(user=cast.bob.user, workspace=cast.charlie.workspace)
    shut_out(cast.bob)
    for workspace in (cast.bob.workspace, cast.charlie.workspace):
        answer = cast.bob.client.get(f"/w/{workspace.slug}/inbox/")
        assert answer["Location"].startswith("/sign-in/")
    standing.enable(cast.bob.user)
    with platform_transaction(user_id=cast.bob.user.id):
        assert {place.id for place in queries.places_of(cast.bob.user.id)} == {
            cast.bob.workspace.id,
            other.workspace_id,
        }


def test_owning_one_of_several_workspaces_alone_is_enough_to_stay(cast: Cast) -> None:
    owner = make_person(workspace=cast.alice.workspace, first_name="Olga")
    join(user=owner.user, workspace=cast.charlie.workspace, role="owner")
    shut_out(cast.charlie)
    with pytest.raises(LastOwner):
        shut_out(owner)


def test_a_place_for_who_exists(cast: Cast) -> None:
    workspace = cast.charlie.workspace
    with workspace_transaction(workspace.id):
        standing.take_in(workspace_id=workspace.id, user=cast.bob.user, role="manager")
    assert cast.bob.client.get(f"/w/{workspace.slug}/inbox/").status_code == 200
    with pytest.raises(Conflict, match="already"), workspace_transaction(workspace.id):
        standing.take_in(workspace_id=workspace.id, user=cast.bob.user, role="agent")
    shut_out(cast.bob)
    bob = User.objects.get(id=cast.bob.user.id)
    with pytest.raises(Conflict, match="Enable them"), workspace_transaction(workspace.id):
        standing.take_in(workspace_id=workspace.id, user=bob, role="agent")


def test_strangers_have_no_role_here(cast: Cast) -> None:
    with pytest.raises(NotFound), workspace_transaction(cast.alice.workspace.id):
        standing.change_role(workspace_id=cast.alice.workspace.id, user_id=cast.charlie.user.id, role="owner")
    with pytest.raises(Invalid):
        give_role(cast.bob, "king")
