"""The outlet of the Cloud API: which webhook each thing that happens becomes."""

from parley.simulator.cloud.limits import Limiter
from parley.simulator.cloud.outbox import Outbox, sign
from parley.simulator.cloud.shapes import CloudShapes, contact_of, recipient_of, sender_of
from parley.simulator.courier import Courier
from parley.simulator.records import Json, Message, Person, Presence, Reaction
from parley.simulator.world import World

__all__ = ["CloudEvents", "sign"]

UNKNOWN_TYPE = {
    "code": 131051,
    "title": "Message type unknown",
    "message": "Message type unknown",
    "error_data": {"details": "Message type is currently not supported."},
}


class CloudEvents:
    """Presence never reaches a Cloud API number."""

    def __init__(self, world: World, courier: Courier) -> None:
        self.world = world
        self.outbox = Outbox(world, courier)
        self.shapes = CloudShapes(world)
        self.limiter: Limiter | None = None
        """Counts what comes in, too."""

    def written(self, message: Message) -> None:
        """A blocked customer's words never arrive."""
        number = self.world.number_of(message.channel)
        if message.wa_id in number.blocked:
            return
        if self.limiter is not None:
            self.limiter.heard(number)
        self._tell(message, {"messages": [self.shapes.inbound(message)]})

    def sent(self, message: Message) -> None:
        """Only what the shop wrote on the phone of a number in coexistence is echoed."""
        number = self.world.number_of(message.channel)
        if message.source == "app" and number.coexistence and not message.silent:
            self._tell(message, {"message_echoes": [self.shapes.echo(message)]}, field="smb_message_echoes")

    def ticked(self, message: Message) -> None:
        """The app's own messages have no ticks that anybody is told of."""
        if not message.silent and message.source == "api":
            self._tell(message, {"statuses": [self.shapes.status(message)]})

    def reacted(self, reaction: Reaction) -> None:
        """A reaction of the shop gets one status only: sent."""
        if not reaction.from_us:
            self._tell(reaction.target, {"messages": [self.shapes.reaction(reaction)]})
            return
        person = self.world.person(reaction.target.wa_id)
        status = {
            "id": reaction.id,
            "status": "sent",
            "timestamp": str(int(reaction.at)),
            **recipient_of(person),
        }
        if reaction.callback is not None:
            status["biz_opaque_callback_data"] = reaction.callback
        self._tell(reaction.target, {"statuses": [status]})

    def edited(self, message: Message, edit_id: str) -> None:
        """Told where the number is set so, or in coexistence; not at all elsewhere."""
        number = self.world.number_of(message.channel)
        if not (number.tells_changes or number.coexistence):
            return
        type_ = "audio" if message.type == "voice" else message.type
        now = {"type": type_, **self.shapes.content(message)}
        self._tell_change(message, edit_id, {"original_message_id": message.id, "message": now}, type_="edit")

    def revoked(self, message: Message, revoke_id: str) -> None:
        """A deletion, or, where the number tells none, a message that is not supported."""
        number = self.world.number_of(message.channel)
        if number.tells_changes or number.coexistence:
            self._tell_change(message, revoke_id, {"original_message_id": message.id}, type_="revoke")
            return
        deleted = {
            **sender_of(self.shapes.author_of(message)),
            "id": revoke_id,
            "timestamp": str(int(self.world.now())),
            "type": "unsupported",
            "errors": [UNKNOWN_TYPE],
        }
        self._tell(message, {"messages": [deleted]})

    def _tell_change(self, message: Message, change_id: str, change: Json, *, type_: str) -> None:
        person, number = self.shapes.author_of(message), self.world.number_of(message.channel)
        facts = {
            "id": change_id,
            "timestamp": str(int(self.world.now())),
            "type": type_,
            type_: change,
        }
        if not message.from_us:
            self._tell(message, {"messages": [{**sender_of(person), **facts}]})
        elif number.coexistence:
            echo = {"from": number.digits, "to": person.wa_id, "to_user_id": person.user_id, **facts}
            self._tell(message, {"message_echoes": [echo]}, field="smb_message_echoes")

    def presence(self, channel: str, person: Person, presence: Presence) -> None:
        """Nothing: the Cloud API does not tell who is typing."""

    def _tell(self, message: Message, what: Json, *, field: str = "messages") -> None:
        contacts = [contact_of(self.shapes.author_of(message))]
        number = self.world.number_of(message.channel)
        self.outbox.put_for_number(number, field, {"contacts": contacts, **what})
