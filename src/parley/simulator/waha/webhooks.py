"""WAHA's webhooks: envelope, signature and retries, for every address in a session's configuration."""

import hashlib
import hmac
import json

from parley.simulator.courier import Courier
from parley.simulator.records import Delivery, Json, Session
from parley.simulator.waha.errors import VERSION
from parley.simulator.waha.identity import environment, me_of
from parley.simulator.world import World

ALL_BUT_ENGINE = "*"
ENGINE_EVENT = "engine.event"
LEFT_OUT = {"whole": (), "without_engine": ("engine",), "old": ("id", "timestamp", "metadata")}
"""The top's engine was absent in a capture of 2026.1, id and time before 2025."""
RETRY_ATTEMPTS = 15
RETRY_SECONDS = 2.0
MOST_ATTEMPTS = 1_000


class Webhooks:
    """Sends events out. `activity` is when a session last had something to tell, in seconds."""

    def __init__(self, world: World, courier: Courier) -> None:
        self.world = world
        self.courier = courier
        self.activity: dict[str, float] = {}
        world.when_forgotten(self.activity.clear)

    def emit(self, session: Session, event: str, payload: Json) -> None:
        """Send an event, under one id, to every webhook of the session that asked for it.

        A session whose quirk is silence works and tells nothing.
        """
        if session.quirks.silent:
            return
        self.activity[session.name] = self.world.now()
        wanting = self._wanting(session, event)
        if not wanting:
            return
        body = json.dumps(self.envelope(session, event, payload), ensure_ascii=False, separators=(",", ":"))
        for number, webhook in enumerate(wanting):
            self.courier.send(self._delivery(session, event, webhook, body=body, number=number))

    def is_wanted(self, session: Session, event: str) -> bool:
        """Whether any webhook of the session asked for this event."""
        return bool(self._wanting(session, event))

    @staticmethod
    def _wanting(session: Session, event: str) -> list[Json]:
        def wants(events: list[str]) -> bool:
            return event in events or (ALL_BUT_ENGINE in events and event != ENGINE_EVENT)

        return [hook for hook in session.config.get("webhooks") or [] if wants(hook.get("events") or [])]

    def envelope(self, session: Session, event: str, payload: Json) -> Json:
        now = self.world.now()
        whole = {
            "id": self.world.identities.event(now),
            "timestamp": int(now * 1000),
            "event": event,
            "session": session.name,
            "metadata": session.config.get("metadata") or {},
            "me": me_of(session, self.world),
            "payload": payload,
            "engine": session.engine,
            "environment": environment(session.engine),
        }
        left_out = LEFT_OUT[session.quirks.envelope]
        return {name: value for name, value in whole.items() if name not in left_out}

    def _delivery(self, session: Session, event: str, webhook: Json, *, body: str, number: int) -> Delivery:
        request_id = self.world.identities.secret()[:14]
        headers = {
            "content-type": "application/json",
            "accept": "application/json, text/plain, */*",
            "user-agent": f"WAHA/{VERSION}",
            "X-Webhook-Request-Id": request_id,
            "X-Webhook-Timestamp": str(int(self.world.now() * 1000)),
        }
        key = (webhook.get("hmac") or {}).get("key")
        if key:
            headers["X-Webhook-Hmac"] = sign(str(key), body.encode())
            headers["X-Webhook-Hmac-Algorithm"] = "sha512"
        for header in webhook.get("customHeaders") or []:
            headers[str(header["name"])] = str(header["value"])
        return Delivery(
            id=f"{request_id}-{number}",
            api="waha",
            event=event,
            channel=session.channel,
            url=str(webhook["url"]),
            headers=headers,
            body=body,
            waits=self.waits(webhook.get("retries") or {}),
        )

    def waits(self, retries: Json) -> list[float]:
        """The pauses before the further attempts: constant, linear, or doubling with a fifth of jitter."""
        told = RETRY_ATTEMPTS if retries.get("attempts") is None else retries["attempts"]
        attempts = min(int(told), MOST_ATTEMPTS)
        seconds = float(RETRY_SECONDS if retries.get("delaySeconds") is None else retries["delaySeconds"])
        match retries.get("policy") or "constant":
            case "linear":
                return [seconds * attempt for attempt in range(1, attempts + 1)]
            case "exponential":
                jitter = self.world.identities.random.uniform
                return [seconds * 2**attempt * jitter(0.8, 1.2) for attempt in range(attempts)]
            case _:
                return [seconds] * attempts


def sign(key: str, body: bytes) -> str:
    """WAHA's signature: HMAC-SHA512 of the raw body in lower-case hex."""
    return hmac.new(key.encode(), body, hashlib.sha512).hexdigest()
