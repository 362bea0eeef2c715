"""What people and the shop had written to each other before anybody listened: chats with a past."""

from msgspec import Struct
from msgspec.structs import replace

from parley.core.errors import Invalid
from parley.simulator.people.phones import Letter, Phones
from parley.simulator.records import Media, MessageStatus
from parley.simulator.world import World


class Past(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One message of long ago. `quotes` is the place of an earlier one in the same history."""

    letter: Letter
    status: MessageStatus = "read"
    quotes: int | None = None
    reactions: dict[str, str] = {}


class History(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole chat with one person. An empty `name` is somebody who told WhatsApp none."""

    channel: str
    name: str = ""
    language: str = ""
    reads: bool = True
    entries: list[Past] = []


class Remembered(Struct, frozen=True, kw_only=True):
    """What a message of the history is called now; `media` where it has a file."""

    id: str
    media: Media | None


class Histories:
    def __init__(self, world: World, phones: Phones) -> None:
        self.world = world
        self.phones = phones

    def put(self, wa_id: str, history: History) -> list[Remembered]:
        """Give a chat this past instead of the one it had. No webhook tells of it."""
        channel = self.phones.channel(history.channel)
        person = self.world.known_person(wa_id) or self.world.make_person(wa_id, name=history.name)
        person = self.world.save_person(
            replace(person, name=history.name, language=history.language, reads=history.reads)
        )
        self.world.forget_chat(channel, person.wa_id)
        ids: list[str] = []
        found: list[Remembered] = []
        for place, past in enumerate(history.entries):
            if past.quotes is not None and not 0 <= past.quotes < place:
                raise Invalid(f"Message {place} quotes one that does not stand before it.")
            quoted = None if past.quotes is None else ids[past.quotes]
            message = self.phones.composed(channel, person, replace(past.letter, quoted_id=quoted))
            message = replace(
                message, status=past.status, status_at=message.at, reactions=past.reactions, source="api"
            )
            self.world.save_message(message)
            ids.append(message.id)
            media = self.world.media[message.media_id] if message.media_id else None
            found.append(Remembered(id=message.id, media=media))
        return found
