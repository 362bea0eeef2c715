"""One transaction, one workspace; and nothing half done."""

from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from parley.access.tests.factories import Cast
from parley.contacts.models import Contact
from parley.core.transactions import enter_workspace, platform_transaction, workspace_transaction


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [name])
        return cursor.fetchone()[0] or ""


def test_the_workspace_is_set_inside_and_gone_outside(cast: Cast) -> None:
    with workspace_transaction(cast.alice.workspace.id):
        assert setting("app.workspace_id") == str(cast.alice.workspace.id)
    assert setting("app.workspace_id") == ""


def test_the_person_is_set_inside_and_gone_outside(cast: Cast) -> None:
    with platform_transaction(user_id=cast.alice.user.id):
        assert setting("app.user_id") == str(cast.alice.user.id)
    with platform_transaction():
        assert setting("app.user_id") == ""


def test_a_workspace_is_not_chosen_outside_of_a_transaction(cast: Cast) -> None:
    with pytest.raises(RuntimeError, match="inside a transaction"):
        enter_workspace(cast.alice.workspace.id)


def test_transactions_do_not_nest(cast: Cast) -> None:
    with (
        workspace_transaction(cast.alice.workspace.id),
        pytest.raises(RuntimeError, match="durable"),
        workspace_transaction(cast.charlie.workspace.id),
    ):
        pass


def test_what_is_no_uuid_never_reaches_a_statement(cast: Cast) -> None:
    with pytest.raises(ValueError, match="badly formed"), platform_transaction():
        enter_workspace("x'; DROP TABLE contact; --")  # type: ignore[arg-type]


def test_an_exception_takes_everything_back(cast: Cast) -> None:
    workspace_id = cast.alice.workspace.id

    @workspace_transaction(workspace_id)
    def break_off() -> None:
        Contact.objects.create(workspace_id=workspace_id, display_name="Half done")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with workspace_transaction(workspace_id):
        assert not Contact.objects.exists()


def test_a_savepoint_inside_keeps_the_workspace(cast: Cast) -> None:
    workspace_id = cast.alice.workspace.id
    with workspace_transaction(workspace_id):
        with pytest.raises(DatabaseError), transaction.atomic():
            Contact.objects.create(workspace_id=UUID(int=1), display_name="Nowhere")
        Contact.objects.create(workspace_id=workspace_id, display_name="Marina Duarte")
        assert Contact.objects.count() == 1
