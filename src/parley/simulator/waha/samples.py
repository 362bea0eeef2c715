"""A plausible payload for every event that WAHA can send, for those who want to see one at once."""

from collections.abc import Callable
from typing import Final

from parley.simulator.records import Json, Message, Person, Session
from parley.simulator.waha.address_book import Group, Label
from parley.simulator.waha.events import WahaEvents
from parley.simulator.waha.happenings import Happenings, group_info, label_shape, participants
from parley.simulator.waha.names import chat_id, full_id


class Samples:
    """Payloads made of one customer, one message of the session and one group."""

    def __init__(self, events: WahaEvents, happenings: Happenings) -> None:
        self.world = events.world
        self.events = events
        self.happenings = happenings
        self._makers: Final[dict[str, Callable[[Session, Person], Json]]] = {
            "session.status": self._status,
            "message": self._message,
            "message.any": self._message,
            "message.waiting": self._waiting,
            "message.ack": lambda session, person: self.events.tick(
                session, self._written(session, person, from_us=True), participant=None
            ),
            "message.ack.group": self._group_tick,
            "message.reaction": self._reaction,
            "message.edited": self._edited,
            "message.revoked": self._revoked,
            "poll.vote": self._vote,
            "poll.vote.failed": self._vote,
            "presence.update": self.events.presences,
            "call.received": self._call,
            "call.accepted": self._call,
            "call.rejected": self._call,
            "chat.archive": lambda session, person: {
                "id": chat_id(session, person), "timestamp": self._now(), "archived": True,
            },
            "label.upsert": lambda session, _: label_shape(self._label(session)),
            "label.deleted": lambda session, _: label_shape(self._label(session)),
            "label.chat.added": self._labelled,
            "label.chat.deleted": self._labelled,
            "group.v2.join": self._group_join,
            "group.v2.leave": lambda session, _: self._about(session, {}),
            "group.v2.update": lambda session, _: self._about(session, {"subject": "Obra da Marina"}),
            "group.v2.participants": self._members,
            "group.join": lambda session, _: {"group": {"id": self._group(session).id}},
            "group.leave": lambda session, _: {"group": {"id": self._group(session).id}},
            "event.response": self._answered,
            "event.response.failed": self._answered,
            "engine.event": lambda *_: {"event": "messages.upsert", "data": {"messages": []}},
            "state.change": lambda *_: {"state": "CONNECTED"},
        }  # fmt: skip

    def names(self) -> list[str]:
        return list(self._makers)

    def payload(self, session: Session, event: str, person: Person) -> Json:
        """Raises `KeyError` for an event that WAHA does not have."""
        return self._makers[event](session, person)

    def _now(self) -> int:
        return int(self.world.now())

    def _written(self, session: Session, person: Person, *, from_us: bool = False) -> Message:
        return Message(
            id=self.world.identities.waha_message(),
            channel=session.channel,
            wa_id=person.wa_id,
            from_us=from_us,
            type="text",
            at=self.world.now(),
            body="Oi! Ainda tem a mesa em carvalho?",
            status="delivered",
            status_at=self.world.now(),
        )

    def _group(self, session: Session) -> Group:
        known = next(iter(self.events.book.groups_of(session.channel)), None)
        members = {wa_id: "participant" for wa_id in list(self.world.people)[:2] if "@" not in wa_id}
        return known or Group(
            id="120363000000000001@g.us",
            channel=session.channel,
            subject="Obra",
            members=members,  # type: ignore[arg-type]
        )

    @staticmethod
    def _label(session: Session) -> Label:
        return Label(id="10", channel=session.channel, name="Orçamento", color=14)

    @staticmethod
    def _status(session: Session, _person: Person) -> Json:
        points = [{"status": point.status, "timestamp": point.timestamp} for point in session.statuses]
        return {"name": session.name, "status": session.status, "statuses": points, "data": None}

    def _message(self, session: Session, person: Person) -> Json:
        return self.events.shown(session, self._written(session, person))

    def _waiting(self, session: Session, person: Person) -> Json:
        return {**self._message(session, person), "body": None}

    def _group_tick(self, session: Session, person: Person) -> Json:
        group = self._group(session)
        shown = self._written(session, self.world.make_person(group.id, name=group.subject), from_us=True)
        return self.events.tick(session, shown, participant=chat_id(session, person))

    def _reaction(self, session: Session, person: Person) -> Json:
        target = self._written(session, person, from_us=True)
        shown = self._message(session, person)
        kept = {name: shown[name] for name in ("id", "timestamp", "from", "fromMe", "source", "to", "_data")}
        reaction = {"text": "🙏", "messageId": full_id(self.world, session, target)}
        return {**kept, "participant": None, "reaction": reaction}

    def _edited(self, session: Session, person: Person) -> Json:
        edited = self.world.identities.waha_message()
        return {**self._message(session, person), "editedMessageId": edited, "body": "certo"}

    def _revoked(self, session: Session, person: Person) -> Json:
        after = {**self._message(session, person), "body": None, "_data": None}
        return {"after": after, "before": None, "revokedMessageId": self.world.identities.waha_message()}

    def _vote(self, session: Session, person: Person) -> Json:
        poll = self._written(session, person, from_us=True)
        return self.happenings.vote_payload(session, poll, person, ["Carvalho"])

    def _call(self, session: Session, person: Person) -> Json:
        made = {"id": self.world.identities.secret().upper(), "from": chat_id(session, person)}
        return {**made, "timestamp": self._now(), "isVideo": False, "isGroup": False, "_data": {}}

    def _labelled(self, session: Session, person: Person) -> Json:
        return {"labelId": "10", "chatId": chat_id(session, person), "label": None}

    def _group_join(self, session: Session, _person: Person) -> Json:
        info = group_info(session, self._group(session), self.world)
        return {"timestamp": self._now(), "group": info, "_data": {}}

    def _about(self, session: Session, changes: Json) -> Json:
        return {"timestamp": self._now(), "group": {"id": self._group(session).id, **changes}, "_data": {}}

    def _members(self, session: Session, person: Person) -> Json:
        joined = participants(session, {person.wa_id: "participant"}, self.world)
        return {**self._about(session, {}), "type": "join", "participants": joined}

    def _answered(self, session: Session, person: Person) -> Json:
        shown = self._message(session, person)
        kept = ("id", "timestamp", "from", "fromMe", "source", "to", "participant", "_data")
        asked = self._written(session, person, from_us=True)
        to, me = chat_id(session, person), shown["to"] or ""
        key = {"id": full_id(self.world, session, asked), "to": to, "from": me, "fromMe": True}
        given = {"response": "GOING", "timestampMs": self._now() * 1000, "extraGuestCount": 0}
        return {**{name: shown[name] for name in kept}, "eventCreationKey": key, "eventResponse": given}
