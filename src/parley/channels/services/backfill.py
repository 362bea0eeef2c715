"""Reading back what no webhook told: from the provider's own memory, page by page, as if it came now.

Every page is an exchange outside of any transaction, then one short transaction that keeps its events and the
place to go on from. What is known already is skipped by its dedupe key, so a page may be read any number of
times. The applier marks the messages as recovered, and nothing answers them.
"""

import json
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Literal
from uuid import UUID

from django.db import connection

from parley.channels import queries
from parley.channels.errors import trouble_from
from parley.channels.events import ChannelRecovered
from parley.channels.gateways import gateway_for
from parley.channels.gateways.gateway import HistoryPage
from parley.channels.gateways.kept import EventRow, KnownChannel, row_for
from parley.channels.gateways.neutral import Credentials, GatewayError, RawEvent
from parley.channels.models import Channel, ChannelHealth
from parley.channels.services import alerts, gaps
from parley.channels.services.asking import ask_plainly
from parley.channels.services.credentials import credentials_for
from parley.channels.services.health import locked_health, remember
from parley.channels.services.state import add_to_history
from parley.channels.services.statements import ask_database, rows_of
from parley.core.clock import now
from parley.core.environment import environment
from parley.core.events import announce
from parley.core.http import HttpClient
from parley.core.ids import new_id
from parley.core.sql import statement
from parley.core.transactions import workspace_transaction

Progress = Literal["more", "count", "wait", "done"]
"""more: another page. count: all is read. wait: not now, the watch goes on later. done: there is no gap."""

_RECOVERED: Final = json.dumps({"recovered": True})
_PASSES: Final = 2
_ONCE: Final = frozenset({"sweep", "asked"})


def read_page(workspace_id: UUID, channel_id: UUID) -> Progress:
    """Read the next page of the number's gap. Raises `NotFound` for a number that is gone."""
    with workspace_transaction(workspace_id):
        channel = queries.locked_channel(workspace_id, channel_id)
        health = locked_health(channel)
        if health.gap_from is None or health.gap_until is None:
            return "done" if health.gap_from is None else "wait"
        if channel.status != "working" or (health.backfill_at is not None and health.backfill_at > now()):
            return "wait"
        if health.backfill_mark is None:
            remember(health, backfill_mark=new_id())
    try:
        page = ask_plainly(credentials_for(channel), partial(_read, channel, health))
    except GatewayError as error:
        return _could_not_read(channel, health, error)
    rows = [_row(channel, event) for event in page.events]
    with workspace_transaction(workspace_id):
        current = locked_health(queries.locked_channel(workspace_id, channel_id))
        keep(rows)
        if _place(current) != _place(health):
            return "more"  # the gap grew meanwhile, or another worker reads it too
        remember(current, backfill_cursor=page.cursor)
    return "more" if page.cursor else "count"


def count_recovered(workspace_id: UUID, channel_id: UUID) -> Progress:
    """Say what the reading brought, as soon as all of it is applied, and close the gap or plan its second
    reading: "wait" until then."""
    with workspace_transaction(workspace_id):
        channel = queries.locked_channel(workspace_id, channel_id)
        health = locked_health(channel)
        if health.backfill_mark is None or health.backfill_cursor or health.gap_until is None:
            return "done"
        if ask_database("recovered_waiting", channel)[0]:
            return "wait"
        messages, waiting = ask_database("recovered", channel, mark=health.backfill_mark)
        if messages:
            _say(channel, health, messages=messages, waiting=waiting)
        again = environment().backfill_again_seconds
        if health.gap_reason in _ONCE or health.backfill_pass + 1 >= _PASSES or not again:
            gaps.close(health)
            return "done"
        remember(
            health,
            backfill_pass=health.backfill_pass + 1,
            backfill_at=now() + timedelta(seconds=again),
            backfill_mark=None,
            gap_until=now(),
        )
    return "done"


def missing_keys(channel: Channel, events: list[RawEvent]) -> set[str]:
    """Which of these no webhook has told. Inside a transaction."""
    keys = {_row(channel, event).dedupe_key for event in events}
    known = rows_of("known_keys", channel.workspace_id, channel=channel.id, keys=sorted(keys))
    return keys - {key for (key,) in known}


def keep(rows: list[EventRow]) -> None:
    """Into the place of all that is received, with the statement of the webhooks, and wake the applier."""
    if not rows:
        return
    columns = {name: [getattr(row, name) for row in rows] for name in EventRow.__struct_fields__}
    with connection.cursor() as cursor:
        cursor.execute(statement("parley.channels", "backfill", "keep"), columns)
        cursor.execute(statement("parley.channels", "health", "wake_applier"))


async def _read(
    channel: Channel, health: ChannelHealth, http: HttpClient, credentials: Credentials
) -> HistoryPage:
    if health.gap_from is None or health.gap_until is None:
        raise RuntimeError("A gap has a beginning and an end before it is read.")
    between = {"since": health.gap_from, "until": health.gap_until}
    return await read_between(channel, http, credentials, cursor=health.backfill_cursor, **between)


async def read_between(
    channel: Channel,
    http: HttpClient,
    credentials: Credentials,
    *,
    since: datetime,
    until: datetime,
    cursor: str = "",
) -> HistoryPage:
    """A page of what was said between two times, asked of the provider."""
    gateway = gateway_for(channel.provider)
    return await gateway.read_history(http, credentials, since=since, until=until, cursor=cursor)


def _row(channel: Channel, event: RawEvent) -> EventRow:
    known = KnownChannel(
        channel.workspace_id, channel.id, channel.provider, channel.external_id, secret="", verify_token=""
    )
    return row_for(event, known, via=known, headers=_RECOVERED, body=b"")


def _could_not_read(channel: Channel, health: ChannelHealth, error: GatewayError) -> Progress:
    """A provider that is away is asked again at the watch's next look; one that says no, never again."""
    if error.kind != "refused":
        return "wait"
    detail = trouble_from(error, base_url=channel.base_url).message
    with workspace_transaction(channel.workspace_id):
        channel = queries.locked_channel(channel.workspace_id, channel.id)
        if health.gap_reason != "sweep":
            add_to_history(channel, "gap_unread", detail=detail)
            alerts.tell(channel, "gap_unread", "warning", detail=detail)
        gaps.close(locked_health(channel))
    return "done"


def _say(channel: Channel, health: ChannelHealth, *, messages: int, waiting: int) -> None:
    remember(health, recovered_count=health.recovered_count + messages, recovered_at=now())
    add_to_history(channel, "recovered", from_state=str(messages), to_state=str(waiting))
    alerts.tell(channel, "recovered", "info", detail=f"{messages} {waiting}")
    announce(channel.workspace_id, ChannelRecovered(object_id=channel.id, messages=messages, waiting=waiting))


def _place(health: ChannelHealth) -> tuple[object, ...]:
    return health.gap_from, health.gap_until, health.backfill_cursor
