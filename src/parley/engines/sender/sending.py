"""One message's way to the gateway: at its time, under the lease, counted when its request is written."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import Accepted, GatewayError, OutboundMessage
from parley.core.http import HttpClient, Response
from parley.core.storage import StorageFailed
from parley.engines.sender.claims import Claim
from parley.engines.sender.lease import Lease
from parley.engines.sender.number import Number
from parley.engines.sender.outcomes import NOT_STARTED, NotSendable
from parley.engines.sender.pacing import Pace, Turn

log = structlog.get_logger(__name__)


class Sending:
    """Sends what one claim brought, as the number was at that claim."""

    def __init__(self, http: HttpClient, lease: Lease, number: Number, pace: Pace) -> None:
        self._http = http
        self._lease = lease
        self._gateway = gateway_for(number.provider)
        self._credentials = number.credentials
        self._pace = pace

    async def send(self, item: Claim, turn: Turn) -> Accepted | Exception:
        """Send once; what came of it. The message's place is used, or given back where nothing left."""
        try:
            message = await asyncio.to_thread(item.outbound) if item.has_file else item.outbound()
        except Exception as error:  # nothing has left
            log.exception("sender.not_sendable", message=str(item.id))
            self._pace.give_back(turn)
            return error if isinstance(error, StorageFailed) else NotSendable(type(error).__name__)
        if wait := self._pace.wait_of(turn):
            await asyncio.sleep(wait)
        result = await self._ask(item, message, turn)
        if turn.used_at is None:
            self._pace.give_back(turn)
        else:
            self._pace.answered(turn)
        return result

    async def _ask(self, item: Claim, message: OutboundMessage, turn: Turn) -> Accepted | Exception:
        if not self._lease.is_held or self._credentials is None:
            return NOT_STARTED

        def begins() -> None:
            if self._pace.pairs is not None:
                self._pace.pairs.sent(item.contact_id, again=turn.used_at is not None)
            self._pace.begin(turn)

        http = _Watched(self._http, begins)
        try:
            return await self._gateway.send(http, self._credentials, message)
        except GatewayError as error:
            return error
        except Exception as error:  # it may have left: uncertain, whatever it was
            log.exception("sender.answer_not_understood", message=str(message.message_id))
            return error


class _Watched(HttpClient):
    """The client of the process, telling when a request of this message is about to be written."""

    def __init__(self, inner: HttpClient, begins: Callable[[], None]) -> None:
        self._inner = inner
        self._begins = begins

    async def request(self, method: str, url: str, **further: Any) -> Response:
        """As the inner one."""
        return await self._inner.request(method, url, on_write=self._begins, **further)
