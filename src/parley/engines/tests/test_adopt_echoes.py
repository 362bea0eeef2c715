"""An echo under an id that nobody knows: the answer to a send, or something written on the phone."""

from datetime import timedelta
from uuid import UUID

import pytest

from parley.access.tests.factories import Cast
from parley.channels.gateways.neutral import InboundMessage
from parley.core.clock import now
from parley.core.ids import new_id
from parley.engines.tests.applying import apply, message, said
from parley.engines.tests.running import Connected, connect_channel, in_workspace
from parley.messaging.models import Conversation, Message


@pytest.fixture
def session(cast: Cast) -> Connected:
    found = connect_channel(cast.alice.workspace.id, "waha")
    apply(found, said("first"))
    return found


def doubtful(session: Connected) -> UUID:
    """A reply of ours of which nobody knows whether it left."""
    id_ = new_id()

    def add() -> None:
        talk = Conversation.objects.get()
        Message.objects.create(
            workspace_id=session.workspace_id, id=id_, conversation=talk, channel_id=session.id,
            contact_id=talk.contact_id, direction="outbound", type="text", body="Ok", status="uncertain",
            client_ref=str(id_), at=now(),
        )  # fmt: skip

    in_workspace(session.workspace_id, add)
    return id_


def echo(id_: str, *, minutes: float) -> InboundMessage:
    said_then = said(id_, body="Ok", from_us=True)
    return InboundMessage(
        provider_message_id=id_, at=now() + timedelta(minutes=minutes), counterpart=said_then.counterpart,
        type="text", body="Ok", from_us=True,
    )  # fmt: skip


def replies(session: Connected) -> list[tuple[str | None, str]]:
    return list(
        in_workspace(
            session.workspace_id,
            lambda: list(
                Message.objects.filter(direction="outbound")
                .order_by("id")
                .values_list("provider_message_id", "status")
            ),
        )
    )


def test_each_of_two_equal_replies_gets_its_own(session: Connected) -> None:
    doubtful(session)
    doubtful(session)
    apply(session, echo("x", minutes=0), echo("y", minutes=0.01))
    assert replies(session) == [("x", "accepted"), ("y", "accepted")]


def test_what_was_written_on_the_phone_before_is_no_answer(session: Connected) -> None:
    ours = doubtful(session)
    apply(session, echo("x", minutes=-10))
    assert sorted(replies(session), key=str) == [("x", "accepted"), (None, "uncertain")]
    assert message(session, "x").id != ours
