"""A job exists exactly when its cause was committed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from parley.access.tests.factories import Cast
from parley.core.clock import now
from parley.core.ids import new_id
from parley.core.jobs import defer, job
from parley.core.transactions import workspace_transaction

RAN: list[str] = []


@job(name="core.tests.ring", queue="core-tests")
def ring(*, bell: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.workspace_id', true), '')")
        (workspace,) = cursor.fetchone()
    RAN.append(f"{bell}{workspace}")


def waiting(bell: UUID) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT queue_name, args, queueing_lock, scheduled_at FROM procrastinate_jobs"
            " WHERE args ->> 'bell' = %s AND status = 'todo'",
            [str(bell)],
        )
        columns = [column.name for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def test_a_job_is_there_when_its_cause_is(cast: Cast) -> None:
    bell = new_id()
    with workspace_transaction(cast.alice.workspace.id):
        defer(ring, bell=bell)
    assert [found["queue_name"] for found in waiting(bell)] == ["core-tests"]


def test_no_job_is_left_of_what_was_taken_back(cast: Cast) -> None:
    bell = new_id()

    @workspace_transaction(cast.alice.workspace.id)
    def break_off() -> None:
        defer(ring, bell=bell)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert waiting(bell) == []


def test_one_that_waits_under_the_same_key_is_enough(cast: Cast) -> None:
    bell = new_id()
    with workspace_transaction(cast.alice.workspace.id):
        defer(ring, key=f"ring {bell}", bell=bell)
        defer(ring, key=f"ring {bell}", bell=bell)
    assert len(waiting(bell)) == 1


def test_a_job_may_wait_for_its_time(cast: Cast) -> None:
    bell, tomorrow = new_id(), now() + timedelta(days=1)
    with workspace_transaction(cast.alice.workspace.id):
        defer(ring, at=tomorrow, bell=bell)
    assert waiting(bell)[0]["scheduled_at"] == tomorrow


def test_a_job_runs_with_no_ambient_workspace(cast: Cast) -> None:
    bell = new_id()
    with workspace_transaction(cast.alice.workspace.id):
        defer(ring, bell=bell)
    # A worker of its own connection, as in production: it sees what was committed and nothing else.
    worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    with worker_app.open():
        worker_app.run_worker(
            queues=["core-tests"], wait=False, listen_notify=False, install_signal_handlers=False
        )
    assert str(bell) in RAN
    assert waiting(bell) == []
