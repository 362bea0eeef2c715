"""Who is behind a hidden id: asked of the provider, and told to the applier as if a webhook had said it.

A session may deliver a person under a hidden id alone. Its provider often knows the number; without it the
same person would be two contacts. Only what concerns contacts here is kept of the answers.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from parley.channels import queries
from parley.channels.gateways.kept import EventRow, KnownChannel, row_for
from parley.channels.gateways.neutral import Address, Credentials, RawEvent
from parley.channels.gateways.waha import client as waha
from parley.channels.models import Channel
from parley.channels.services import provider
from parley.channels.services.asking import ask_plainly
from parley.channels.services.backfill import keep
from parley.channels.services.credentials import credentials_for
from parley.channels.services.statements import rows_of
from parley.core.clock import now
from parley.core.http import HttpClient
from parley.core.phone import from_wa_id
from parley.core.transactions import workspace_transaction

_MOST_PAGES: Final = 500
"""Half a million people. An engine that knows no offset would answer the same page for ever."""

_ANSWERED: Final = '{"asked": true}'


def read_everybody(workspace_id: UUID, channel_id: UUID) -> int:
    """Read all pairs that the session knows; how many told something new of a contact here.

    Raises `NotFound` for a number that is gone and `GatewayError` where the provider does not answer.
    """
    with workspace_transaction(workspace_id):
        channel = queries.channel_of(workspace_id, channel_id)
    if not _can_be_asked(channel):
        return 0
    credentials, told, offset = credentials_for(channel), 0, 0
    for _ in range(_MOST_PAGES):
        people, following = ask_plainly(credentials, partial(_page, offset))
        told += _tell(channel, credentials, people)
        if following is None:
            break
        offset = following
    return told


def ask_about(workspace_id: UUID, channel_id: UUID, contact_id: UUID) -> bool:
    """Ask whose hidden id a contact without a number has; whether the provider knew.

    Raises as `read_everybody`.
    """
    with workspace_transaction(workspace_id):
        channel = queries.channel_of(workspace_id, channel_id)
        known_by = rows_of("hidden_ids", workspace_id, "people", contact=contact_id, scope=_scope(channel))
    if not known_by or not _can_be_asked(channel):
        return False
    credentials = credentials_for(channel)
    found = [ask_plainly(credentials, partial(_number_of, lid)) for (lid,) in known_by]
    people = [one for one in found if one is not None]
    _tell(channel, credentials, people)
    return bool(people)


async def _page(offset: int, http: HttpClient, credentials: Credentials) -> tuple[list[Address], int | None]:
    return await waha.read_lids(http, credentials, offset=offset)


async def _number_of(lid: str, http: HttpClient, credentials: Credentials) -> Address | None:
    digits = await waha.resolve_lid(http, credentials, lid=lid)
    return Address(wa_id=digits, lid=lid) if digits else None


def _can_be_asked(channel: Channel) -> bool:
    return provider.has_sessions(channel) and channel.status == "working"


def _tell(channel: Channel, credentials: Credentials, people: Sequence[Address]) -> int:
    """Keep what is news. The key names the contacts too: to others, the same pair is news again."""
    if not people:
        return 0
    at = now()
    with workspace_transaction(channel.workspace_id):
        found = rows_of(
            "worth_telling",
            channel.workspace_id,
            "people",
            scope=_scope(channel),
            lid=[one.lid for one in people],
            wa_id=[one.wa_id for one in people],
            phone=[from_wa_id(one.wa_id or "") for one in people],
        )
        rows = []
        for place, hidden, numbered in found:
            event = waha.raw_pair(credentials, people[place - 1], at=at)
            rows.append(_row(channel, replace(event, dedupe_key=f"{event.dedupe_key}:{hidden}:{numbered}")))
        keep(rows)
    return len(rows)


def _scope(channel: Channel) -> str:
    """Within what hidden ids are unique, as the applier has it."""
    return channel.portfolio_id or str(channel.id)


def _row(channel: Channel, event: RawEvent) -> EventRow:
    known = KnownChannel(
        channel.workspace_id, channel.id, channel.provider, channel.external_id, secret="", verify_token=""
    )
    return row_for(event, known, via=known, headers=_ANSWERED, body=b"")
