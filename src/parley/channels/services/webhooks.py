"""Seeing that providers tell us what happens, and setting it right by ourselves where they would not."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from parley.channels import queries
from parley.channels.errors import trouble_from
from parley.channels.gateways.neutral import GatewayError
from parley.channels.models import Channel
from parley.channels.services import provider
from parley.channels.services.asking import ask_plainly
from parley.channels.services.credentials import credentials_for, verify_token_of
from parley.channels.services.following import follow
from parley.channels.services.health import locked_health, remember
from parley.channels.services.state import add_to_history, write
from parley.core.clock import now
from parley.core.transactions import workspace_transaction

_PAIRING: Final = frozenset({"scan_qr", "passkey", "starting"})
_PAUSE: Final = timedelta(minutes=5)
"""Setting a session's webhook restarts it: twice as long after each time in a day, where it does not last."""
_LATELY: Final = timedelta(days=1)
_IN_VAIN: Final = 3
_DOES_NOT_LAST: Final = (
    "The webhook was set {times} times within a day and is not there afterwards. Find out who else "
    "configures that server, or whether it keeps what it is told."
)


def check_number(workspace_id: UUID, channel_id: UUID) -> None:
    """See that a business number's account is subscribed and its events come here."""
    with workspace_transaction(workspace_id):
        channel = queries.channel_of(workspace_id, channel_id)
    if channel.status != "working":
        return
    work = provider.check_webhook(channel, verify_token=verify_token_of(channel))
    try:
        repaired = ask_plainly(credentials_for(channel), work)
    except GatewayError as error:
        if error.kind in {"refused", "uncertain"}:
            _note(channel, trouble=trouble_from(error, base_url=channel.base_url).message)
        return
    _note(channel, is_repaired=repaired)


def repair_session(workspace_id: UUID, channel_id: UUID) -> None:
    """Give a session our webhook again, unless a phone is being connected or it was done just now."""
    with workspace_transaction(workspace_id):
        channel = queries.locked_channel(workspace_id, channel_id)
        health = locked_health(channel)
        tried = health.webhook_checked_at
        times = queries.times_repaired(channel, since=now() - _LATELY)
        pause = _PAUSE * (1 << min(times, 6))
        if channel.status in _PAIRING or (tried is not None and tried + pause > now()):
            return
        remember(health, webhook_checked_at=now())
    try:
        repaired = ask_plainly(credentials_for(channel), provider.repair_webhook(channel))
    except GatewayError as error:
        _note(channel, trouble=trouble_from(error, base_url=channel.base_url).message)
    else:
        is_vain = repaired and times + 1 >= _IN_VAIN
        trouble = _DOES_NOT_LAST.format(times=times + 1) if is_vain else ""
        _note(channel, is_repaired=repaired, trouble=trouble)


def _note(channel: Channel, *, is_repaired: bool = False, trouble: str = "") -> None:
    with workspace_transaction(channel.workspace_id):
        channel = queries.locked_channel(channel.workspace_id, channel.id)
        health = locked_health(channel)
        if is_repaired:
            add_to_history(channel, "webhook_repaired")
            if not provider.has_sessions(channel):
                write(channel, metadata={**channel.metadata, "webhook": {"state": "set", "detail": ""}})
        remember(health, webhook_checked_at=now(), webhook_trouble=trouble)
        follow(channel, health)
