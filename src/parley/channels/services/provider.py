"""What a verb means at each provider: the one place that knows which number is a session and which is not.

A session can be started, stopped, logged out and paired. A business number exists without us: it is only
asked how it is, and stopping it means that Parley leaves it alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from parley.channels.gateways.cloud_api import client as cloud_api
from parley.channels.gateways.neutral import ChannelNotWorking, ChannelState, Credentials, GatewayError
from parley.channels.gateways.number import NumberFacts, NumberNotice
from parley.channels.gateways.waha import client as waha
from parley.channels.gateways.waha.settings import EVENTS
from parley.channels.models import Channel
from parley.channels.services.asking import Work
from parley.core.clock import now
from parley.core.environment import environment
from parley.core.http import HttpClient


@dataclass(frozen=True, slots=True)
class Reading:
    """What a provider says about a number.

    `has_our_webhook` and `can_send` are None where it does not say; `notices` are those that hold now, None
    where it has none of the kind. `can_send` is a judgement on account, payment and number together, which
    the state is not.
    """

    state: ChannelState
    facts: NumberFacts | None = None
    engine: str = ""
    has_our_webhook: bool | None = None
    notices: tuple[NumberNotice, ...] | None = None
    can_send: bool | None = None


Verb = Callable[[Channel], Work[Reading]]

SESSION_PROVIDER: Final = "waha"
NUMBER_PROVIDER: Final = "cloud_api"
_NO_SUCH_SESSION: Final = 404
_OUT_OF_SERVICE: Final = frozenset({"BANNED", "DELETED", "DISCONNECTED", "MIGRATED", "PENDING", "UNVERIFIED"})
"""What Meta calls a number that cannot send. Others, such as FLAGGED, are warnings."""
_MAY_SEND: Final = frozenset({"AVAILABLE", "LIMITED"})
"""Every number of a business that is not verified is LIMITED, and sends."""


def has_sessions(channel: Channel) -> bool:
    """Whether the number is a session with a phone behind it."""
    return channel.provider == SESSION_PROVIDER


def webhook_url(channel: Channel) -> str:
    """Where the provider delivers what happens to this number."""
    return f"{environment().public_url}/hooks/{channel.webhook_token}"


def start(channel: Channel) -> Work[Reading]:
    """Connect; a session that the server lost is made again."""
    return partial(_start_session, channel) if has_sessions(channel) else _read_number


def stop(channel: Channel) -> Work[Reading]:
    """Disconnect without logging out."""
    return partial(_then_state, channel, waha.stop) if has_sessions(channel) else _paused


def restart(channel: Channel) -> Work[Reading]:
    """Disconnect and connect."""
    return partial(_then_state, channel, waha.restart) if has_sessions(channel) else _read_number


def log_out(channel: Channel) -> Work[Reading]:
    """Take the phone off the session."""
    return partial(_then_state, channel, waha.logout)


def read_state(channel: Channel) -> Work[Reading]:
    """Only ask."""
    return partial(_read_session, channel) if has_sessions(channel) else _read_number


def probe() -> Work[datetime | None]:
    """Ask the engine behind a session for its newest message: when it was, or that there is none."""
    return waha.probe


def repair_webhook(channel: Channel) -> Work[bool]:
    """Give the session our webhook again, which restarts it; not where it has it. Whether it had not."""
    return partial(_repair_webhook, channel)


def forget(channel: Channel) -> Work[None]:
    """Log out and delete at the provider what was made there for Parley."""
    return waha.delete if has_sessions(channel) else _clear_webhook


def pairing_code(number: str) -> Work[str]:
    """The code for the phone with this E.164 number."""
    return partial(waha.pairing_code, phone_number=number)


def key_name(channel: Channel) -> str:
    """What the provider's key is called among the channel's secrets."""
    return "api_key" if has_sessions(channel) else "access_token"


def set_webhook(channel: Channel, *, verify_token: str) -> Work[None]:
    """Have this number's events delivered here."""
    return partial(_set_webhook, channel.waba_id, webhook_url(channel), verify_token)


def check_webhook(channel: Channel, *, verify_token: str) -> Work[bool]:
    """See that a business number's events come here, and set right what is not: whether anything was."""
    return partial(_check_webhook, channel, verify_token)


qr_code: Final[Work[bytes]] = waha.qr_code
prove_server: Final[Work[str]] = waha.server_version


def create_session(channel: Channel) -> Work[Reading]:
    """Make the session with its webhook, or give an existing one our configuration, and start it."""
    return partial(_create_session, channel)


def is_gone(error: ChannelNotWorking) -> bool:
    """Whether the server does not know the session, as against knowing it in a wrong state."""
    return error.http_status == _NO_SUCH_SESSION


async def _create_session(channel: Channel, http: HttpClient, credentials: Credentials) -> Reading:
    await waha.create_session(
        http, credentials, webhook_url=webhook_url(channel), metadata=_metadata(channel)
    )
    return await _read_session(channel, http, credentials)


async def _start_session(channel: Channel, http: HttpClient, credentials: Credentials) -> Reading:
    try:
        return await _then_state(channel, waha.start, http, credentials)
    except ChannelNotWorking as error:
        if not is_gone(error):
            raise
        return await _create_session(channel, http, credentials)


async def _then_state(
    channel: Channel, verb: Work[None], http: HttpClient, credentials: Credentials
) -> Reading:
    await verb(http, credentials)
    return await _read_session(channel, http, credentials)


async def _paused(_http: HttpClient, _credentials: Credentials) -> Reading:
    return Reading(state=ChannelState(status="stopped", at=now()))


async def _read_session(channel: Channel, http: HttpClient, credentials: Credentials) -> Reading:
    session = await waha.read_session(http, credentials)
    return Reading(
        state=session.state,
        engine=session.engine,
        has_our_webhook=session.webhook_url == webhook_url(channel)
        and set(EVENTS) <= set(session.webhook_events),
        notices=tuple(session.notices),
    )


async def _repair_webhook(channel: Channel, http: HttpClient, credentials: Credentials) -> bool:
    return await waha.repair_webhook(
        http, credentials, webhook_url=webhook_url(channel), metadata=_metadata(channel)
    )


def _metadata(channel: Channel) -> dict[str, str]:
    return {"workspace": str(channel.workspace_id), "channel": str(channel.id)}


async def _read_number(http: HttpClient, credentials: Credentials) -> Reading:
    number = await cloud_api.read_number(http, credentials)
    is_out = number.status in _OUT_OF_SERVICE
    state = ChannelState(
        status="failed" if is_out else "working",
        at=now(),
        detail=f"Meta calls this number {number.status}." if is_out else None,
        phone_number=number.phone_number,
        display_name=number.verified_name,
    )
    facts = NumberFacts(
        at=now(),
        quality=number.quality,
        messaging_limit=number.messaging_limit,
        throughput_mps=number.throughput_mps,
        name_status=number.name_status,
        profile=await _profile(http, credentials),
    )
    can_send = None if number.health is None else number.health in _MAY_SEND
    return Reading(state=state, facts=facts, can_send=can_send)


async def _profile(http: HttpClient, credentials: Credentials) -> dict[str, Any] | None:
    """What customers see; a token that may not read it is no trouble."""
    try:
        return await cloud_api.read_profile(http, credentials)
    except GatewayError:
        return None


async def _check_webhook(
    channel: Channel, verify_token: str, http: HttpClient, credentials: Credentials
) -> bool:
    """True when something had to be set again. Where a person set the address by hand in the app, the number
    has none of its own, which is well."""
    account, ours, repaired = channel.waba_id, webhook_url(channel), False
    if account and not await cloud_api.is_subscribed(http, credentials, account_id=account):
        await cloud_api.subscribe_account(http, credentials, account_id=account)
        repaired = True
    there = await cloud_api.read_webhook(http, credentials)
    was_set = channel.metadata.get("webhook", {}).get("state") == "set"
    if there != ours and (there or was_set):
        await cloud_api.override_webhook(http, credentials, webhook_url=ours, verify_token=verify_token)
        repaired = True
    return repaired


async def _set_webhook(
    account_id: str, url: str, verify_token: str, http: HttpClient, credentials: Credentials
) -> None:
    if account_id:
        await cloud_api.subscribe_account(http, credentials, account_id=account_id)
    await cloud_api.override_webhook(http, credentials, webhook_url=url, verify_token=verify_token)


async def _clear_webhook(http: HttpClient, credentials: Credentials) -> None:
    await cloud_api.override_webhook(http, credentials, webhook_url="", verify_token="")
