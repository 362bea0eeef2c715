"""What else happens around a session: calls, votes, groups, labels, archived chats, messages that wait."""

from collections.abc import Mapping
from typing import Literal

from msgspec.structs import replace

from parley.simulator.records import Json, Message, Person, Session
from parley.simulator.waha.address_book import Group, GroupRole, Label
from parley.simulator.waha.events import WahaEvents, is_ignored
from parley.simulator.waha.names import (
    chat_id,
    full_id,
    is_group,
    me_chat,
    participant_of,
    phone_chat,
    somebody,
)
from parley.simulator.world import World

CallPhase = Literal["received", "accepted", "rejected"]
MemberChange = Literal["join", "leave", "promote", "demote"]
LABEL_COLORS = (
    "#ff9485", "#64c4ff", "#ffd429", "#dfaef0", "#99b6c1", "#55ccb3", "#ff9dff", "#d3a91d", "#6d7cce",
    "#d7e752", "#00d0e2", "#ffc5c7", "#93ceac", "#f74848", "#00a0f2", "#83e422", "#ffaf04", "#b5ebff",
    "#9ba6ff", "#9368cf",
)  # fmt: skip


class Happenings:
    def __init__(self, world: World, events: WahaEvents) -> None:
        self.world = world
        self.events = events
        self.webhooks = events.webhooks

    def call(
        self, session: Session, person: Person, phase: CallPhase, *, call_id: str, is_video: bool = False
    ) -> Json:
        """A phase of a call from this person."""
        payload = {
            "id": call_id,
            "from": chat_id(session, person),
            "timestamp": int(self.world.now()),
            "isVideo": is_video,
            "isGroup": is_group(person.wa_id),
            "_data": {},
        }
        self.webhooks.emit(session, f"call.{phase}", payload)
        return payload

    def vote(self, session: Session, poll: Message, voter: Person | None, options: list[str]) -> Message:
        """A person, or the shop where `voter` is None, chooses all of these in a poll; none takes it back."""
        who = voter.wa_id if voter else "shop"
        poll = self.world.save_message(replace(poll, votes={**poll.votes, who: options}))
        if not is_ignored(session, poll.wa_id):
            self.webhooks.emit(session, "poll.vote", self.vote_payload(session, poll, voter, options))
        return poll

    def vote_payload(self, session: Session, poll: Message, voter: Person | None, options: list[str]) -> Json:
        vote = Message(
            id=self.world.identities.waha_message(),
            channel=session.channel,
            wa_id=poll.wa_id,
            from_us=voter is None,
            type="text",
            at=self.world.now(),
            participant=voter.wa_id if voter and is_group(poll.wa_id) else "",
        )
        chosen = {"selectedOptions": options, "timestamp": int(vote.at)}
        return {
            "vote": {**self._destination(session, vote), **chosen},
            "poll": self._destination(session, poll),
            "_data": {},
        }

    def _destination(self, session: Session, message: Message) -> Json:
        chat, me = chat_id(session, self.world.person(message.wa_id)), me_chat(session)
        named = {
            "id": full_id(self.world, session, message),
            "to": chat if message.from_us or is_group(message.wa_id) else me,
            "from": me if message.from_us else chat,
            "fromMe": message.from_us,
        }
        participant = participant_of(self.world, session, message)
        return {**named, "participant": participant} if participant else named

    def waiting(self, message: Message) -> Json:
        """A message whose content is not there yet."""
        session = self.events.session_of(message.channel)
        empty = replace(message, body="", media_id=None, type="text")
        payload = {**self.events.shown(session, empty), "body": None}
        self.webhooks.emit(session, "message.waiting", payload)
        return payload

    # Groups

    def group_joined(self, session: Session, group: Group) -> None:
        payload = {"timestamp": int(self.world.now()), "group": group_info(session, group, self.world)}
        self.webhooks.emit(session, "group.v2.join", {**payload, "_data": {}})

    def group_left(self, session: Session, group: Group) -> None:
        payload = {"timestamp": int(self.world.now()), "group": {"id": group.id}, "_data": {}}
        self.webhooks.emit(session, "group.v2.leave", payload)

    def group_updated(self, session: Session, group: Group, changes: Mapping[str, object]) -> None:
        """`changes` are the fields that are new, in WAHA's words."""
        payload = {"timestamp": int(self.world.now()), "group": {"id": group.id, **changes}, "_data": {}}
        self.webhooks.emit(session, "group.v2.update", payload)

    def members_changed(
        self, session: Session, group: Group, change: MemberChange, members: Mapping[str, GroupRole]
    ) -> None:
        payload = {
            "type": change,
            "timestamp": int(self.world.now()),
            "group": {"id": group.id},
            "participants": participants(session, members, self.world),
            "_data": {},
        }
        self.webhooks.emit(session, "group.v2.participants", payload)

    # Labels and lists

    def label_saved(self, session: Session, label: Label) -> None:
        self.webhooks.emit(session, "label.upsert", label_shape(label))

    def label_deleted(self, session: Session, label: Label) -> None:
        self.webhooks.emit(session, "label.deleted", {**label_shape(label), "name": ""})

    def chat_labelled(self, session: Session, person: Person, label_id: str, *, added: bool) -> None:
        event = "label.chat.added" if added else "label.chat.deleted"
        payload = {"labelId": label_id, "chatId": chat_id(session, person), "label": None}
        self.webhooks.emit(session, event, payload)

    def archived(self, session: Session, person: Person, *, archived: bool) -> None:
        payload = {
            "id": chat_id(session, person),
            "timestamp": int(self.world.now()),
            "archived": archived,
        }
        self.webhooks.emit(session, "chat.archive", payload)


def label_shape(label: Label) -> Json:
    color = LABEL_COLORS[label.color % len(LABEL_COLORS)]
    return {"id": label.id, "name": label.name, "color": label.color, "colorHex": color}


def participants(session: Session, members: Mapping[str, GroupRole], world: World) -> list[Json]:
    """Members with their roles: the hidden id first where the session has it, always with the number."""
    return [
        {"id": chat_id(session, somebody(world, wa_id)), "pn": phone_chat(wa_id), "role": role}
        for wa_id, role in members.items()
    ]


def group_info(session: Session, group: Group, world: World) -> Json:
    """A `GroupInfo`, as group events carry it."""
    return {
        "id": group.id,
        "subject": group.subject,
        "description": group.description,
        "invite": f"https://chat.whatsapp.com/{group.invite_code}",
        "membersCanAddNewMember": not group.admins_edit,
        "membersCanSendMessages": not group.admins_write,
        "newMembersApprovalRequired": False,
        "participants": participants(session, group.members, world),
    }
