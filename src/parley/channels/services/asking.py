"""Calling a number's provider: always outside of a transaction, so that no lock waits for a network."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from django.db import connection

from parley.channels.errors import trouble_from
from parley.channels.gateways.neutral import Credentials, GatewayError
from parley.core.environment import environment
from parley.core.http import HttpClient, Timeouts, call

Answer = TypeVar("Answer")
Work = Callable[[HttpClient, Credentials], Awaitable[Answer]]

_PATIENCE: Final = Timeouts(connect=5, read=20, total=30)
"""WAHA holds a question back for up to ten seconds while a session starts."""

AT_A_LOOK: Final = Timeouts(connect=3, read=8, total=10)
"""How a number is takes no engine to say, and many are asked."""


def ask(credentials: Credentials, work: Work[Answer]) -> Answer:
    """Do `work` against the provider. Raises `ChannelTrouble` with what to do about it."""
    try:
        return ask_plainly(credentials, work)
    except GatewayError as error:
        raise trouble_from(error, base_url=credentials.base_url) from error


def ask_plainly(credentials: Credentials, work: Work[Answer], *, patience: Timeouts = _PATIENCE) -> Answer:
    """The same, with the gateway's own `GatewayError` for a caller that decides by its kind."""
    if connection.in_atomic_block:
        raise RuntimeError("A provider is called outside of the transaction.")
    return call(lambda http: work(http, credentials), environment().gateway_networks, timeouts=patience)
