"""What happens to groups: shown beside their messages, which Parley only reads."""

from collections.abc import Mapping
from typing import Any, Final

from parley.channels.gateways.neutral import Address, GroupChange, Kept, NeutralEvent, PersonKnown
from parley.channels.gateways.untrusted import first_word, items, moment_or_now, section, short, word
from parley.channels.gateways.waha.ids import address_in, chat_kind, chat_named, lid_in, wa_id_in
from parley.channels.gateways.waha.parties import ourselves

_PEOPLE: Final = 256
"""Members of a group that one event may introduce."""
_SETTINGS: Final = (
    "invite",
    "membersCanAddNewMember",
    "membersCanSendMessages",
    "newMembersApprovalRequired",
)


def read_joined(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> list[NeutralEvent]:
    """The number is in a group now."""
    return _group(envelope, payload, is_member=True)


def read_left(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> list[NeutralEvent]:
    """The number is no longer in a group."""
    return _group(envelope, payload, is_member=False)


def read_update(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> list[NeutralEvent]:
    """The group got another name, text or rule."""
    return _group(envelope, payload, is_member=None)


def read_participants(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> list[NeutralEvent]:
    """People came, went, or became its admins; we may be among them."""
    people = items(payload.get("participants"))
    ours = ourselves(envelope)
    is_ours = any(
        (wa_id_in(one.get(name)) or lid_in(one.get(name))) in ours for one in people for name in _IDS
    )
    change = word(payload.get("type"))
    is_member = {"join": True, "leave": False}.get(change or "") if is_ours else None
    found = _group(envelope, payload, is_member=is_member)
    if change is None or not isinstance(found[0], GroupChange):
        return found
    who = [{"id": one.wa_id or one.lid} for person in people[:_PEOPLE] if (one := _person(person))]
    group = found[0]
    changed = GroupChange(
        group_id=group.group_id,
        at=group.at,
        is_member=group.is_member,
        extra={"change": change[:40], "people": who},
    )
    return [changed, *found[1:]]


def read_old_form(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> list[NeutralEvent]:
    """`group.join` and `group.leave` of older versions: the engine's own object.

    WEBJS tells of anybody's coming and going there, with the people in `recipientIds`.
    """
    is_joining = envelope.get("event") == "group.join"
    people, ours = payload.get("recipientIds"), ourselves(envelope)
    if isinstance(people, list):
        ids = [chat_named(one) for one in people]
        is_member = is_joining if any((wa_id_in(one) or lid_in(one)) in ours for one in ids) else None
    else:
        is_member = is_joining
    return _group(envelope, payload, is_member=is_member)


_IDS: Final = ("id", "pn", "phoneNumber", "lid")


def _group(
    envelope: Mapping[str, Any], payload: Mapping[str, Any], *, is_member: bool | None
) -> list[NeutralEvent]:
    group = section(payload, "group") or payload
    told = (group.get("id"), section(group, "id").get("remote"), group.get("chatId"), group.get("JID"))
    chat = next((one for one in map(chat_named, told) if one and chat_kind(one) == "group"), None)
    if chat is None:
        return [Kept(reason="a change to a group that it does not name")]
    at = moment_or_now(payload.get("timestamp"), envelope.get("timestamp"))
    listed = group.get("participants")
    people = items(listed) or items(payload.get("participants"))
    change = GroupChange(
        group_id=short(chat),
        at=at,
        name=first_word(group.get("subject"), group.get("name"), group.get("Name")),
        description=word(group.get("description")),
        participant_count=len(listed) if isinstance(listed, list) and listed else None,
        is_member=is_member,
        extra={name: group[name] for name in _SETTINGS if isinstance(group.get(name), str | bool)},
    )
    ours = ourselves(envelope)
    known = [one for person in people[:_PEOPLE] if (one := _person(person)) and one.wa_id and one.lid]
    both = [one for one in known if ours.isdisjoint((one.wa_id, one.lid))]
    return [change, *(PersonKnown(address=one, at=at) for one in both)]


def _person(person: Mapping[str, Any]) -> Address | None:
    return address_in(*(person.get(name) for name in _IDS))
