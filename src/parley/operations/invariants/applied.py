"""Whether what was answered 2xx and counts as applied is really there: each event is translated once more."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import InboundMessage, NeutralEvent, StatusChange
from parley.core.sql import statement

_BREAKS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)


def missing_of_applied(connection: Connection[DictRow], period: dict[str, Any]) -> Iterator[str]:
    """A line for each message or status that an applied event tells of and the database does not have."""
    after: UUID = period["since"]
    while rows := connection.execute(_sql("applied_events"), {**period, "after": after}).fetchall():
        after = rows[-1]["id"]
        told: list[tuple[UUID, str, str, UUID]] = []
        for row in rows:
            try:
                events = gateway_for(row["provider"]).translate(row["payload"])
            except _BREAKS as error:
                said = f"cannot be read any more ({type(error).__name__})"
                yield f"webhook event {row['id']} counts as applied, and {said}"
            else:
                told += [
                    (row["id"], *what, row["channel_id"])
                    for event in events
                    if (what := _told(event)) is not None
                ]
        parameters = {
            **period,
            "event_id": [one[0] for one in told],
            "what": [one[1] for one in told],
            "provider_id": [one[2] for one in told],
            "channel": [one[3] for one in told],
        }
        for row in connection.execute(_sql("missing_of_applied"), parameters).fetchall():
            yield f"webhook event {row['event_id']} counts as applied, and its {row['what']} is not there"


def _told(event: NeutralEvent) -> tuple[str, str] | None:
    if isinstance(event, InboundMessage):
        return ("group" if event.group_id else "message", event.provider_message_id)
    if isinstance(event, StatusChange):
        return ("status", event.provider_message_id)
    return None


def _sql(name: str) -> Any:
    return statement("parley.operations", "invariants", name)
