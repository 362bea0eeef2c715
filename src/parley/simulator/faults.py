"""Faults on demand: what happens to the next matching requests and webhooks.

A fault is used up after `times` hits. Those about requests are played by `FaultGate`, an ASGI layer around
the whole simulator, so that an endpoint never knows: it accepts, and only its answer goes missing. A script
is a list of faults that are added together; each may wait its turn with `nth`, and end with `seconds`.
"""

import itertools
import random
from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec import Struct

from parley.simulator.records import Api, Json

RequestAction = Literal[
    "latency", "refuse", "throttle", "hang", "reset", "eof", "empty", "status502_after_accept", "not_json",
    "silence", "revoked_token", "expired_media",
]  # fmt: skip
WebhookAction = Literal["duplicate_webhook", "drop_webhook", "reorder_webhook"]
WEBHOOK_ACTIONS: tuple[WebhookAction, ...] = ("duplicate_webhook", "drop_webhook", "reorder_webhook")

FILE_PATHS = ("/attachments", "/files/")
"""Where the two APIs give out files."""


class FaultOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`match` is looked for in "METHOD /path" of a request, or in a webhook's event and address; empty
    matches all. `channel` is a session's name or a number's id, as it stands in the call's path, body or
    webhook. The `nth` matching one is the first to be hit, then each with `probability`, until `times` were
    hit (0: no end) or `seconds` have passed since the order. `params` by action:

    latency: seconds (1), after (false: before accepting). refuse: status, code, message, details, headers.
    throttle: status, code, retry_after, headers. hang: seconds (3600). reset, eof: before (false: accept
    first). empty: status. status502_after_accept: status. not_json: status (502), body, accept (true).
    duplicate_webhook: copies (1).
    """

    api: Api
    action: RequestAction | WebhookAction
    match: str = ""
    channel: str = ""
    nth: int = 1
    probability: float = 1.0
    times: int = 1
    seconds: float | None = None
    params: Json = {}


class Fault(FaultOrder, frozen=True, kw_only=True):
    """`seen` counts what matched, `hits` what was hit."""

    id: int
    ordered_at: float
    seen: int = 0
    hits: int = 0

    @property
    def is_spent(self) -> bool:
        return self.times > 0 and self.hits >= self.times

    def is_over(self, now: float) -> bool:
        return self.is_spent or (self.seconds is not None and now - self.ordered_at > self.seconds)


class Faults:
    def __init__(self, now: Callable[[], float], luck: random.Random) -> None:
        self._now = now
        self._luck = luck
        self._numbers = itertools.count(1)
        self._faults: dict[int, Fault] = {}

    def add(self, order: FaultOrder) -> Fault:
        facts = msgspec.structs.asdict(order)
        fault = Fault(id=next(self._numbers), ordered_at=self._now(), **facts)
        self._faults[fault.id] = fault
        return fault

    def remove(self, fault_id: int) -> None:
        self._faults.pop(fault_id, None)

    def clear(self) -> None:
        self._faults.clear()

    def all(self) -> list[Fault]:
        return list(self._faults.values())

    def wants_channel(self, api: Api, line: str) -> bool:
        """Whether the channel of a call decides which fault it gets, so that its body must be read."""
        return any(self._may_hit(fault, api, line) and fault.channel for fault in self._faults.values())

    def take_for_request(self, api: Api, line: str, told: str = "") -> Fault | None:
        """The fault of this call. `told` is where a channel's name may stand: path and body."""
        return self._take(api, line, told, for_webhook=False)

    def take_for_webhook(self, api: Api, line: str, channel: str) -> Fault | None:
        return self._take(api, line, channel, for_webhook=True)

    def _take(self, api: Api, line: str, told: str, *, for_webhook: bool) -> Fault | None:
        for fault in list(self._faults.values()):
            is_about_webhooks = fault.action in WEBHOOK_ACTIONS
            is_meant = is_about_webhooks == for_webhook and self._may_hit(fault, api, line)
            if not is_meant or fault.channel not in told:
                continue
            seen = self._put(msgspec.structs.replace(fault, seen=fault.seen + 1))
            if seen.seen < seen.nth or (seen.probability < 1 and self._luck.random() >= seen.probability):
                continue
            return self._put(msgspec.structs.replace(seen, hits=seen.hits + 1))
        return None

    def _may_hit(self, fault: Fault, api: Api, line: str) -> bool:
        is_meant = fault.action != "expired_media" or any(part in line for part in FILE_PATHS)
        return is_meant and fault.api == api and not fault.is_over(self._now()) and fault.match in line

    def _put(self, fault: Fault) -> Fault:
        self._faults[fault.id] = fault
        return fault
