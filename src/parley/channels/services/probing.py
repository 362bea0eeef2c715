"""Asking the engine behind a session whether it still hears."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from parley.channels import queries
from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import (
    ChannelNotWorking,
    Credentials,
    GatewayError,
    InboundMessage,
    RawEvent,
)
from parley.channels.models import Channel, ChannelHealth
from parley.channels.services import provider
from parley.channels.services.asking import ask_plainly
from parley.channels.services.backfill import missing_keys, read_between
from parley.channels.services.credentials import credentials_for
from parley.channels.services.gaps import LONGEST, can_read_back
from parley.channels.services.statements import rows_of
from parley.core.clock import now
from parley.core.environment import environment
from parley.core.http import HttpClient
from parley.core.transactions import workspace_transaction

SILENT: Final = "silent"

_PATIENCE: Final = 4.0
"""A number is quiet after so many of its usual pauses."""

_LEAST: Final = 60.0
_ON_ITS_WAY: Final = timedelta(seconds=15)
"""A webhook may take that long."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Whether the engine hears as we do; `detail` says what it answered, where not."""

    is_well: bool
    detail: str = ""


def is_probe_due(channel: Channel, health: ChannelHealth) -> bool:
    """Whether it was quiet for longer than is its habit, or than anybody may be, since it was last heard or
    asked. Inside a transaction."""
    longest = environment().silence_seconds
    patience = longest
    if health.rhythm_seconds is not None:
        patience = min(max(_PATIENCE * health.rhythm_seconds, min(_LEAST, longest)), longest)
    if health.silent_since is not None:
        patience = min(max(_LEAST, (now() - health.silent_since).total_seconds() / _PATIENCE), longest)
    known = (channel.last_activity_at, health.probed_at, queries.state_since(channel))
    return now() - max(moment for moment in known if moment) >= timedelta(seconds=patience)


def probe(channel: Channel, *, patience: timedelta = _ON_ITS_WAY) -> Heard:
    """Ask for the newest message, and whether a webhook told us of it. Outside of any transaction.

    One younger than `patience` may be on its way to us. A server that is away says nothing about the engine;
    nor does one that cannot be asked such a thing.
    """
    try:
        newest = ask_plainly(credentials_for(channel), provider.probe())
        if newest is None or newest > now() - patience or not can_read_back(channel):
            return Heard(is_well=True)
        page = ask_plainly(credentials_for(channel), partial(_around, channel, newest))
    except GatewayError as error:
        if error.kind != "uncertain" and not isinstance(error, ChannelNotWorking):
            return Heard(is_well=True)
        return Heard(is_well=False, detail=error.message)
    with workspace_transaction(channel.workspace_id):
        first = queries.first_worked_at(channel)
        if first is None or newest < max(first, now() - LONGEST):
            return Heard(is_well=True)
        missing = missing_keys(channel, _untold(channel, page))
    return Heard(is_well=not missing)


async def _around(
    channel: Channel, moment: datetime, http: HttpClient, credentials: Credentials
) -> list[RawEvent]:
    second = timedelta(seconds=1)
    page = await read_between(channel, http, credentials, since=moment - second, until=moment + second)
    return page.events


def _untold(channel: Channel, page: list[RawEvent]) -> list[RawEvent]:
    """Those with a message between us and one person that is not here: others may have no webhook at all.

    The history may spell a person otherwise than the webhook did, and so the key; the message's id is one.
    """
    ids = {event.dedupe_key: _message_ids(channel, event) for event in page}
    named = sorted(set().union(*ids.values()))
    known = {one for (one,) in rows_of("known_messages", channel.workspace_id, channel=channel.id, ids=named)}
    return [event for event in page if ids[event.dedupe_key] - known]


def _message_ids(channel: Channel, event: RawEvent) -> set[str]:
    told = gateway_for(channel.provider).translate(event.payload)
    return {
        one.provider_message_id for one in told if isinstance(one, InboundMessage) and one.group_id is None
    }
