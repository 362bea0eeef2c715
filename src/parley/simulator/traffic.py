"""What happens between a customer and the shop: one verb for each thing, whichever API stands between.

Each verb changes the world first and then tells the outlet of the API, which makes a webhook of it.
"""

from typing import Protocol

from msgspec.structs import replace

from parley.simulator.records import (
    STATUS_ORDER,
    Api,
    Failure,
    LedgerEntry,
    Message,
    MessageStatus,
    Person,
    Presence,
    Reaction,
)
from parley.simulator.world import World


class Outlet(Protocol):
    """Where one API's webhooks are made."""

    def written(self, message: Message) -> None:
        """A customer wrote."""

    def sent(self, message: Message) -> None:
        """The shop wrote, through the API or on its own phone."""

    def ticked(self, message: Message) -> None:
        """The status of a message of the shop changed."""

    def reacted(self, reaction: Reaction) -> None: ...

    def edited(self, message: Message, edit_id: str) -> None: ...

    def revoked(self, message: Message, revoke_id: str) -> None: ...

    def presence(self, channel: str, person: Person, presence: Presence) -> None: ...


class Follower(Protocol):
    """Who wants to know that the shop wrote: receipts and scripts."""

    def shop_wrote(self, message: Message) -> None: ...


def api_of(channel: str) -> Api:
    return "waha" if channel.startswith("waha:") else "cloud"


class Traffic:
    def __init__(self, world: World) -> None:
        self.world = world
        self.outlets: dict[Api, Outlet] = {}
        self.followers: list[Follower] = []

    # The shop's side

    def accept(self, message: Message) -> Message:
        """Take a message of the shop: in the ledger before anything else, followed by its ticks.

        An id that was accepted before answers with the message of then; only the attempt is counted.
        """
        known = self.world.message(message.channel, message.id)
        if known is not None:
            self.world.journal.count_attempt(message.channel, message.id, self.world.now())
            return known
        self.record(message)
        self.world.save_message(message)
        self._outlet(message).sent(message)
        for follower in self.followers:
            follower.shop_wrote(message)
        return message

    def record(self, message: Message) -> None:
        """The ledger's line for a message, and its first attempt."""
        entry = LedgerEntry(
            seq=0,
            id=message.id,
            api=api_of(message.channel),
            channel=message.channel,
            recipient=message.wa_id,
            type=message.type,
            body=message.body,
            callback=message.callback,
            at=message.at,
            attempts=1,
        )
        self.world.journal.append(entry)
        self.world.journal.count_attempt(message.channel, message.id, message.at)
        self.world.hint("ledger")

    def react_as_shop(self, reaction: Reaction) -> None:
        """The shop reacts: accepted and in the ledger like a message, shown on its target."""
        target = reaction.target
        self.record(
            replace(
                target,
                id=reaction.id,
                type="reaction",
                body=reaction.emoji,
                callback=reaction.callback,
                at=reaction.at,
            )
        )
        self._put_reaction(reaction, who="shop")
        if not reaction.silent:
            self._outlet(target).reacted(reaction)

    def tick(self, message: Message, status: MessageStatus, *, failure: Failure | None = None) -> Message:
        """Raise a message's status; one that stands as high already stays as it is."""
        current = self.world.message(message.channel, message.id)
        if current is None or not self.world.has_channel(message.channel):
            return message
        if current.status == "failed" or STATUS_ORDER[status] <= STATUS_ORDER[current.status]:
            return current
        changed = replace(current, status=status, status_at=self.world.now(), failure=failure)
        self.world.save_message(changed)
        self._outlet(changed).ticked(changed)
        return changed

    def see(self, channel: str, wa_id: str) -> None:
        """The shop opens the chat: what the customer wrote shows as read on the customer's phone."""
        for message in self.world.chat(channel, wa_id):
            if not message.from_us and message.status != "read":
                self.world.save_message(replace(message, status="read", status_at=self.world.now()))

    def echo(self, message: Message) -> Message:
        """The shop writes on its own phone: nothing for the ledger, but the product is told."""
        self.world.save_message(message)
        self._outlet(message).sent(message)
        for follower in self.followers:
            follower.shop_wrote(message)
        return message

    # The customer's side

    def write(self, message: Message) -> Message:
        """A customer writes to a channel."""
        self.world.save_message(message)
        self._outlet(message).written(message)
        return message

    def read_all(self, channel: str, wa_id: str) -> list[Message]:
        """The customer opens the chat: everything the shop sent is delivered and read."""
        return [
            self.tick(self.tick(message, "delivered"), "read")
            for message in self.world.chat(channel, wa_id)
            if message.from_us and message.status in {"pending", "sent", "delivered"}
        ]

    def react_as_customer(self, reaction: Reaction) -> None:
        self._put_reaction(reaction, who="customer")
        self._outlet(reaction.target).reacted(reaction)

    def edit(self, message: Message, body: str) -> Message:
        changed = self.world.save_message(replace(message, body=body, edited=True))
        self._outlet(changed).edited(changed, self._new_id(changed))
        return changed

    def revoke(self, message: Message) -> Message:
        """Delete for everyone; the outlet still sees what it said."""
        self.world.save_message(replace(message, body="", revoked=True, media_id=None))
        self._outlet(message).revoked(message, self._new_id(message))
        return message

    def show_presence(self, channel: str, person: Person, presence: Presence) -> None:
        self.outlets[api_of(channel)].presence(channel, person, presence)
        self.world.hint(f"presence:{channel}:{person.wa_id}:{presence}")

    def _put_reaction(self, reaction: Reaction, *, who: str) -> None:
        current = self.world.message(reaction.target.channel, reaction.target.id)
        if current is None:
            return
        others = {key: emoji for key, emoji in current.reactions.items() if key != who}
        if reaction.emoji:
            others[who] = reaction.emoji
        self.world.save_message(replace(current, reactions=others))

    def _outlet(self, message: Message) -> Outlet:
        return self.outlets[api_of(message.channel)]

    def _new_id(self, message: Message) -> str:
        if api_of(message.channel) == "waha":
            return self.world.identities.waha_message()
        return self.world.identities.wamid(message.wa_id)
