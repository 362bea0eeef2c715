"""What the database itself keeps apart, whoever forgets what above it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.utils import DatabaseError
from psycopg_pool import ConnectionPool

from parley.access.models import Membership
from parley.access.tests.factories import Cast, make_workspace
from parley.contacts.models import Contact, ContactIdentity
from parley.core.ids import new_id
from parley.core.postgres.schema import tenant_key
from parley.core.tenancy import TenantForeignKey, TenantKey
from parley.core.transactions import platform_transaction, workspace_transaction

pytestmark = pytest.mark.usefixtures("database")

TENANTS = 20
REQUESTS = 1_000


@pytest.fixture
def pool(app_database_url: str) -> Iterator[ConnectionPool[Any]]:
    """Two connections for everybody, as parley_app."""
    with ConnectionPool(app_database_url, min_size=2, max_size=2, open=True) as pool:
        yield pool


def make_contact(workspace_id: UUID, name: str) -> Contact:
    with workspace_transaction(workspace_id):
        return Contact.objects.create(workspace_id=workspace_id, display_name=name)


def test_a_workspace_sees_its_own_rows_only(cast: Cast) -> None:
    ours, theirs = cast.alice.workspace.id, cast.charlie.workspace.id
    contact = make_contact(ours, "Marina Duarte")

    with workspace_transaction(ours):
        assert Contact.objects.get(id=contact.id).display_name == "Marina Duarte"
    with workspace_transaction(theirs):
        assert not Contact.objects.filter(id=contact.id).exists()
        assert Contact.objects.filter(workspace_id=ours).update(display_name="taken") == 0
        assert Contact.objects.filter(workspace_id=ours).delete()[0] == 0


def test_a_row_cannot_be_written_into_another_workspace(cast: Cast) -> None:
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        workspace_transaction(cast.charlie.workspace.id),
    ):
        Contact.objects.create(workspace_id=cast.alice.workspace.id, display_name="Smuggled")


def test_a_row_cannot_be_moved_into_another_workspace(cast: Cast) -> None:
    contact = make_contact(cast.alice.workspace.id, "Marina Duarte")
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        workspace_transaction(cast.alice.workspace.id),
    ):
        Contact.objects.filter(id=contact.id).update(workspace_id=cast.charlie.workspace.id)


def test_a_reference_to_another_workspaces_row_is_refused(cast: Cast) -> None:
    contact = make_contact(cast.alice.workspace.id, "Marina Duarte")
    with pytest.raises(IntegrityError), workspace_transaction(cast.charlie.workspace.id):
        ContactIdentity.objects.create(
            workspace_id=cast.charlie.workspace.id, contact_id=contact.id, kind="phone", value="+551999"
        )


def test_without_a_workspace_there_is_an_error_and_never_everything(cast: Cast) -> None:
    make_contact(cast.alice.workspace.id, "Marina Duarte")
    with pytest.raises(DatabaseError), platform_transaction():
        list(Contact.objects.all())


def test_the_setting_ends_with_the_transaction(app_database_url: str, cast: Cast) -> None:
    with psycopg.connect(app_database_url, autocommit=True) as direct:
        with direct.transaction():
            direct.execute(f"SET LOCAL app.workspace_id = '{cast.alice.workspace.id}'")
            assert direct.execute("SELECT count(*) FROM contact").fetchone() is not None
        # After SET LOCAL the setting exists and is empty: that must be an error as well.
        with pytest.raises(psycopg.Error, match="invalid input syntax for type uuid"):
            direct.execute("SELECT count(*) FROM contact")


def test_before_a_workspace_is_chosen_a_person_sees_only_their_own_places(cast: Cast) -> None:
    with platform_transaction(user_id=cast.bob.user.id):
        assert [place.id for place in Membership.objects.all()] == [cast.bob.membership.id]
    with platform_transaction():
        assert not Membership.objects.exists()


def test_a_person_cannot_give_themselves_a_place(cast: Cast) -> None:
    with (
        pytest.raises(DatabaseError),
        platform_transaction(user_id=cast.charlie.user.id),
    ):
        Membership.objects.create(
            workspace_id=cast.alice.workspace.id, user_id=cast.charlie.user.id, role="owner"
        )


def test_a_person_cannot_raise_their_own_role_outside_of_the_workspace(cast: Cast) -> None:
    with (
        pytest.raises(DatabaseError),
        platform_transaction(user_id=cast.bob.user.id),
    ):
        Membership.objects.filter(id=cast.bob.membership.id).update(role="owner")


def test_a_thousand_requests_over_two_connections_see_only_their_own(pool: ConnectionPool[Any]) -> None:
    canaries = {}
    for number in range(TENANTS):
        workspace = make_workspace(name="Canary")
        canaries[workspace.id] = f"canary {number}"
        make_contact(workspace.id, canaries[workspace.id])
    order = [workspace_id for _ in range(REQUESTS // TENANTS) for workspace_id in canaries]

    def request(number: int) -> tuple[UUID, list[str]]:
        workspace_id = order[number]
        with pool.connection() as borrowed:
            # Every tenth request breaks off, which must leave nothing behind either.
            with borrowed.transaction(force_rollback=number % 10 == 0):
                borrowed.execute(f"SET LOCAL app.workspace_id = '{workspace_id}'")
                rows = borrowed.execute("SELECT display_name FROM contact").fetchall()
            return workspace_id, [row[0] for row in rows]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(request, range(REQUESTS)))
    assert [(workspace_id, seen) for workspace_id, seen in answers if seen != [canaries[workspace_id]]] == []
    with pool.connection() as borrowed, pytest.raises(psycopg.Error):
        borrowed.execute("SELECT count(*) FROM contact")


def test_djangos_own_pool_leaks_nothing_between_threads(cast: Cast) -> None:
    people = {person.workspace.id: person.user.first_name for person in (cast.alice, cast.charlie)}
    for workspace_id, name in people.items():
        make_contact(workspace_id, name)
    seen: list[tuple[UUID, list[str]]] = []

    def visit(workspace_id: UUID) -> None:
        for _ in range(20):
            with workspace_transaction(workspace_id):
                seen.append((workspace_id, [contact.display_name for contact in Contact.objects.all()]))
        connection.close()

    threads = [threading.Thread(target=visit, args=[workspace_id]) for workspace_id in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 40
    assert all(names == [people[workspace_id]] for workspace_id, names in seen)


def test_deleting_a_contact_takes_its_identities_along(cast: Cast) -> None:
    workspace_id = cast.alice.workspace.id
    contact = make_contact(workspace_id, "Marina Duarte")
    with workspace_transaction(workspace_id):
        ContactIdentity.objects.create(
            workspace_id=workspace_id, contact_id=contact.id, kind="phone", value="+5519987654321"
        )
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM contact WHERE id = %s", [contact.id])
        assert not ContactIdentity.objects.filter(contact_id=contact.id).exists()


def test_one_id_may_stand_in_two_workspaces(cast: Cast) -> None:
    shared = new_id()
    for workspace in (cast.alice.workspace, cast.charlie.workspace):
        with workspace_transaction(workspace.id):
            Contact.objects.create(workspace_id=workspace.id, id=shared, display_name=workspace.name)
    with workspace_transaction(cast.alice.workspace.id):
        assert Contact.objects.get(id=shared).display_name == cast.alice.workspace.name


def test_the_fields_say_in_migrations_only_what_differs() -> None:
    assert TenantKey().deconstruct()[3] == {}
    assert TenantKey(also_own=True).deconstruct()[3] == {"also_own": True}
    kwargs = TenantForeignKey("contacts.Contact", cascade=True).deconstruct()[3]
    assert kwargs == {"cascade": True, "to": "contacts.contact"}


def test_the_backend_knows_a_tenant_table_by_its_field() -> None:
    found = tenant_key(Contact)
    assert isinstance(found, TenantKey)
    assert isinstance(found, models.ForeignKey)


def test_a_broken_statement_leaves_the_connection_usable(cast: Cast) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        list(Contact.objects.all())
    with workspace_transaction(cast.alice.workspace.id):
        assert not Contact.objects.filter(display_name="nobody").exists()
