"""The event log: written with its cause, read once by each reader, in order, with nothing skipped."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection

from parley.access.tests.factories import Cast
from parley.core import reactors
from parley.core.events import DomainEvent, announce, wake_screens
from parley.core.ids import new_id
from parley.core.live import LIVE_CHANNEL
from parley.core.models import Event, ReactorCursor
from parley.core.reactors import LoggedEvent, reactor, run_reactors
from parley.core.transactions import workspace_transaction


@dataclass(frozen=True, slots=True)
class LampLit(DomainEvent):
    type: ClassVar[str] = "lamp.lit"
    object_type: ClassVar[str] = "lamp"

    by: UUID

    def topics(self) -> tuple[str, ...]:
        return ("inbox", f"lamp:{self.object_id}")


@dataclass(frozen=True, slots=True)
class LampOut(DomainEvent):
    type: ClassVar[str] = "lamp.out"
    object_type: ClassVar[str] = "lamp"


@pytest.fixture
def listener(app_database_url: str) -> Iterator[Connection[Any]]:
    with psycopg.connect(app_database_url, autocommit=True) as connection:
        connection.execute(f"LISTEN {LIVE_CHANNEL}")
        yield connection


@pytest.fixture
def no_reactors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the reactors that the test declares; their names are new, so they begin at the log's beginning."""
    monkeypatch.setattr(reactors, "_REACTORS", {})


def heard(listener: Connection[Any], workspace_id: UUID) -> list[list[str]]:
    found = [json.loads(notice.payload) for notice in listener.notifies(timeout=0.2)]
    return [notice["t"] for notice in found if notice["w"] == str(workspace_id)]


def test_an_event_is_written_with_what_it_says(cast: Cast) -> None:
    workspace_id, lamp, person = cast.alice.workspace.id, new_id(), cast.alice.membership.id
    with workspace_transaction(workspace_id):
        announce(workspace_id, LampLit(object_id=lamp, by=person))
        event = Event.objects.get(object_id=lamp)
    assert (event.type, event.object_type, event.data) == ("lamp.lit", "lamp", {"by": str(person)})
    assert event.topics == ["inbox", f"lamp:{lamp}"]
    assert event.position > 0


def test_screens_are_woken_at_commit(cast: Cast, listener: Connection[Any]) -> None:
    workspace_id, lamp = cast.alice.workspace.id, new_id()
    with workspace_transaction(workspace_id):
        announce(workspace_id, LampLit(object_id=lamp, by=new_id()), LampOut(object_id=lamp))
        assert heard(listener, workspace_id) == []
    assert heard(listener, workspace_id) == [["inbox", f"lamp:{lamp}"]]


def test_what_was_taken_back_was_never_announced(cast: Cast, listener: Connection[Any]) -> None:
    workspace_id = cast.alice.workspace.id

    @workspace_transaction(workspace_id)
    def break_off() -> None:
        announce(workspace_id, LampLit(object_id=new_id(), by=new_id()))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert heard(listener, workspace_id) == []
    with workspace_transaction(workspace_id):
        assert not Event.objects.filter(type="lamp.lit").exists()


def test_too_many_topics_become_everything(cast: Cast, listener: Connection[Any]) -> None:
    workspace_id = cast.alice.workspace.id
    with workspace_transaction(workspace_id):
        wake_screens(workspace_id, [f"conversation:{new_id()}" for _ in range(500)])
    assert heard(listener, workspace_id) == [["*"]]


def test_an_event_stays_in_its_workspace(cast: Cast) -> None:
    with workspace_transaction(cast.alice.workspace.id):
        announce(cast.alice.workspace.id, LampLit(object_id=new_id(), by=new_id()))
    with workspace_transaction(cast.charlie.workspace.id):
        assert not Event.objects.filter(type="lamp.lit").exists()


@pytest.mark.usefixtures("no_reactors")
def test_a_reactor_sees_each_event_once_and_in_order(cast: Cast, engine_database_url: str) -> None:
    seen: list[LoggedEvent] = []
    reactor(f"test {new_id()}", "lamp.lit")(seen.append)
    lamps = [new_id() for _ in range(5)]
    for number, lamp in enumerate(lamps):
        person = (cast.alice, cast.charlie)[number % 2]
        with workspace_transaction(person.workspace.id):
            announce(person.workspace.id, LampLit(object_id=lamp, by=new_id()), LampOut(object_id=lamp))
    run_reactors(engine_database_url)
    run_reactors(engine_database_url)
    assert [event.object_id for event in seen if event.object_id in lamps] == lamps


@pytest.mark.usefixtures("no_reactors")
def test_an_event_that_commits_late_is_not_skipped(
    cast: Cast, engine_database_url: str, app_database_url: str
) -> None:
    workspace_id, early, late = cast.alice.workspace.id, new_id(), new_id()
    seen: list[UUID] = []
    reactor(f"test {new_id()}", "lamp.lit")(lambda event: seen.append(event.object_id))
    with psycopg.connect(app_database_url) as slow:
        slow.execute(f"SET LOCAL app.workspace_id = '{workspace_id}'")
        slow.execute(
            "INSERT INTO event (workspace_id, id, type, object_type, object_id)"
            " VALUES (%s, %s, 'lamp.lit', 'lamp', %s)",
            [workspace_id, new_id(), late],
        )
        with workspace_transaction(workspace_id):
            announce(workspace_id, LampLit(object_id=early, by=new_id()))
        run_reactors(engine_database_url)
        assert late not in seen
        slow.commit()
    run_reactors(engine_database_url)
    assert [lamp for lamp in seen if lamp in {early, late}] == [late, early]


@pytest.mark.usefixtures("no_reactors")
def test_a_reaction_that_fails_is_tried_again_and_holds_up_no_other(
    cast: Cast, engine_database_url: str
) -> None:
    workspace_id, lamp = cast.alice.workspace.id, new_id()
    tries: list[UUID] = []
    others: list[UUID] = []

    @reactor(f"test {new_id()}", "lamp.lit")
    def stumble(event: LoggedEvent) -> None:
        if event.object_id == lamp:
            tries.append(lamp)
            announce(workspace_id, LampOut(object_id=lamp))
            if len(tries) == 1:
                raise ZeroDivisionError

    reactor(f"test {new_id()}", "lamp.lit")(lambda event: others.append(event.object_id))
    with workspace_transaction(workspace_id):
        announce(workspace_id, LampLit(object_id=lamp, by=new_id()))
    run_reactors(engine_database_url)
    assert (tries, others.count(lamp)) == ([lamp], 1)
    ReactorCursor.objects.filter(tries=1).update(retry_at=None)  # the pause is over
    run_reactors(engine_database_url)
    assert (tries, others.count(lamp)) == ([lamp, lamp], 1)
    with workspace_transaction(workspace_id):
        assert Event.objects.filter(type="lamp.out", object_id=lamp).count() == 1
