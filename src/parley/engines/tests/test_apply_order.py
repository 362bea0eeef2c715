"""Whatever the order, the batches and the repeats: one story has one end."""

from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from parley.access.tests.factories import make_workspace
from parley.channels.gateways.neutral import (
    Call,
    MessageEdit,
    MessageRevoke,
    NeutralEvent,
    PollVote,
    ReactionChange,
    StatusChange,
)
from parley.core.ids import new_id
from parley.engines.tests.applying import MARINA, apply_batches, at, message, said
from parley.engines.tests.running import Connected, connect_channel, in_workspace
from parley.messaging.models import (
    Conversation,
    EarlyChange,
    Message,
    MessageRevision,
    MessageStatusEvent,
    Reaction,
)
from parley.messaging.models import (
    PollVote as Vote,
)

THEIRS, OURS = "theirs", "ours"


def story(mark: str, *, is_revoked: bool) -> list[NeutralEvent]:
    """What happens to a message of theirs, to one of ours and to a call. Ids are this example's own."""
    theirs, ours = f"{mark}-{THEIRS}", f"{mark}-{OURS}"
    statuses = [("sent", 11), ("delivered", 12), ("read", 13), ("failed", 14)]
    events: list[NeutralEvent] = [
        said(theirs, 0, body="Quanto custa?"),
        MessageEdit(target_id=theirs, at=at(1), counterpart=MARINA, body="Quanto custa o azul?"),
        MessageEdit(target_id=theirs, at=at(2), counterpart=MARINA, body="Quanto custa o verde?"),
        ReactionChange(target_id=theirs, at=at(3), counterpart=MARINA, emoji="👍"),
        ReactionChange(target_id=theirs, at=at(4), counterpart=MARINA, emoji="", from_us=True),
        ReactionChange(target_id=theirs, at=at(5), counterpart=MARINA, emoji="❤"),
        said(ours, 10, body="Dez", from_us=True, type="poll"),
        PollVote(target_id=ours, at=at(20), counterpart=MARINA, options=("azul",)),
        PollVote(target_id=ours, at=at(21), counterpart=MARINA, options=("verde", "azul")),
        *(StatusChange(provider_message_id=ours, kind=kind, at=at(s)) for kind, s in statuses),  # type: ignore[arg-type]
        Call(call_id=f"{mark}-7", at=at(30), counterpart=MARINA, phase="ringing"),
        Call(call_id=f"{mark}-7", at=at(40), counterpart=MARINA, phase="missed"),
    ]
    if is_revoked:
        events.append(MessageRevoke(target_id=theirs, at=at(1.5), counterpart=MARINA))
    return events


def ending(channel: Connected) -> dict[str, Any]:
    """Everything that the story left behind, without ids of rows."""

    def read() -> dict[str, Any]:
        talk = Conversation.objects.get()
        return {
            "messages": [
                [m.direction, m.type, m.body, m.content, m.status, m.at, m.sent_at, m.delivered_at, m.read_at,
                 m.failed_at, m.edited_at, m.revoked_at]
                for m in Message.objects.order_by("at")
            ],
            "revisions": list(
                MessageRevision.objects.order_by("at").values_list("kind", "body_before", "at")
            ),
            "reactions": list(Reaction.objects.order_by("from_us").values_list("from_us", "emoji", "at")),
            "votes": list(Vote.objects.values_list("from_us", "options", "at")),
            "statuses": list(
                MessageStatusEvent.objects.filter(message__isnull=False)
                .order_by("at")
                .values_list("status", "at")
            ),
            "early": EarlyChange.objects.count(),
            "list": [talk.last_message, talk.last_message_type, talk.last_message_at, talk.last_inbound_at],
        }  # fmt: skip

    found: dict[str, Any] = in_workspace(channel.workspace_id, read)
    return found


@given(data=st.data(), is_revoked=st.booleans())
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # each try is dozens of transactions: none is spent on shrinking
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_story_told_in_any_order_has_one_end(database: str, data: st.DataObject, is_revoked: bool) -> None:  # noqa: FBT001
    workspaces = [make_workspace(), make_workspace()]
    straight, shuffled = (connect_channel(workspace.id, "waha") for workspace in workspaces)
    mark = new_id().hex[:6]
    told = story(mark, is_revoked=is_revoked)
    apply_batches(straight, [[event] for event in told])

    again = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told), max_size=6))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(again)), max_size=6)))
    edges = [0, *cuts, len(again)]
    apply_batches(shuffled, [again[a:b] for a, b in pairwise(edges) if a < b])

    expected = ending(straight)
    assert ending(shuffled) == expected
    assert expected["early"] == 0
    assert len(expected["revisions"]) == 2 + is_revoked
    body = "" if is_revoked else "Quanto custa o verde?"
    assert message(shuffled, f"{mark}-{THEIRS}").body == body
