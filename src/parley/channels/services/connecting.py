"""Connecting a number: the keys are proven at the provider, the row is written, the webhook is set.

Like `control`, these verbs are called outside of any transaction and open their own, the calls between them.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from parley.channels import queries
from parley.channels.errors import AlreadyConnected, ChannelTrouble, SessionExists, address_refused
from parley.channels.events import ChannelConnected
from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import ChannelNotWorking, GatewayError
from parley.channels.models import Channel, ChannelLease
from parley.channels.services import provider
from parley.channels.services.asking import ask, ask_plainly
from parley.channels.services.control import record_reading, renew
from parley.channels.services.credentials import (
    credentials_for,
    seal_credentials,
    seal_verify_token,
    seal_webhook_secret,
    verify_token_of,
)
from parley.channels.services.state import add_to_history, write
from parley.core.addresses import AddressRefused, check_url
from parley.core.clock import now
from parley.core.environment import environment
from parley.core.events import announce
from parley.core.ids import new_id
from parley.core.transactions import workspace_transaction

SECRET_BYTES = 32
LEASE_PURPOSES = ("send", "apply")


@dataclass(frozen=True, slots=True)
class WahaSession:
    """What a person says about a session. `takes_over` allows giving an existing one our webhook."""

    name: str
    base_url: str
    api_key: str
    session_name: str
    takes_over: bool = False


@dataclass(frozen=True, slots=True)
class CloudNumber:
    """What a person says about a business number."""

    name: str
    phone_number_id: str
    access_token: str
    app_secret: str
    base_url: str
    waba_id: str = ""


def connect_waha(workspace_id: UUID, session: WahaSession) -> UUID:
    """Create the session at the server with a webhook of ours, signed with a key of ours, and start it.

    The row comes first, so that the session's first webhooks find it; it goes again when the server refuses.
    Raises `AlreadyConnected`, `SessionExists` or `ChannelTrouble`.
    """
    check_address(session.base_url)
    channel = _new_channel(
        workspace_id,
        name=session.name,
        provider_name=provider.SESSION_PROVIDER,
        base_url=session.base_url,
        external_id=session.session_name,
        keys={"api_key": session.api_key},
        webhook_secret=secrets.token_hex(SECRET_BYTES),
    )
    _check_is_free(channel, takes_over=session.takes_over)
    at = now()
    _insert(channel, at=at)
    try:
        reading = ask(credentials_for(channel), provider.create_session(channel))
    except ChannelTrouble:
        _undo(channel)
        raise
    record_reading(workspace_id, channel.id, reading, at=at)
    return channel.id


def connect_cloud(workspace_id: UUID, number: CloudNumber) -> UUID:
    """Read the number, which proves the token, then ask Meta to deliver its webhooks here.

    Where Meta does not let Parley set the webhook, the channel is connected all the same and its page says
    what to type there. Raises `AlreadyConnected` or `ChannelTrouble`.
    """
    check_address(number.base_url)
    channel = _new_channel(
        workspace_id,
        name=number.name,
        provider_name=provider.NUMBER_PROVIDER,
        base_url=number.base_url,
        external_id=number.phone_number_id,
        keys={"access_token": number.access_token},
        webhook_secret=number.app_secret,
    )
    channel.waba_id = number.waba_id
    verify_token = secrets.token_hex(SECRET_BYTES)
    channel.verify_token = seal_verify_token(workspace_id, channel.id, verify_token)
    at = now()
    reading = ask(credentials_for(channel), provider.read_state(channel))
    _insert(channel, at=at)
    record_reading(workspace_id, channel.id, reading, at=at)
    set_webhook(workspace_id, channel.id)
    return channel.id


def set_webhook(workspace_id: UUID, channel_id: UUID) -> None:
    """Ask the provider to deliver its webhooks here; of a number, keep what it answered for the page.

    Meta calls back during this to hear the verify token, so the row is committed before.
    """
    with workspace_transaction(workspace_id):
        channel = queries.channel_of(workspace_id, channel_id)
    if provider.has_sessions(channel):
        renew(workspace_id, channel_id)
        return
    result = {"state": "set", "detail": ""}
    try:
        ask(credentials_for(channel), provider.set_webhook(channel, verify_token=verify_token_of(channel)))
    except ChannelTrouble as trouble:
        result = {"state": "by_hand", "detail": trouble.message}
    with workspace_transaction(workspace_id):
        channel = queries.locked_channel(workspace_id, channel_id)
        write(channel, metadata={**channel.metadata, "webhook": result})
        add_to_history(channel, f"webhook_{result['state']}")


def check_address(url: str) -> None:
    """Refuse, before anything is stored, an address that Parley would refuse to call."""
    try:
        check_url(url, environment().gateway_networks, resolve=True)
    except AddressRefused as error:
        raise address_refused(url) from error


def _new_channel(
    workspace_id: UUID,
    *,
    name: str,
    provider_name: str,
    base_url: str,
    external_id: str,
    keys: Mapping[str, str],
    webhook_secret: str,
) -> Channel:
    channel_id = new_id()
    with workspace_transaction(workspace_id):
        if queries.is_connected(
            workspace_id, provider=provider_name, base_url=base_url, external_id=external_id
        ):
            raise AlreadyConnected
    return Channel(
        id=channel_id,
        workspace_id=workspace_id,
        name=name,
        provider=provider_name,
        has_window=gateway_for(provider_name).has_window,
        base_url=base_url,
        external_id=external_id,
        status="starting",
        credentials=seal_credentials(workspace_id, channel_id, keys),
        webhook_token=secrets.token_urlsafe(SECRET_BYTES),
        webhook_secret=seal_webhook_secret(workspace_id, channel_id, webhook_secret),
        config={},
        metadata={},
    )


def _check_is_free(channel: Channel, *, takes_over: bool) -> None:
    """Prove address and key, and that nobody else uses a session of that name."""
    credentials = credentials_for(channel)
    ask(credentials, provider.prove_server)
    try:
        ask_plainly(credentials, provider.read_state(channel))
    except ChannelNotWorking as error:
        if provider.is_gone(error):
            return
    except GatewayError:
        return  # a strange state of an existing session, or trouble that creating it will name
    if not takes_over:
        raise SessionExists(channel.external_id)


def _insert(channel: Channel, *, at: datetime) -> None:
    with workspace_transaction(channel.workspace_id):
        try:
            with transaction.atomic():
                channel.save(force_insert=True)
        except IntegrityError:
            raise AlreadyConnected from None
        ChannelLease.objects.bulk_create(
            ChannelLease(workspace_id=channel.workspace_id, channel_id=channel.id, purpose=purpose)
            for purpose in LEASE_PURPOSES
        )
        add_to_history(channel, "connected", at=at)
        announce(channel.workspace_id, ChannelConnected(object_id=channel.id, provider=channel.provider))


def _undo(channel: Channel) -> None:
    with workspace_transaction(channel.workspace_id):
        Channel.objects.filter(workspace_id=channel.workspace_id, id=channel.id).delete()
