"""Groups of WAHA in neutral words: their messages as context, and what happens to them."""

from typing import Any

import pytest

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import (
    Address,
    GroupChange,
    InboundMessage,
    Kept,
    MessageEdit,
    MessageRevoke,
    NeutralEvent,
    PersonKnown,
)
from parley.channels.gateways.tests.test_translate_waha import AT, CHAT, SECONDS, hook, only, proto

GROUP = "120363000000000001@g.us"
ME = {"id": "551930001000@c.us", "pushName": "Casa Lume", "lid": "77008800@lid"}


def all_of(event: str, payload: dict[str, Any]) -> list[NeutralEvent]:
    return gateway_for("waha").translate(hook(event, payload, me=ME).payload)


@pytest.mark.parametrize(
    "fields",
    [
        {"id": f"false_{GROUP}_3A_{CHAT}"},
        {"id": f"false_{GROUP}_3A", "participant": CHAT},
        {"id": f"false_{GROUP}_3A", "author": CHAT},
        {"id": f"false_{GROUP}_3A", "_data": {"key": {"participant": "5519987654321:4@s.whatsapp.net"}}},
        {"id": f"false_{GROUP}_3A", "_data": {"Info": {"Sender": "5519987654321:4@s.whatsapp.net"}}},
        {"id": f"false_{GROUP}_3A", "_data": {"author": {"_serialized": CHAT}}},
        {"id": f"false_{GROUP}_3A", "_data": {"id": {"participant": {"_serialized": CHAT}}}},
    ],
)
def test_message_in_a_group(fields: dict[str, Any]) -> None:
    found = only(
        "message", {"from": GROUP, "fromMe": False, "body": "Bom dia", "timestamp": SECONDS} | fields
    )
    assert isinstance(found, InboundMessage)
    assert (found.group_id, found.from_us, found.body) == (GROUP, False, "Bom dia")
    assert found.counterpart == Address(wa_id="5519987654321")


def test_both_ids_of_a_member() -> None:
    key = {"participant": "88001122@lid", "participantAlt": "5519987654321@s.whatsapp.net"}
    data = proto(conversation="Oi") | {"key": key}
    found = only("message", {"id": f"false_{GROUP}_3A_88001122@lid", "body": "Oi", "_data": data})
    assert isinstance(found, InboundMessage)
    assert found.counterpart == Address(wa_id="5519987654321", lid="88001122", name="Beatriz Lima")


def test_our_own_message_in_a_group() -> None:
    ours = Address(wa_id="551930001000", lid="77008800")
    # NOWEB writes `fromMe: false` for what was written on the number's own phone.
    for payload in (
        {"id": f"true_{GROUP}_3EB0", "fromMe": True, "body": "Oi"},
        {"id": f"false_{GROUP}_55D2_77008800@lid", "fromMe": False, "body": "Oi"},
    ):
        (found,) = all_of("message.any", payload)
        assert isinstance(found, InboundMessage)
        assert (found.from_us, found.counterpart, found.group_id) == (True, ours, GROUP)
    unknown = {"id": f"true_{GROUP}_3EB0", "fromMe": True, "body": "Oi"}
    assert isinstance(only("message.any", unknown, me=None), Kept)


def test_changes_of_messages_in_a_group() -> None:
    edit = only("message.edited", {"id": f"false_{GROUP}_3B_{CHAT}", "editedMessageId": "3A", "body": "Olá"})
    assert isinstance(edit, MessageEdit)
    after = {"id": f"false_{GROUP}_3B_{CHAT}"}
    revoke = only("message.revoked", {"revokedMessageId": "3A", "after": after, "before": None})
    assert isinstance(revoke, MessageRevoke)
    assert edit.group_id == revoke.group_id == GROUP
    reaction = {
        "id": f"false_{GROUP}_3C_{CHAT}",
        "reaction": {"messageId": f"false_{GROUP}_3A", "text": "👍"},
    }
    assert isinstance(only("message.reaction", reaction), Kept)


def test_joined_and_left() -> None:
    group = {
        "id": GROUP, "subject": "Clientes", "description": "Avisos", "membersCanSendMessages": True,
        "invite": "https://chat.whatsapp.com/abc", "participants": [
            {"id": CHAT, "role": "participant"},
            {"id": "88001122@lid", "pn": "5511900000000@c.us", "role": "admin"},
            {"id": ME["lid"], "pn": ME["id"], "role": "participant"},
        ],
    }  # fmt: skip
    change, person = all_of("group.v2.join", {"group": group, "timestamp": SECONDS})
    assert change == GroupChange(
        group_id=GROUP,
        at=AT,
        name="Clientes",
        description="Avisos",
        participant_count=3,
        is_member=True,
        extra={"invite": "https://chat.whatsapp.com/abc", "membersCanSendMessages": True},
    )
    assert person == PersonKnown(address=Address(wa_id="5511900000000", lid="88001122"), at=AT)
    (left,) = all_of("group.v2.leave", {"group": {"id": GROUP}, "timestamp": SECONDS})
    assert left == GroupChange(group_id=GROUP, at=AT, is_member=False)
    (renamed,) = all_of("group.v2.update", {"group": {"id": GROUP, "subject": "VIP"}, "timestamp": SECONDS})
    assert renamed == GroupChange(group_id=GROUP, at=AT, name="VIP")


@pytest.mark.parametrize(
    ("kind", "who", "is_member"),
    [
        ("join", CHAT, None),
        ("leave", CHAT, None),
        ("join", "77008800@lid", True),
        ("leave", "551930001000@c.us", False),
        ("promote", "77008800@lid", None),
    ],
)
def test_participants(kind: str, who: str, is_member: bool | None) -> None:  # noqa: FBT001
    people = [{"id": who, "role": "participant"}]
    told = {"type": kind, "timestamp": SECONDS, "group": {"id": GROUP}, "participants": people}
    (found,) = all_of("group.v2.participants", told)
    assert isinstance(found, GroupChange)
    assert (found.is_member, found.participant_count) == (is_member, None)
    assert found.extra == {"change": kind, "people": [{"id": who.partition("@")[0]}]}


def test_old_forms() -> None:
    metadata = {"id": GROUP, "subject": "Clientes", "participants": [{"id": CHAT}]}
    (joined,) = all_of("group.join", metadata)
    assert isinstance(joined, GroupChange)
    assert (joined.name, joined.is_member, joined.participant_count) == ("Clientes", True, 1)
    notice = {"id": {"remote": GROUP}, "chatId": GROUP, "type": "add", "recipientIds": [CHAT]}
    (somebody,) = all_of("group.join", notice)
    (ourselves,) = all_of("group.leave", notice | {"recipientIds": ["551930001000@c.us"]})
    assert isinstance(somebody, GroupChange)
    assert isinstance(ourselves, GroupChange)
    assert (somebody.is_member, ourselves.is_member) == (None, False)
