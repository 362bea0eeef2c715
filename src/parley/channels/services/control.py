"""Verbs about a number that is connected: start, stop, restart, log out, ask again, pair, rename, remove.

Unlike other services these open transactions themselves, two short ones, because the provider is called
between them. They are called outside of any transaction and raise `ChannelTrouble` when the provider does not
play along; what that says about the number is recorded before.
"""

from datetime import datetime
from uuid import UUID

from django.db.models.functions import Now
from msgspec.structs import replace

from parley.channels import queries
from parley.channels.errors import ChannelTrouble, NoSession, NothingToPair, trouble_from
from parley.channels.events import ChannelChanged, ChannelRemoved
from parley.channels.gateways.neutral import ChannelNotWorking, ChannelState, GatewayError
from parley.channels.models import Channel
from parley.channels.services import provider
from parley.channels.services.alerts import resolve_all
from parley.channels.services.asking import ask, ask_plainly
from parley.channels.services.credentials import credentials_for
from parley.channels.services.facts import record_engine, record_facts
from parley.channels.services.following import follow
from parley.channels.services.health import remember
from parley.channels.services.state import add_to_history, record_state, record_trouble, write
from parley.core.clock import now
from parley.core.errors import Invalid
from parley.core.events import announce
from parley.core.phone import e164
from parley.core.transactions import workspace_transaction


def start(workspace_id: UUID, channel_id: UUID) -> None:
    """Connect the number, creating its session again if the server lost it."""
    _do(workspace_id, channel_id, provider.start)


def stop(workspace_id: UUID, channel_id: UUID) -> None:
    """Send and receive nothing more until somebody starts it again. The phone stays paired."""
    with workspace_transaction(workspace_id):
        channel = queries.locked_channel(workspace_id, channel_id)
        write(channel, metadata={**channel.metadata, queries.STOPPED_AT_WILL: now().isoformat()})
    _do(workspace_id, channel_id, provider.stop)


def restart(workspace_id: UUID, channel_id: UUID) -> None:
    """Disconnect and connect again: the first remedy for a number that does not work."""
    _do(workspace_id, channel_id, provider.restart)


def log_out(workspace_id: UUID, channel_id: UUID) -> None:
    """Take the phone off the session; it then waits for a scan. Refused for a number without a session."""
    channel = _read(workspace_id, channel_id)
    if not provider.has_sessions(channel):
        raise NoSession
    _do(workspace_id, channel_id, provider.log_out)
    with workspace_transaction(workspace_id):
        add_to_history(queries.locked_channel(workspace_id, channel_id), "logged_out")


def refresh(workspace_id: UUID, channel_id: UUID) -> None:
    """Ask the provider for the state and take it over. A person asked, so what it says counts at once."""
    _do(workspace_id, channel_id, provider.read_state)


def renew(workspace_id: UUID, channel_id: UUID) -> None:
    """Give the session its configuration again, with the webhook's present address and key; it restarts."""
    _do(workspace_id, channel_id, provider.create_session)
    with workspace_transaction(workspace_id):
        add_to_history(queries.locked_channel(workspace_id, channel_id), "webhook_set")


def qr_code(workspace_id: UUID, channel_id: UUID) -> bytes:
    """The picture to scan, as PNG. Refused when no phone is waited for."""
    channel = _read(workspace_id, channel_id)
    if not provider.has_sessions(channel) or channel.status != "scan_qr":
        raise NothingToPair
    return ask(credentials_for(channel), provider.qr_code)


def request_pairing_code(workspace_id: UUID, channel_id: UUID, *, phone: str) -> str:
    """The code to type on the phone with this number, shown on the page until the phone is connected."""
    number = e164(phone, "")
    if number is None:
        wrong = "Write the whole number with + and country code, for example +55 19 98765-4321."
        raise Invalid(wrong, fields={"phone": [wrong]})
    channel = _read(workspace_id, channel_id)
    if not provider.has_sessions(channel) or channel.status != "scan_qr":
        raise NothingToPair
    code = ask(credentials_for(channel), provider.pairing_code(number))
    with workspace_transaction(workspace_id):
        channel = queries.locked_channel(workspace_id, channel_id)
        shown = {"pairing_code": code, "pairing_code_at": now().isoformat()}
        write(channel, metadata={**channel.metadata, **shown})
        add_to_history(channel, "pairing_code")
        announce(workspace_id, ChannelChanged(object_id=channel_id))
    return code


def rename(workspace_id: UUID, channel_id: UUID, *, name: str) -> None:
    """Call the number something else. Inside the caller's transaction: no provider is asked."""
    channel = queries.locked_channel(workspace_id, channel_id)
    if channel.name == name:
        return
    add_to_history(channel, "renamed", detail=f"{channel.name} → {name}")
    write(channel, name=name)
    announce(workspace_id, ChannelChanged(object_id=channel_id))


def remove(workspace_id: UUID, channel_id: UUID) -> None:
    """Take the number out of the workspace, its conversations kept.

    The provider is asked to forget it. If it cannot be asked, the number goes all the same: its webhook is
    closed, so nothing that still comes is taken in.
    """
    channel = _read(workspace_id, channel_id)
    try:
        ask(credentials_for(channel), provider.forget(channel))
        detail = ""
    except ChannelTrouble as trouble:
        detail = trouble.message
    with workspace_transaction(workspace_id):
        channel = queries.locked_channel(workspace_id, channel_id)
        resolve_all(channel)
        add_to_history(channel, "removed", detail=detail)
        write(channel, status="stopped", deleted_at=Now(), is_default=False)
        announce(workspace_id, ChannelRemoved(object_id=channel_id))


def _do(workspace_id: UUID, channel_id: UUID, verb: provider.Verb) -> None:
    channel = _read(workspace_id, channel_id)
    at = now()
    try:
        reading = ask_plainly(credentials_for(channel), verb(channel))
    except GatewayError as error:
        record_failure(workspace_id, channel, error, at=at)
        raise trouble_from(error, base_url=channel.base_url) from error
    record_reading(workspace_id, channel_id, reading, at=at)


def record_reading(workspace_id: UUID, channel_id: UUID, reading: provider.Reading, *, at: datetime) -> None:
    """Take over what the provider answered to a question asked `at`, in a transaction of its own.

    The time of asking counts, not one that the answer carries: a webhook that overtook the answer is later.
    """
    with workspace_transaction(workspace_id):
        record_state(workspace_id, channel_id, replace(reading.state, at=at))
        channel = queries.locked_channel(workspace_id, channel_id)
        record_engine(channel, reading.engine)
        if reading.facts is not None:
            record_facts(channel, reading.facts)
        health = follow(channel)
        if reading.facts is not None:
            remember(health, facts_at=at)


def record_failure(workspace_id: UUID, channel: Channel, error: GatewayError, *, at: datetime) -> None:
    """What a failure says about the number itself. A server that is away says nothing about it."""
    detail = trouble_from(error, base_url=channel.base_url).message
    with workspace_transaction(workspace_id):
        if isinstance(error, ChannelNotWorking):
            if provider.is_gone(error):
                detail = f"The server lost the session “{channel.external_id}”. Start it to create it again."
            status = "failed" if provider.is_gone(error) else error.state
            record_state(workspace_id, channel.id, ChannelState(status=status, at=at, detail=detail))
        elif error.kind == "refused" and error.stops_channel:
            record_state(workspace_id, channel.id, ChannelState(status="failed", at=at, detail=detail))
        elif error.kind != "throttled":  # who asks to slow down is there
            record_trouble(workspace_id, channel.id, message=detail, at=at)
        follow(queries.locked_channel(workspace_id, channel.id))


def _read(workspace_id: UUID, channel_id: UUID) -> Channel:
    with workspace_transaction(workspace_id):
        return queries.channel_of(workspace_id, channel_id)
