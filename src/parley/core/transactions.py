"""One request, job or command is one transaction, and one transaction sees one workspace."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction


@contextmanager
def platform_transaction(*, user_id: UUID | None = None) -> Iterator[None]:
    """A transaction that belongs to no workspace yet: sign-in, choosing a workspace, platform jobs.

    With `user_id` that person's own memberships are visible.
    """
    with transaction.atomic(durable=True):
        if user_id is not None:
            _set_local("app.user_id", user_id)
        yield


@contextmanager
def workspace_transaction(workspace_id: UUID) -> Iterator[None]:
    """A transaction in which the database shows and accepts rows of this workspace only."""
    with transaction.atomic(durable=True):
        enter_workspace(workspace_id)
        yield


def enter_workspace(workspace_id: UUID) -> None:
    """Choose the workspace of the running transaction, once; it ends with the transaction.

    A checked literal in a statement, not set_config(): Citus passes SET LOCAL on to its workers.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A workspace is chosen inside a transaction.")
    _set_local("app.workspace_id", workspace_id)


def _set_local(name: str, value: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {name} = '{UUID(str(value))}'")
