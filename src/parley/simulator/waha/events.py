"""WAHA's webhooks: envelope, signature and retries, for every address in a session's configuration."""

import hashlib
import hmac
import json

from parley.simulator.courier import Courier
from parley.simulator.records import Delivery, Json, Message, Person, Presence, Reaction, Session
from parley.simulator.waha.errors import VERSION
from parley.simulator.waha.shapes import ACK_NAMES, WahaShapes, ack_of, chat_id, full_id, phone_chat
from parley.simulator.world import World

ALL_BUT_ENGINE = "*"
RETRY_ATTEMPTS = 15
RETRY_SECONDS = 2.0


class WahaEvents:
    """The outlet of WAHA: each verb of the traffic as the events that WAHA sends for it."""

    def __init__(self, world: World, courier: Courier, shapes: WahaShapes) -> None:
        self.world = world
        self.courier = courier
        self.shapes = shapes

    def written(self, message: Message) -> None:
        session = self._session(message.channel)
        payload = self.shapes.message(session, message, base_url=self.world.base_url)
        self.emit(session, "message", payload)
        self.emit(session, "message.any", payload)

    def sent(self, message: Message) -> None:
        if not message.silent:
            session = self._session(message.channel)
            self.emit(
                session, "message.any", self.shapes.message(session, message, base_url=self.world.base_url)
            )

    def ticked(self, message: Message) -> None:
        if message.silent:
            return
        session = self._session(message.channel)
        person = self.world.person(message.wa_id)
        ack = ack_of(message)
        me, chat = phone_chat(session.phone or ""), chat_id(session, person)
        payload: Json = {
            "id": full_id(session, person, message),
            "from": chat if session.engine == "NOWEB" else me,
            "to": chat,
            "participant": None,
            "fromMe": True,
            "ack": ack,
            "ackName": ACK_NAMES[ack],
            "_data": {},
        }
        self.emit(session, "message.ack", payload)

    def reacted(self, reaction: Reaction) -> None:
        session = self._session(reaction.target.channel)
        person = self.world.person(reaction.target.wa_id)
        chat, me = chat_id(session, person), phone_chat(session.phone or "")
        side = "true" if reaction.from_us else "false"
        payload = {
            "id": f"{side}_{chat}_{reaction.id}",
            "timestamp": reaction.at,
            "from": me if reaction.from_us else chat,
            "fromMe": reaction.from_us,
            "source": "api" if reaction.from_us else "app",
            "to": chat if reaction.from_us else me,
            "participant": None if reaction.from_us else chat,
            "reaction": {"text": reaction.emoji, "messageId": full_id(session, person, reaction.target)},
        }
        self.emit(session, "message.reaction", payload)

    def edited(self, message: Message, edit_id: str) -> None:
        session = self._session(message.channel)
        payload = self.shapes.message(session, message, base_url=self.world.base_url)
        side, chat, _ = payload["id"].split("_", 2)
        payload = {**payload, "id": f"{side}_{chat}_{edit_id}", "editedMessageId": message.id}
        self.emit(session, "message.edited", payload)

    def revoked(self, message: Message, revoke_id: str) -> None:
        session = self._session(message.channel)
        before = self.shapes.message(session, message, base_url=self.world.base_url)
        side, chat, _ = before["id"].split("_", 2)
        after = {"id": f"{side}_{chat}_{revoke_id}", "timestamp": int(self.world.now()), "_data": None}
        payload = {"after": after, "before": before, "revokedMessageId": message.id}
        self.emit(session, "message.revoked", payload)

    def presence(self, channel: str, person: Person, presence: Presence) -> None:
        session = self._session(channel)
        chat = chat_id(session, person)
        seen = {"participant": chat, "lastSeen": None, "lastKnownPresence": presence}
        self.emit(session, "presence.update", {"id": chat, "presences": [seen]})

    def status_changed(self, session: Session) -> None:
        payload = {
            "name": session.name,
            "status": session.status,
            "statuses": [
                {"status": point.status, "timestamp": point.timestamp} for point in session.statuses
            ],
            "data": None,
        }
        self.emit(session, "session.status", payload)

    def emit(self, session: Session, event: str, payload: Json) -> None:
        """Send an event, under one id, to every webhook of the session that asked for it."""
        body = json.dumps(self._envelope(session, event, payload), ensure_ascii=False, separators=(",", ":"))
        for number, webhook in enumerate(session.config.get("webhooks") or []):
            wanted = webhook.get("events") or []
            if event in wanted or ALL_BUT_ENGINE in wanted:
                self.courier.send(self._delivery(session, event, webhook, body=body, number=number))

    def _envelope(self, session: Session, event: str, payload: Json) -> Json:
        now = self.world.now()
        return {
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
            waits=self._waits(webhook.get("retries") or {}),
        )

    def _waits(self, retries: Json) -> list[float]:
        """The pauses before the further attempts: constant, linear, or doubling with a fifth of jitter."""
        attempts = int(retries.get("attempts") or RETRY_ATTEMPTS)
        seconds = float(retries.get("delaySeconds") or RETRY_SECONDS)
        match retries.get("policy") or "constant":
            case "linear":
                return [seconds * attempt for attempt in range(1, attempts + 1)]
            case "exponential":
                jitter = self.world.identities.random.uniform
                return [seconds * 2**attempt * jitter(0.8, 1.2) for attempt in range(attempts)]
            case _:
                return [seconds] * attempts

    def _session(self, channel: str) -> Session:
        return self.world.sessions[channel.partition(":")[2]]


def sign(key: str, body: bytes) -> str:
    """WAHA's signature: HMAC-SHA512 of the raw body in lower-case hex."""
    return hmac.new(key.encode(), body, hashlib.sha512).hexdigest()


def me_of(session: Session, world: World) -> Json | None:
    """The shop's own number while the session is paired."""
    if session.phone is None:
        return None
    own = world.make_person(session.phone, name=session.push_name)
    return {
        "id": phone_chat(session.phone),
        "pushName": session.push_name,
        "lid": f"{own.lid}@lid",
        "jid": f"{session.phone}:12@s.whatsapp.net",
    }


def environment(engine: str) -> Json:
    return {
        "version": VERSION,
        "engine": engine,
        "tier": "CORE",
        "browser": "/usr/bin/chromium" if engine in {"WEBJS", "WPP"} else None,
        "platform": "linux/x64",
        "worker": {"id": None},
    }
