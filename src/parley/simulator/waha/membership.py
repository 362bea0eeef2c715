"""What changes in a group, whoever does it: the group is kept anew and the session is told."""

from msgspec.structs import replace

from parley.simulator.records import Session
from parley.simulator.waha.address_book import AddressBook, Group, GroupRole
from parley.simulator.waha.happenings import Happenings, MemberChange
from parley.simulator.world import World

ROLES: dict[MemberChange, GroupRole] = {
    "join": "participant", "leave": "left", "promote": "admin", "demote": "participant",
}  # fmt: skip


class Membership:
    def __init__(self, world: World, book: AddressBook, happenings: Happenings) -> None:
        self.world = world
        self.book = book
        self.happenings = happenings

    def create(
        self, session: Session, *, subject: str, members: list[str], description: str = "", owner: str = ""
    ) -> Group:
        """A new group with the shop in it; of the shop's own unless somebody else owns it."""
        ours, owner = session.phone or "", owner or session.phone or ""
        roles: dict[str, GroupRole] = dict.fromkeys([*members, ours], "participant")
        group = Group(
            id=f"120363{self.world.identities.digits(12)}@g.us",
            channel=session.channel,
            subject=subject,
            description=description,
            owner=owner,
            members={**roles, owner: "superadmin"},
            invite_code=self.world.identities.secret()[:22],
            created_at=self.world.now(),
        )
        self.book.save_group(group)
        self.happenings.group_joined(session, group)
        return group

    def change(self, session: Session, group: Group, change: MemberChange, members: list[str]) -> Group:
        """People join, leave, become admins or cease to be. The shop's own coming and going has its event."""
        role = ROLES[change]
        ours = session.phone or ""
        kept = {wa_id: had for wa_id, had in group.members.items() if wa_id not in members}
        if change != "leave":
            kept |= dict.fromkeys(members, role)
        changed = replace(group, members=kept)
        if ours in members and change in {"join", "leave"}:
            changed = self.book.save_group(replace(changed, is_member=change == "join"))
            if change == "join":
                self.happenings.group_joined(session, changed)
            else:
                self.happenings.group_left(session, changed)
        others = {wa_id: role for wa_id in members if wa_id != ours or change in {"promote", "demote"}}
        self.book.save_group(changed)
        if others:
            self.happenings.members_changed(session, changed, change, others)
        return changed

    def describe(self, session: Session, group: Group, **facts: str | bool) -> Group:
        """New `subject`, `description`, `admins_edit` or `admins_write`."""
        changed = self.book.save_group(replace(group, **facts))
        named = {"admins_edit": "membersCanAddNewMember", "admins_write": "membersCanSendMessages"}
        told = {
            named.get(name, name): not value if isinstance(value, bool) else value
            for name, value in facts.items()
        }
        self.happenings.group_updated(session, changed, told)
        return changed
