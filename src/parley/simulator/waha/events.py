"""The outlet of WAHA: each verb of the traffic as the events that WAHA sends for it."""

from msgspec.structs import replace

from parley.simulator.records import Json, Message, Person, Presence, Reaction, Session
from parley.simulator.waha.address_book import AddressBook
from parley.simulator.waha.engines import engine_data, tick_data
from parley.simulator.waha.names import (
    ACK_NAMES,
    BROWSER_ENGINES,
    ack_of,
    chat_id,
    full_id,
    is_group,
    me_chat,
    participant_of,
    somebody,
)
from parley.simulator.waha.shapes import WahaShapes
from parley.simulator.waha.webhooks import ENGINE_EVENT, Webhooks
from parley.simulator.world import World

RAW_NAMES = {"NOWEB": "messages.upsert", "GOWS": "Message"}
RESTRICTED = {"code": "463", "blocked": True, "reason": "account_restricted", "enforcementType": "DEFAULT"}


class WahaEvents:
    def __init__(self, world: World, webhooks: Webhooks, shapes: WahaShapes, book: AddressBook) -> None:
        self.world = world
        self.webhooks = webhooks
        self.shapes = shapes
        self.book = book

    def written(self, message: Message) -> None:
        """A blocked person's message reaches nobody: it stays on the writer's phone."""
        session = self.session_of(message.channel)
        if self.book.mark(message.channel, message.participant or message.wa_id).blocked:
            self.world.save_message(replace(message, content={**message.content, "blocked": True}))
            return
        if is_ignored(session, message.wa_id):
            return
        payload = self.shown(session, message)
        self.webhooks.emit(session, "message", payload)
        self.webhooks.emit(session, "message.any", payload)
        self._raw(session, message)

    def sent(self, message: Message) -> None:
        session = self.session_of(message.channel)
        if message.silent or is_ignored(session, message.wa_id):
            return
        self.webhooks.emit(session, "message.any", self.shown(session, message))
        self._raw(session, message)

    def ticked(self, message: Message) -> None:
        session = self.session_of(message.channel)
        if message.silent or is_ignored(session, message.wa_id) or not _tells_ticks(session, message):
            return
        if not is_group(message.wa_id):
            self.webhooks.emit(session, "message.ack", self.tick(session, message, participant=None))
            return
        group = self.book.groups.get((message.channel, message.wa_id))
        for wa_id in group.members if group else {}:
            if wa_id != session.phone:
                participant = chat_id(session, somebody(self.world, wa_id))
                payload = self.tick(session, message, participant=participant)
                self.webhooks.emit(session, "message.ack.group", payload)

    def tick(self, session: Session, message: Message, *, participant: str | None) -> Json:
        """The payload of a tick; NOWEB names the chat as its sender."""
        named = replace(session, addressing="lid") if session.quirks.lid_acks else session
        ack = ack_of(message)
        me, chat = me_chat(session), chat_id(named, self.world.person(message.wa_id))
        payload: Json = {
            "id": full_id(self.world, named, message),
            "from": chat if session.engine == "NOWEB" else me,
            "to": chat,
            "participant": participant,
            "fromMe": True,
            "ack": ack,
            "ackName": ACK_NAMES[ack],
            "_data": tick_data(self.world, session, message),
        }
        if ack < 0 and session.quirks.ack_errors:
            payload["error"] = RESTRICTED
        left_out = {"codes": "ackName", "names": "ack"}.get(session.quirks.acks)
        return {name: value for name, value in payload.items() if name != left_out}

    def reacted(self, reaction: Reaction) -> None:
        session = self.session_of(reaction.target.channel)
        target = reaction.target
        if is_ignored(session, target.wa_id):
            return
        shown = Message(
            id=reaction.id,
            channel=target.channel,
            wa_id=target.wa_id,
            from_us=reaction.from_us,
            type="reaction",
            at=reaction.at,
            body=reaction.emoji,
            participant=reaction.participant,
        )
        chat, me = chat_id(session, self.world.person(target.wa_id)), me_chat(session)
        payload = {
            "id": full_id(self.world, session, shown),
            "timestamp": reaction.at,
            "from": me if reaction.from_us else chat,
            "fromMe": reaction.from_us,
            "source": "api" if reaction.from_us else "app",
            "to": chat if reaction.from_us else me,
            "participant": participant_of(self.world, session, shown) or (None if reaction.from_us else chat),
            "reaction": {"text": reaction.emoji, "messageId": full_id(self.world, session, target)},
            "_data": engine_data(self.world, session, shown),
        }
        self.webhooks.emit(session, "message.reaction", payload)

    def edited(self, message: Message, edit_id: str) -> None:
        """The message with its new text under the edit's own id."""
        session = self.session_of(message.channel)
        if message.silent or is_ignored(session, message.wa_id):
            return
        payload = self.shown(session, message)
        named = full_id(self.world, session, replace(message, id=edit_id))
        self.webhooks.emit(session, "message.edited", {**payload, "id": named, "editedMessageId": message.id})

    def revoked(self, message: Message, revoke_id: str) -> None:
        """Only the browser engines remember what it said."""
        session = self.session_of(message.channel)
        if message.silent or is_ignored(session, message.wa_id):
            return
        gone = replace(message, id=revoke_id, body="", media_id=None, location=None, type="text")
        after = {**self.shown(session, gone), "body": None, "_data": None}
        before = self.shown(session, message) if session.engine in BROWSER_ENGINES else None
        payload = {"after": after, "before": before, "revokedMessageId": message.id}
        self.webhooks.emit(session, "message.revoked", payload)

    def presence(self, channel: str, person: Person, presence: Presence) -> None:
        session = self.session_of(channel)
        self.book.save_mark(replace(self.book.mark(channel, person.wa_id), presence=presence))
        if not _has_tags(session):
            return
        self.webhooks.emit(session, "presence.update", self.presences(session, person))

    def presences(self, session: Session, person: Person) -> Json:
        """What is known of a person's presence."""
        chat = chat_id(session, person)
        known = self.book.mark(session.channel, person.wa_id).presence or "offline"
        seen: Json = {"participant": chat, "lastSeen": None, "lastKnownPresence": known}
        return {"id": chat, "presences": [seen]}

    def status_changed(self, session: Session) -> None:
        payload = {
            "name": session.name,
            "status": session.status,
            "statuses": [
                {"status": point.status, "timestamp": point.timestamp} for point in session.statuses
            ],
            "data": status_data(session),
        }
        self.webhooks.emit(session, "session.status", payload)

    def shown(self, session: Session, message: Message) -> Json:
        return self.shapes.message(session, message, base_url=self.world.base_url)

    def session_of(self, channel: str) -> Session:
        return self.world.sessions[channel.partition(":")[2]]

    def _raw(self, session: Session, message: Message) -> None:
        """The engine's own event: much, so only for those who named it."""
        if not self.webhooks.is_wanted(session, ENGINE_EVENT):
            return
        data = engine_data(self.world, session, message)
        name = RAW_NAMES.get(session.engine, "message")
        raw = {"messages": [data], "type": "notify"} if session.engine == "NOWEB" else data
        self.webhooks.emit(session, ENGINE_EVENT, {"event": name, "data": raw})


def status_data(session: Session) -> Json | None:
    """What goes with a state that waits for a passkey."""
    if session.status == "PASSKEY_REQUIRED":
        return dict(session.pairing.get("challenge") or {})
    if session.status == "PASSKEY_CONFIRMATION_REQUIRED":
        return {"code": session.pairing.get("code")}
    return None


def is_ignored(session: Session, wa_id: str) -> bool:
    """Whether the session's configuration leaves this kind of chat out."""
    ignore = session.config.get("ignore") or {}
    if wa_id == "status@broadcast":
        return bool(ignore.get("status"))
    server = wa_id.rpartition("@")[2]
    kind = {"g.us": "groups", "newsletter": "channels", "broadcast": "broadcast"}.get(server)
    return bool(kind and ignore.get(kind))


def _tells_ticks(session: Session, message: Message) -> bool:
    if session.quirks.unread and message.status in {"read", "played"}:
        return False
    return _has_tags(session)


def _has_tags(session: Session) -> bool:
    """WEBJS tells ticks and presence only when asked to (WAHA issue 1311)."""
    return session.engine != "WEBJS" or bool((session.config.get("webjs") or {}).get("tagsEventsOn"))
