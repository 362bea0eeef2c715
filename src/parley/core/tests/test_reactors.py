"""A reactor sees each event once and in order, and never skips one that commits late."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from parley.access.tests.factories import make_workspace
from parley.core import reactors
from parley.core.events import DomainEvent, announce
from parley.core.ids import new_id
from parley.core.models import ReactorCursor, ReactorFailure
from parley.core.reactors import LoggedEvent, run_reactors
from parley.core.transactions import workspace_transaction


@dataclass(frozen=True, slots=True)
class LampLit(DomainEvent):
    type: ClassVar[str] = "lamp.lit"
    object_type: ClassVar[str] = "lamp"


@pytest.fixture
def seen(engine_database_url: str) -> Iterator[list[UUID]]:
    """What a reactor of this test has seen; it begins at the end of the log."""
    found: list[UUID] = []
    name = f"test {new_id()}"

    def react(event: LoggedEvent) -> None:
        found.append(event.object_id)

    reactors._REACTORS[name] = reactors.Reactor(name, frozenset({"lamp.lit"}), react)
    run_reactors(engine_database_url)
    found.clear()
    yield found
    del reactors._REACTORS[name]
    ReactorCursor.objects.filter(name=name).delete()


def react_until(engine_url: str, done: Callable[[], bool]) -> None:
    """Events show once every older transaction of the server has ended, those of other tests included."""
    deadline = time.monotonic() + 10
    run_reactors(engine_url)
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)
        run_reactors(engine_url)


def light(workspace_id: UUID) -> UUID:
    lamp = new_id()
    with workspace_transaction(workspace_id):
        announce(workspace_id, LampLit(lamp))
    return lamp


def test_each_event_once_and_in_order(engine_database_url: str, seen: list[UUID]) -> None:
    one, other = make_workspace(), make_workspace()
    lit = [light(workspace.id) for workspace in (one, other, one, one, other)]
    react_until(engine_database_url, lambda: len(seen) >= len(lit))
    run_reactors(engine_database_url)
    assert seen == lit


def test_an_event_that_commits_late_is_not_skipped(engine_database_url: str, seen: list[UUID]) -> None:
    workspace = make_workspace()
    written, commit = threading.Event(), threading.Event()
    late: list[UUID] = []

    def dawdle() -> None:
        lamp = new_id()
        with workspace_transaction(workspace.id):
            announce(workspace.id, LampLit(lamp))
            late.append(lamp)
            written.set()
            commit.wait(10)
        connection.close()

    thread = threading.Thread(target=dawdle)
    thread.start()
    assert written.wait(10)
    early = light(workspace.id)
    run_reactors(engine_database_url)
    assert seen == []  # the early one has to wait for the one that began before it
    commit.set()
    thread.join(10)
    react_until(engine_database_url, lambda: len(seen) >= 2)
    assert seen == [late[0], early]


def test_a_reaction_that_fails_is_tried_again(engine_database_url: str, database: str) -> None:
    workspace = make_workspace()
    tries: list[UUID] = []
    name = f"test {new_id()}"

    def react(event: LoggedEvent) -> None:
        tries.append(event.object_id)
        if len(tries) == 1:
            raise ValueError("not yet")

    reactors._REACTORS[name] = reactors.Reactor(name, frozenset({"lamp.lit"}), lambda _event: None)
    try:
        run_reactors(engine_database_url)
        reactors._REACTORS[name] = reactors.Reactor(name, frozenset({"lamp.lit"}), react)
        lamp = light(workspace.id)
        react_until(engine_database_url, lambda: len(tries) >= 2)
        run_reactors(engine_database_url)
        assert tries == [lamp, lamp]
    finally:
        del reactors._REACTORS[name]


def test_one_that_always_fails_is_set_aside_and_costs_no_other(
    engine_database_url: str, seen: list[UUID]
) -> None:
    workspace = make_workspace()
    (name,) = (name for name in reactors._REACTORS if name.startswith("test "))
    tries: list[UUID] = []
    bad: list[UUID] = []

    def react(event: LoggedEvent) -> None:
        if event.object_id in bad:
            tries.append(event.object_id)
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")  # spoils the transaction too
        seen.append(event.object_id)

    reactors._REACTORS[name] = reactors.Reactor(name, frozenset({"lamp.lit"}), react)
    lamps = [new_id() for _ in range(4)]
    bad.append(lamps[1])
    with workspace_transaction(workspace.id):
        for lamp in lamps:
            announce(workspace.id, LampLit(lamp))
    react_until(engine_database_url, lambda: bool(seen))
    pauses = []
    for _ in range(reactors.MOST_TRIES - 1):
        cursor = ReactorCursor.objects.get(name=name)
        assert cursor.retry_at is not None
        pauses.append(round((cursor.retry_at - cursor.updated_at).total_seconds(), 1))
        count = len(tries)
        ReactorCursor.objects.filter(name=name).update(retry_at=timezone.now() + timedelta(seconds=60))
        run_reactors(engine_database_url)
        assert len(tries) == count  # it waits, in this process and in the next
        ReactorCursor.objects.filter(name=name).update(retry_at=timezone.now())
        run_reactors(engine_database_url)
    assert pauses[:7] == sorted(pauses[:7])
    assert 50 < pauses[-1] <= 60
    assert [lamp for lamp in seen if lamp in lamps[1:]] == lamps[2:]
    failure = ReactorFailure.objects.get(reactor=name)
    assert (failure.error, failure.tries) == ("DataError", reactors.MOST_TRIES)
    failure.delete()
