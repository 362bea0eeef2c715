"""What a customer does with the phone: writes, reacts, reads, edits, deletes, is seen typing."""

import base64
import hashlib

from msgspec import Struct
from msgspec.structs import replace

from parley.core.errors import Conflict, Invalid, NotFound
from parley.simulator.people import artefacts
from parley.simulator.people.furniture import Furniture, photo
from parley.simulator.people.voice import voice_note
from parley.simulator.records import Json, Media, Message, Person, Place, Presence, Reaction
from parley.simulator.traffic import Traffic, api_of
from parley.simulator.waha.names import is_group
from parley.simulator.world import World

SOMEWHERE = Place(
    latitude=-22.9056, longitude=-47.0608, name="Casa", address="Rua Barão de Jaguara, Campinas"
)
FILE_TYPES = {"image", "video", "audio", "voice", "document", "sticker"}
OTHER_TYPES = {
    "text", "location", "contacts", "reaction", "unsupported", "button", "interactive", "poll", "order",
    "system",
}  # fmt: skip


class Letter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a customer writes. `channel` may be left out while there is only one.

    A file comes as base64 in `data`, or by `media_id`; without either one is made up, of `seconds`, with a
    `picture` in colours that follow from `hue` (0 to 1), or with `lines` of text. A reaction names
    `target_id` (or `quoted_id`) and `emoji`. `at` puts it in the past. `offline` writes while nobody listens:
    the message stands in the history and no webhook tells of it. `from_shop` is what somebody of the shop
    writes on the paired phone (WAHA only), `group_id` the group into which it goes (WAHA only). `content` is
    for what only one API knows.
    """

    channel: str | None = None
    type: str = "text"
    body: str = ""
    name: str | None = None
    data: str | None = None
    media_id: str | None = None
    mime_type: str | None = None
    filename: str | None = None
    seconds: float = 4
    picture: Furniture = "table"
    hue: float | None = None
    lines: list[str] = []
    location: Place | None = None
    contacts: list[Json] = []
    quoted_id: str | None = None
    target_id: str | None = None
    emoji: str = ""
    content: Json = {}
    at: float | None = None
    offline: bool = False
    from_shop: bool = False
    forwarded: bool = False
    group_id: str = ""


class Phones:
    def __init__(self, world: World, traffic: Traffic) -> None:
        self.world = world
        self.traffic = traffic

    def write(self, wa_id: str, letter: Letter) -> Json:
        """Send a letter; answers the id of what was written."""
        if letter.type not in FILE_TYPES | OTHER_TYPES:
            raise Invalid(f"A customer cannot write {letter.type!r}.")
        channel = self.channel(letter.channel)
        if not letter.offline and not self.world.channel_is_open(channel):
            raise Conflict(f'{channel} is not connected; "offline" writes to its history only.')
        if letter.from_shop and not self._has_phone(channel):
            raise Invalid("Only a WAHA session or a number in coexistence has a phone of the shop.")
        if is_untied(letter):
            raise Invalid("A tap on a button or row quotes the message that has it.")
        person = self._named(wa_id, letter.name)
        if letter.type == "reaction":
            return self._react(channel, person, letter)
        message = self.composed(channel, person, letter)
        if letter.offline:
            self.world.save_message(message)
        elif letter.from_shop:
            self.traffic.echo(message)
        else:
            self.traffic.write(message)
        return {"id": message.id, "channel": channel, "wa_id": person.wa_id}

    def _has_phone(self, channel: str) -> bool:
        """Whether somebody of the shop can write by hand."""
        return api_of(channel) == "waha" or self.world.number_of(channel).coexistence

    def channel(self, name: str | None) -> str:
        """The channel by its full name or by the bare session name or number id."""
        known = self.world.channels()
        if name is None:
            if len(known) != 1:
                raise Invalid(f"Say which channel: one of {', '.join(known) or 'none yet'}.")
            return known[0]
        for channel in known:
            if name in {channel, channel.partition(":")[2]}:
                return channel
        raise NotFound(f"There is no channel {name}.")

    def _named(self, wa_id: str, name: str | None) -> Person:
        person = self.world.person(wa_id)
        return self.world.save_person(replace(person, name=name)) if name and name != person.name else person

    def composed(self, channel: str, person: Person, letter: Letter) -> Message:
        """The letter as a message with an id of its own, not written yet."""
        media = self._file(person, letter) if letter.type in FILE_TYPES else None
        place = letter.location
        if letter.type == "location" and place is None:
            place = SOMEWHERE
        ids = self.world.identities
        return Message(
            id=ids.waha_message() if api_of(channel) == "waha" else ids.wamid(person.wa_id),
            channel=channel,
            wa_id=letter.group_id or person.wa_id,
            participant=person.wa_id if letter.group_id and not letter.from_shop else "",
            forwarded=letter.forwarded,
            from_us=letter.from_shop,
            type=letter.type,
            at=letter.at if letter.at is not None else self.world.now(),
            body=letter.body,
            media_id=media.id if media else None,
            location=place if letter.type == "location" else None,
            contacts=letter.contacts,
            quoted_id=letter.quoted_id,
            status="sent" if letter.from_shop else "delivered",
            source="app",
            content=letter.content,
        )

    def _file(self, person: Person, letter: Letter) -> Media:
        if letter.media_id is not None:
            if letter.media_id not in self.world.media:
                raise NotFound(f"There is no file {letter.media_id}.")
            return self.world.offer_media(letter.media_id)
        if letter.data is None:
            data, mime_type, filename = made_up(person, letter)
            return self.world.keep_media(data, mime_type, filename=letter.filename or filename)
        try:
            given = base64.b64decode(letter.data, validate=True)
        except ValueError as error:
            raise Invalid("data must be base64.") from error
        mime_type = letter.mime_type or "application/octet-stream"
        return self.world.keep_media(given, mime_type, filename=letter.filename)

    def _react(self, channel: str, person: Person, letter: Letter) -> Json:
        target = self.message(channel, letter.target_id or letter.quoted_id or "")
        ids = self.world.identities
        reaction = Reaction(
            id=ids.waha_message() if api_of(channel) == "waha" else ids.wamid(target.wa_id),
            target=target,
            emoji=letter.emoji,
            from_us=False,
            at=self.world.now(),
            participant=person.wa_id if is_group(target.wa_id) else "",
        )
        self.traffic.react_as_customer(reaction)
        return {"id": reaction.id, "channel": channel, "wa_id": target.wa_id}

    def message(self, channel: str, message_id: str) -> Message:
        message = self.world.message(channel, message_id)
        if message is None:
            raise NotFound(f"There is no message {message_id} in {channel}.")
        return message

    def read(self, wa_id: str, channel: str | None) -> int:
        """Open the chat: how many messages of the shop turned to read."""
        return len(self.traffic.read_all(self.channel(channel), self.world.person(wa_id).wa_id))

    def show_presence(self, wa_id: str, channel: str | None, presence: Presence) -> None:
        self.traffic.show_presence(self.channel(channel), self.world.person(wa_id), presence)


def is_untied(letter: Letter) -> bool:
    """Whether it answers buttons or rows without saying whose."""
    kind = letter.content.get("interactive", {}).get("type")
    return kind in {"button_reply", "list_reply"} and letter.quoted_id is None


def made_up(person: Person, letter: Letter) -> tuple[bytes, str, str | None]:
    """A file of the letter's type: bytes, type and name."""
    match letter.type:
        case "voice" | "audio":
            return voice_note(letter.seconds), "audio/ogg; codecs=opus", None
        case "sticker":
            return artefacts.sticker(), "image/webp", None
        case "document":
            title = letter.filename or "planta-sala.pdf"
            return (
                artefacts.document(title, letter.lines or [person.name, letter.body]),
                "application/pdf",
                title,
            )
        case "image":
            own_hue = int(hashlib.sha256(person.wa_id.encode()).hexdigest()[:4], 16) / 65536
            hue = own_hue if letter.hue is None else letter.hue
            return photo(letter.picture, hue=hue), "image/png", None
        case _:
            raise Invalid(f"A {letter.type} needs its file in data.")
