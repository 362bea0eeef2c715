"""People, workspaces and places come into being."""

import pytest

from parley.access.errors import EmailTaken, NameTaken
from parley.access.models import User, Workspace
from parley.access.queries import colleagues, places_of
from parley.access.services.members import add_member, create_user, create_workspace
from parley.access.tests.factories import PASSWORD, Cast, make_user
from parley.core.errors import Conflict, Invalid
from parley.core.ids import new_id
from parley.core.transactions import platform_transaction, workspace_transaction


def test_a_user_is_known_by_the_address_in_lower_case(database: str) -> None:
    email = f"Rui-{new_id()}@Casa.example"
    user = create_user(email=f" {email} ", password=PASSWORD, first_name="Rui", last_name="Nogueira")
    assert user.email == email.lower()
    assert User.objects.get(id=user.id).check_password(PASSWORD)
    with pytest.raises(EmailTaken):
        create_user(email=email.upper(), password=PASSWORD)


@pytest.mark.parametrize("password", ["short", "1234567890", "qwertyuiop"])
def test_a_weak_password_is_refused_with_the_reason(database: str, password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        create_user(email=f"{new_id()}@casa.example", password=password)
    assert refusal.value.fields["password"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Móveis & Luz", "moveis-luz"),
        ("Admin", "admin-2"),
        ("家具", "workspace"),
        ("--- ---", "workspace"),
    ],
)
def test_a_workspace_gets_an_address_from_its_name(fresh_database: str, name: str, slug: str) -> None:
    with platform_transaction():
        assert create_workspace(name=name).slug == slug


def test_two_names_with_one_address_get_a_number(fresh_database: str) -> None:
    with platform_transaction():
        slugs = [create_workspace(name=name).slug for name in ("Casa Lume", "Casa-Lume", "CASA lume!")]
    assert slugs == ["casa-lume", "casa-lume-2", "casa-lume-3"]


def test_a_name_is_taken_whatever_its_case(cast: Cast) -> None:
    with pytest.raises(NameTaken), platform_transaction():
        create_workspace(name=cast.alice.workspace.name.upper())


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_workspace_needs_a_name_of_some_length(database: str, name: str) -> None:
    with pytest.raises(Invalid), platform_transaction():
        create_workspace(name=name)


def test_an_address_that_was_asked_for_is_kept_or_refused(cast: Cast) -> None:
    with platform_transaction():
        with pytest.raises(Conflict):
            create_workspace(name=f"Casa {new_id()}", slug=cast.alice.workspace.slug)
        with pytest.raises(Conflict):
            create_workspace(name=f"Casa {new_id()}", slug="admin")
        wanted = f"casa-{new_id().hex[-8:]}"
        assert create_workspace(name=f"Casa {new_id()}", slug=wanted).slug == wanted


def test_a_person_has_one_place_in_a_workspace(cast: Cast) -> None:
    workspace_id, nora = cast.alice.workspace.id, make_user(first_name="Nora")
    with workspace_transaction(workspace_id):
        add_member(workspace_id=workspace_id, user_id=nora.id, role="manager")
        with pytest.raises(Conflict):
            add_member(workspace_id=workspace_id, user_id=nora.id)
        with pytest.raises(Invalid):
            add_member(workspace_id=workspace_id, user_id=cast.charlie.user.id, role="king")
        assert [colleague.name for colleague in colleagues(workspace_id)] == [
            "Alice Ribeiro",
            "Bob Ribeiro",
            "Nora Ribeiro",
        ]


def test_the_switcher_knows_a_persons_places_by_name(cast: Cast) -> None:
    with workspace_transaction(cast.charlie.workspace.id):
        add_member(workspace_id=cast.charlie.workspace.id, user_id=cast.alice.user.id, role="auditor")
    with platform_transaction(user_id=cast.alice.user.id):
        places = places_of(cast.alice.user.id)
    assert [(place.id, place.role) for place in places] == [
        (cast.alice.workspace.id, "owner"),
        (cast.charlie.workspace.id, "auditor"),
    ]


def test_nothing_is_left_of_a_workspace_that_failed(cast: Cast) -> None:
    name = f"Casa {new_id()}"

    @platform_transaction()
    def break_off() -> None:
        create_workspace(name=name)
        create_workspace(name="")

    with pytest.raises(Invalid):
        break_off()
    assert not Workspace.objects.filter(name=name).exists()
