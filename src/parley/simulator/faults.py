"""Faults on demand: what happens to the next matching requests and webhooks.

A fault is used up after `times` hits. Those about requests are played by `FaultGate`, an ASGI layer around
the whole simulator, so that an endpoint never knows: it accepts, and only its answer goes missing.
"""

import itertools
from typing import Literal

import msgspec
from msgspec import Struct

from parley.simulator.records import Api, Json

RequestAction = Literal[
    "latency", "refuse", "throttle", "hang", "reset", "eof", "empty", "status502_after_accept", "silence"
]
WebhookAction = Literal["duplicate_webhook", "drop_webhook"]
WEBHOOK_ACTIONS: tuple[WebhookAction, ...] = ("duplicate_webhook", "drop_webhook")


class FaultOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`match` is looked for in "METHOD /path" of a request, or in a webhook's event and address; empty
    matches all. `times` 0 means until removed. `params` by action:

    latency: seconds (1), after (false: before accepting). refuse: status, code, message. throttle: status,
    code, retry_after. hang: seconds (3600). reset, eof: before (false: accept first). duplicate_webhook:
    copies (1).
    """

    api: Api
    action: RequestAction | WebhookAction
    match: str = ""
    times: int = 1
    params: Json = {}


class Fault(FaultOrder, frozen=True, kw_only=True):
    id: int
    hits: int = 0

    @property
    def is_spent(self) -> bool:
        return self.times > 0 and self.hits >= self.times


class Faults:
    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._faults: dict[int, Fault] = {}

    def add(self, order: FaultOrder) -> Fault:
        fault = Fault(id=next(self._numbers), **msgspec.structs.asdict(order))
        self._faults[fault.id] = fault
        return fault

    def remove(self, fault_id: int) -> None:
        self._faults.pop(fault_id, None)

    def clear(self) -> None:
        self._faults.clear()

    def all(self) -> list[Fault]:
        return list(self._faults.values())

    def take_for_request(self, api: Api, line: str) -> Fault | None:
        return self._take(api, line, for_webhook=False)

    def take_for_webhook(self, api: Api, line: str) -> Fault | None:
        return self._take(api, line, for_webhook=True)

    def _take(self, api: Api, line: str, *, for_webhook: bool) -> Fault | None:
        for fault in self._faults.values():
            is_about_webhooks = fault.action in WEBHOOK_ACTIONS
            if fault.api != api or is_about_webhooks != for_webhook:
                continue
            if fault.is_spent or fault.match not in line:
                continue
            self._faults[fault.id] = msgspec.structs.replace(fault, hits=fault.hits + 1)
            return self._faults[fault.id]
        return None
