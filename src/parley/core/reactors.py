"""Readers of the event log: each does its own thing about what was announced, at its own pace.

A reactor is called for each event of its types in the order of the log. Its effects and its cursor are one
transaction, so an event is reacted to once, however often the process dies. What takes time becomes a job.
An event whose reaction keeps failing is set aside in `reactor_failure`, and the reactor goes on behind it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import psycopg
import structlog
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg.rows import class_row

from parley.core.models import ReactorCursor, ReactorFailure
from parley.core.sql import statement
from parley.core.transactions import platform_transaction, workspace_transaction

log = structlog.get_logger(__name__)

MOST_TRIES = 10
_BATCH = 200
_SHORTEST_PAUSE = 0.5
_LONGEST_PAUSE = 60.0
"""The ten tries take about three minutes, in which the reactor waits: it sees events in their order."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as the log has it."""

    id: UUID
    workspace_id: UUID
    position: int
    seq: int
    type: str
    object_type: str
    object_id: UUID
    data: dict[str, Any]
    at: datetime


Reaction = Callable[[LoggedEvent], None]


@dataclass(frozen=True, slots=True)
class Reactor:
    name: str
    types: frozenset[str]
    react: Reaction


_REACTORS: dict[str, Reactor] = {}


def reactor(name: str, *types: str) -> Callable[[Reaction], Reaction]:
    """Declare a reactor in a domain's `reactors.py`. `name` keeps its place in the log: it never changes."""

    def declare(react: Reaction) -> Reaction:
        _REACTORS[name] = Reactor(name, frozenset(types), react)
        return react

    return declare


def run_reactors(engine_url: str) -> int:
    """Let every reactor catch up with the log. Returns how many events were looked at.

    The log is read as parley_engine, across workspaces; each reaction runs as parley_app inside one.
    """
    if not _REACTORS:
        return 0
    with psycopg.connect(engine_url, autocommit=True, connect_timeout=2) as events:
        return sum(_catch_up_or_later(events, reactor) for reactor in _REACTORS.values())


def _catch_up_or_later(events: psycopg.Connection[Any], reactor: Reactor) -> int:
    """What goes wrong around one reactor's reactions is tried again; the others go on without it."""
    try:
        return _catch_up(events, reactor)
    except (psycopg.OperationalError, OperationalError):
        raise
    except Exception:  # whatever a domain's reaction leaves behind
        log.exception("reactor.failed", reactor=reactor.name)
        return 0


def _catch_up(events_log: psycopg.Connection[Any], reactor: Reactor) -> int:
    count = 0
    while True:
        with platform_transaction():
            cursor, _ = ReactorCursor.objects.get_or_create(name=reactor.name)
        events = _read(events_log, cursor)
        for workspace_id, group in groupby(events, key=lambda event: event.workspace_id):
            if not _react(reactor, workspace_id, list(group)):
                return count
        count += len(events)
        if len(events) < _BATCH:
            return count


def _react(reactor: Reactor, workspace_id: UUID, events: Sequence[LoggedEvent]) -> bool:
    """React to events of one workspace. False: one of them failed, and the reactor waits before it."""
    with workspace_transaction(workspace_id):
        cursor = ReactorCursor.objects.select_for_update().get(name=reactor.name)
        for event in events:
            if (event.position, event.seq) <= (cursor.position, cursor.seq):
                continue  # another worker was faster
            if cursor.retry_at is not None and timezone.now() < cursor.retry_at:
                return False
            error = _error_of(reactor, event) if event.type in reactor.types else None
            if error is not None and not _gives_up(cursor, event, error):
                cursor.save()
                return False
            cursor.position, cursor.seq = event.position, event.seq
            cursor.tries, cursor.retry_at = 0, None
        cursor.save()
        return True


def _error_of(reactor: Reactor, event: LoggedEvent) -> Exception | None:
    """What the reaction raised, its own effects undone and those of the events before it kept."""
    try:
        with transaction.atomic():
            reactor.react(event)
            connection.check_constraints()  # the deferred ones too, which would fail with the others' commit
    except Exception as error:
        if not connection.is_usable():
            raise  # the database went away, which says nothing about the event
        return error
    return None


def _gives_up(cursor: ReactorCursor, event: LoggedEvent, error: Exception) -> bool:
    """Count a failure: the event is tried again after a pause, and set aside after the last try."""
    cursor.tries += 1
    named = {"reactor": cursor.name, "event_id": str(event.id), "tries": cursor.tries}
    if cursor.tries < MOST_TRIES:
        pause = min(_SHORTEST_PAUSE * 2 ** (cursor.tries - 1), _LONGEST_PAUSE)
        log.error("reactor.failed", **named, tried_again_in=pause, exc_info=error)
        cursor.retry_at = timezone.now() + timedelta(seconds=pause)
        return False
    ReactorFailure.objects.create(
        reactor=cursor.name, event_id=event.id, error=type(error).__name__, tries=cursor.tries
    )
    log.error("reactor.gave_up", **named, exc_info=error)
    return True


def _read(events_log: psycopg.Connection[Any], cursor: ReactorCursor) -> list[LoggedEvent]:
    with events_log.transaction(), events_log.cursor(row_factory=class_row(LoggedEvent)) as rows:
        rows.execute(f"SET LOCAL app.workspace_id = '{UUID(int=0)}'")
        rows.execute(
            statement("parley.core", "events", "after"),
            {"position": cursor.position, "seq": cursor.seq, "most": _BATCH},
        )
        return rows.fetchall()
