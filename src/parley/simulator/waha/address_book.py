"""What a session's phone keeps besides messages: groups, labels, and notes about chats."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from parley.simulator.records import Person, Presence
from parley.simulator.world import World

GroupRole = Literal["participant", "admin", "superadmin", "left"]


class Group(Struct, frozen=True, kw_only=True):
    """A WhatsApp group of one session. `id` ends in @g.us; `members` are wa_ids with their roles."""

    id: str
    channel: str
    subject: str
    description: str = ""
    owner: str = ""
    members: dict[str, GroupRole] = {}
    invite_code: str = ""
    is_member: bool = True
    admins_edit: bool = False
    admins_write: bool = False
    created_at: float = 0


class Label(Struct, frozen=True, kw_only=True):
    """A label of a session's business account. `color` is 0 to 19."""

    id: str
    channel: str
    name: str
    color: int = 0


class ChatMark(Struct, frozen=True, kw_only=True):
    """What a session's phone notes about a chat. `name` is how the shop's address book calls the person."""

    channel: str
    wa_id: str
    archived: bool = False
    unread: bool = False
    blocked: bool = False
    labels: list[str] = []
    name: str = ""
    presence: Presence | None = None


class AddressBook:
    """Groups, labels and notes of all sessions, kept in the world's journal."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.when_forgotten(self._load)
        self._load()

    def _load(self) -> None:
        load = self.world.journal.load
        self.groups = {(group.channel, group.id): group for group in load("group", Group)}
        self.labels = {(label.channel, label.id): label for label in load("label", Label)}
        self.marks = {(mark.channel, mark.wa_id): mark for mark in load("mark", ChatMark)}

    def groups_of(self, channel: str) -> list[Group]:
        """The groups that this session knows, those it has left among them."""
        return [group for group in self.groups.values() if group.channel == channel]

    def save_group(self, group: Group) -> Group:
        """Keep a group. It stands among the people too, so that its messages have a chat."""
        self.world.journal.put("group", f"{group.channel} {group.id}", group)
        self.groups[group.channel, group.id] = group
        known = self.world.people.get(group.id) or self.world.make_person(group.id, name="")
        self.world.save_person(replace(known, name=group.subject))
        return group

    def remove_group(self, group: Group) -> None:
        self.world.journal.remove("group", f"{group.channel} {group.id}")
        self.groups.pop((group.channel, group.id), None)

    def labels_of(self, channel: str) -> list[Label]:
        return [label for label in self.labels.values() if label.channel == channel]

    def save_label(self, label: Label) -> Label:
        self.world.journal.put("label", f"{label.channel} {label.id}", label)
        self.labels[label.channel, label.id] = label
        return label

    def remove_label(self, label: Label) -> None:
        self.world.journal.remove("label", f"{label.channel} {label.id}")
        self.labels.pop((label.channel, label.id), None)

    def mark(self, channel: str, wa_id: str) -> ChatMark:
        """What is noted about a chat; an empty note where nothing is."""
        return self.marks.get((channel, wa_id)) or ChatMark(channel=channel, wa_id=wa_id)

    def save_mark(self, mark: ChatMark) -> ChatMark:
        self.world.journal.put("mark", f"{mark.channel} {mark.wa_id}", mark)
        self.marks[mark.channel, mark.wa_id] = mark
        return mark

    def name_of(self, channel: str, person: Person) -> str:
        """What the shop calls somebody: the name in its address book, or the one they gave themselves."""
        return self.mark(channel, person.wa_id).name or person.name
