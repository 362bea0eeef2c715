"""Announced facts: one row in the transaction that made them true, read by others at their own pace.

A domain declares frozen dataclasses with `type` and `object_type`; a service calls `announce`. Who reads the
log is no business of the announcer. A NOTIFY goes with it, so that open screens change at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar
from uuid import UUID

from django.db import connection

from parley.core.live import LIVE_CHANNEL, live_payload
from parley.core.models import Event


@dataclass(frozen=True, slots=True)
class DomainEvent:
    """Base of what a domain announces. Fields are ids, states and times: references, no personal text."""

    type: ClassVar[str]
    object_type: ClassVar[str]

    object_id: UUID

    def topics(self) -> Sequence[str]:
        """The screens this changes: `inbox`, `conversation:<id>`, `channel:<id>`."""
        return ()


def announce(workspace_id: UUID, *events: DomainEvent) -> None:
    """Write the events into the running transaction and wake the readers when it commits."""
    Event.objects.bulk_create(
        Event(
            workspace_id=workspace_id,
            type=event.type,
            object_type=event.object_type,
            object_id=event.object_id,
            data={key: _plain(value) for key, value in asdict(event).items() if key != "object_id"},
            topics=list(event.topics()),
        )
        for event in events
    )
    wake_screens(workspace_id, {topic for event in events for topic in event.topics()})


def wake_screens(workspace_id: UUID, topics: Iterable[str]) -> None:
    """Tell open screens of the workspace that these topics changed, at commit."""
    payload = live_payload(workspace_id, topics)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s), pg_notify('parley_event', '')", [LIVE_CHANNEL, payload])


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | float | list | dict) else str(value)
