"""Edits, deletions, reactions and votes: on the right message, and on no other."""

from typing import Any

import pytest

from parley.access.tests.factories import Cast
from parley.channels.gateways.neutral import (
    InboundMessage,
    MessageChange,
    MessageEdit,
    MessageRevoke,
    PollVote,
    ReactionChange,
)
from parley.core.models import Event
from parley.engines.tests.applying import MARINA, OTHER, apply, at, message, said
from parley.engines.tests.running import Connected, connect_channel, in_workspace
from parley.messaging.models import (
    Conversation,
    EarlyChange,
    Message,
    MessageRevision,
    Reaction,
)
from parley.messaging.models import PollVote as Vote


@pytest.fixture
def session(cast: Cast) -> Connected:
    return connect_channel(cast.alice.workspace.id, "waha")


def edit(id: str, body: str, *, seconds: float, by: Any = MARINA, from_us: bool = False) -> MessageEdit:  # noqa: A002
    return MessageEdit(target_id=id, at=at(seconds), counterpart=by, body=body, from_us=from_us)


def announced(session: Connected) -> list[str]:
    return list(
        in_workspace(
            session.workspace_id, lambda: list(Event.objects.order_by("seq").values_list("type", flat=True))
        )
    )


def test_an_edit_changes_the_text_keeps_the_old_one_and_shows_in_the_list(session: Connected) -> None:
    apply(session, said("a", body="Quero dois"))
    assert apply(session, edit("a", "Quero três", seconds=9)) == [("applied", "")]
    found = message(session, "a")
    assert (found.body, found.edited_at) == ("Quero três", at(9))
    revision = in_workspace(session.workspace_id, MessageRevision.objects.get)
    assert (revision.kind, revision.body_before) == ("edit", "Quero dois")
    assert in_workspace(session.workspace_id, Conversation.objects.get).last_message == "Quero três"
    assert announced(session)[-1] == "message.edited"


def test_an_edit_of_an_earlier_message_leaves_the_list_alone(session: Connected) -> None:
    apply(session, said("a", body="um"), said("b", 5, body="dois"), edit("a", "uno", seconds=9))
    assert in_workspace(session.workspace_id, Conversation.objects.get).last_message == "dois"


def test_a_deletion_empties_the_text_and_keeps_it_as_a_revision(session: Connected) -> None:
    apply(session, said("a", body="segredo"))
    apply(session, MessageRevoke(target_id="a", at=at(3), counterpart=MARINA))
    found = message(session, "a")
    assert (found.body, found.revoked_at) == ("", at(3))
    revision = in_workspace(session.workspace_id, MessageRevision.objects.get)
    assert (revision.kind, revision.body_before) == ("delete", "segredo")
    assert in_workspace(session.workspace_id, Conversation.objects.get).last_message == ""
    assert announced(session)[-1] == "message.revoked"


def test_the_same_change_again_announces_nothing(session: Connected) -> None:
    apply(session, said("a"), edit("a", "Olá", seconds=1))
    before = announced(session)
    apply(session, edit("a", "Olá", seconds=1))
    assert announced(session) == before


@pytest.mark.parametrize(
    "change",
    [
        MessageEdit(target_id="a", at=at(5), counterpart=OTHER, body="hacked"),
        MessageRevoke(target_id="a", at=at(5), counterpart=OTHER),
        ReactionChange(target_id="a", at=at(5), counterpart=OTHER, emoji="💩"),
        PollVote(target_id="a", at=at(5), counterpart=OTHER, options=("x",)),
        MessageEdit(target_id="a", at=at(5), counterpart=MARINA, body="hacked", from_us=True),
    ],
    ids=["edit", "deletion", "reaction", "vote", "the other side's"],
)
def test_nobody_reaches_into_another_chat(session: Connected, change: MessageChange) -> None:
    apply(session, said("a", body="meu"), said("b", by=OTHER))
    [(state, reason)] = apply(session, change)
    assert (state, reason[:14]) == ("parked", "It is about a ")
    assert message(session, "a").body == "meu"
    counts = [m.objects.count for m in (MessageRevision, Reaction, Vote)]
    assert [in_workspace(session.workspace_id, count) for count in counts] == [0, 0, 0]


def test_an_id_of_another_chat_is_no_repeat_and_is_seen(session: Connected) -> None:
    apply(session, said("same", body="de Marina"))
    [(state, reason)] = apply(session, said("same", 1, by=OTHER, body="de Rafael"))
    assert (state, reason) == ("parked", "Its id is that of a message in another chat.")
    first, second = said("twin", 2), said("twin", 3, by=OTHER)
    assert [state for state, _ in apply(session, first, second)] == ["applied", "parked"]
    assert apply(session, said("same", body="de Marina")) == [("applied", "")]
    assert in_workspace(session.workspace_id, Message.objects.count) == 2


def test_what_overtakes_its_message_waits_for_it(session: Connected) -> None:
    apply(session, edit("a", "depois", seconds=2))
    assert in_workspace(session.workspace_id, EarlyChange.objects.count) == 1
    apply(session, said("a", body="antes"))
    assert message(session, "a").body == "depois"
    assert in_workspace(session.workspace_id, EarlyChange.objects.count) == 0


def test_ten_thousand_reactions_are_one(session: Connected) -> None:
    flood = [
        ReactionChange(target_id="a", at=at(n), counterpart=MARINA, emoji="👍👎"[n % 2])
        for n in range(10_000)
    ]
    apply(session, *flood[:5_000])
    apply(session, said("a"))
    apply(session, *flood[5_000:])
    found = in_workspace(session.workspace_id, Reaction.objects.get)
    assert (found.emoji, found.at) == ("👎", at(9_999))


def test_a_megabyte_of_text_is_a_message(session: Connected) -> None:
    apply(session, said("a", body="x" * 1_048_576))
    assert len(message(session, "a").body) == 1_048_576
    assert len(in_workspace(session.workspace_id, Conversation.objects.get).last_message) == 200


def test_groups_keep_their_own_messages(session: Connected) -> None:
    from parley.messaging.models import ChatGroup, GroupMessage

    def in_group(id: str, body: str, **rest: Any) -> InboundMessage:  # noqa: A002
        return said(id, body=body, group_id="120363@g.us", **rest)

    early = MessageEdit(target_id="g", at=at(4), counterpart=MARINA, body="editado", group_id="120363@g.us")
    apply(session, early)
    apply(
        session,
        said("a"),
        in_group("g", "oi grupo"),
        in_group("g", "oi grupo"),
        in_group("h", "quem?", by=OTHER),
    )
    apply(session, MessageRevoke(target_id="h", at=at(5), counterpart=OTHER, group_id="120363@g.us"))
    rows = in_workspace(
        session.workspace_id,
        lambda: list(
            GroupMessage.objects.order_by("id").values_list("body", "contact__profile_name", "author_name")
        ),
    )
    assert rows == [("editado", None, "Marina Souza"), ("", None, "Rafael Lima")]
    assert in_workspace(session.workspace_id, ChatGroup.objects.count) == 1
    assert in_workspace(session.workspace_id, Conversation.objects.get).unread_count == 1
    apply(session, in_group("i", "de novo"))
    known = in_workspace(session.workspace_id, lambda: GroupMessage.objects.get(provider_message_id="i"))
    assert known.contact_id == message(session, "a").contact_id
