"""Readers of the event log: each does its own thing about what was announced, at its own pace.

A reactor is called for each event of its types in the order of the log. Its effects and its cursor are one
transaction, so an event is reacted to once, however often the process dies. What takes time becomes a job.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import psycopg
import structlog
from django.db import OperationalError
from psycopg.rows import class_row

from parley.core.models import ReactorCursor
from parley.core.sql import statement
from parley.core.transactions import platform_transaction, workspace_transaction

log = structlog.get_logger(__name__)

_BATCH = 200


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
    """A reactor that fails keeps its place and is tried again; the others go on without it."""
    try:
        return _catch_up(events, reactor)
    except (psycopg.OperationalError, OperationalError):
        raise
    except Exception:  # whatever a domain's reaction raises
        log.exception("reactor.failed", reactor=reactor.name)
        return 0


def _catch_up(events_log: psycopg.Connection[Any], reactor: Reactor) -> int:
    count = 0
    while True:
        with platform_transaction():
            cursor, _ = ReactorCursor.objects.get_or_create(name=reactor.name)
        events = _read(events_log, cursor)
        for workspace_id, group in groupby(events, key=lambda event: event.workspace_id):
            _react(reactor, workspace_id, group)
        count += len(events)
        if len(events) < _BATCH:
            return count


def _react(reactor: Reactor, workspace_id: UUID, events: Iterator[LoggedEvent]) -> None:
    with workspace_transaction(workspace_id):
        cursor = ReactorCursor.objects.select_for_update().get(name=reactor.name)
        for event in events:
            if (event.position, event.seq) <= (cursor.position, cursor.seq):
                continue  # another worker was faster
            if event.type in reactor.types:
                reactor.react(event)
            cursor.position, cursor.seq = event.position, event.seq
        cursor.save()


def _read(events_log: psycopg.Connection[Any], cursor: ReactorCursor) -> list[LoggedEvent]:
    with events_log.transaction(), events_log.cursor(row_factory=class_row(LoggedEvent)) as rows:
        rows.execute(f"SET LOCAL app.workspace_id = '{UUID(int=0)}'")
        rows.execute(
            statement("parley.core", "events", "after"),
            {"position": cursor.position, "seq": cursor.seq, "most": _BATCH},
        )
        return rows.fetchall()
