"""What is told of the number itself, its account, its templates and its groups."""

from datetime import timedelta

import pytest

from parley.access.tests.factories import Cast
from parley.channels.gateways.neutral import (
    Call,
    CallPhase,
    ChannelState,
    GroupChange,
    NumberFacts,
    NumberNotice,
    StatusChange,
    TemplateChange,
)
from parley.channels.models import Channel, ChannelEvent
from parley.channels.services.state import record_state
from parley.core.clock import now
from parley.core.models import Event
from parley.engines.tests.applying import MARINA, apply, at, message, said
from parley.engines.tests.running import Connected, connect_channel, in_workspace
from parley.messaging.models import ChatGroup, Conversation, Message


@pytest.fixture
def number(cast: Cast) -> Connected:
    return connect_channel(cast.alice.workspace.id, "cloud_api")


def history(number: Connected) -> list[tuple[str, str, str]]:
    rows = ChannelEvent.objects.filter(channel_id=number.id).order_by("at", "id")
    return list(
        in_workspace(number.workspace_id, lambda: list(rows.values_list("kind", "from_state", "to_state")))
    )


def types(number: Connected) -> list[str]:
    rows = Event.objects.order_by("seq").values_list("type", flat=True)
    return list(in_workspace(number.workspace_id, lambda: list(rows)))


def test_the_newest_measure_of_each_kind_counts(number: Connected) -> None:
    apply(number, NumberFacts(at=at(10), quality="YELLOW", messaging_limit="TIER_2K"))
    apply(number, NumberFacts(at=at(5), quality="GREEN", throughput_mps=80, profile={"about": "Lojas"}))
    found = in_workspace(number.workspace_id, lambda: Channel.objects.get(id=number.id))
    assert (found.quality_rating, found.messaging_limit, found.throughput_mps) == ("YELLOW", "TIER_2K", 80)
    assert found.metadata["profile"] == {"about": "Lojas"}
    assert history(number) == [
        ("throughput", "", "80"), ("limit", "", "TIER_2K"), ("quality", "", "YELLOW"),
    ] or sorted(history(number)) == [
        ("limit", "", "TIER_2K"), ("quality", "", "YELLOW"), ("throughput", "", "80"),
    ]  # fmt: skip
    assert types(number) == ["channel.facts_changed", "channel.facts_changed"]


def test_a_failure_that_concerns_the_number_stops_it_with_a_mark(number: Connected) -> None:
    def channel() -> Channel:
        found: Channel = in_workspace(number.workspace_id, lambda: Channel.objects.get(id=number.id))
        return found

    apply(number, said("ours", 1, from_us=True))
    apply(number, StatusChange(provider_message_id="ours", kind="failed", at=at(2), error_code="131042"))
    assert channel().status == "failed"
    assert "refused_at" in channel().metadata
    apply(number, ChannelState(status="working", at=at(3)))
    assert channel().status == "working"
    assert "refused_at" not in channel().metadata


def test_a_clock_that_is_ahead_does_not_outbid_what_we_find_ourselves(number: Connected) -> None:
    ahead = now() + timedelta(hours=1)
    apply(number, ChannelState(status="failed", at=ahead))
    found = in_workspace(number.workspace_id, lambda: Channel.objects.get(id=number.id))
    assert found.status == "failed"
    assert found.status_at <= now()
    in_workspace(
        number.workspace_id,
        lambda: record_state(number.workspace_id, number.id, ChannelState(status="working", at=now())),
    )
    found = in_workspace(number.workspace_id, lambda: Channel.objects.get(id=number.id))
    assert found.status == "working"


def test_the_same_measure_again_says_nothing(number: Connected) -> None:
    apply(number, NumberFacts(at=at(1), quality="GREEN"))
    apply(number, NumberFacts(at=at(2), quality="GREEN"))
    assert types(number) == ["channel.facts_changed"]


def test_a_notice_of_the_account_reaches_each_of_its_numbers_once(cast: Cast, number: Connected) -> None:
    sister = connect_channel(cast.alice.workspace.id, "cloud_api")
    stranger = connect_channel(cast.alice.workspace.id, "cloud_api")
    in_workspace(
        number.workspace_id,
        lambda: Channel.objects.filter(id__in=[number.id, sister.id]).update(waba_id="waba-1"),
    )
    notice = NumberNotice(
        at=at(1), kind="account_restricted", detail="No sending.", severity="critical", about_account=True
    )
    apply(number, notice)
    apply(sister, notice)
    line = ("notice", "critical", "account_restricted")
    assert [history(one) for one in (number, sister, stranger)] == [[line], [line], []]
    assert types(number).count("channel.notice") == 2


def test_a_notice_that_comes_with_every_message_is_noted_once_in_ten_minutes(number: Connected) -> None:
    def told(second: int) -> NumberNotice:
        return NumberNotice(at=at(second), kind="error", detail="Again.", severity="warning")

    apply(number, *(told(second) for second in range(50)))
    apply(number, told(590))
    assert history(number) == [("notice", "warning", "error")]
    assert types(number).count("channel.notice") == 1
    apply(number, told(700))
    assert history(number) == [("notice", "warning", "error")] * 2


def test_templates_and_groups(number: Connected) -> None:
    apply(
        number,
        TemplateChange(at=at(1), external_id="7", name="hello", language="pt_BR", status="PAUSED"),
        GroupChange(group_id="g1", at=at(9), name="Equipe"),
        GroupChange(group_id="g1", at=at(4), name="Velho", participant_count=3),
        GroupChange(group_id="g1", at=at(10), is_member=False),
    )
    group = in_workspace(number.workspace_id, ChatGroup.objects.get)
    assert (group.name, group.participant_count, group.is_member) == ("Equipe", 3, False)
    assert types(number) == ["template.changed", "group.changed"]


@pytest.mark.parametrize("phases", [("ringing", "missed"), ("missed", "ringing"), ("missed", "missed")])
def test_a_missed_call_waits_for_an_answer(number: Connected, phases: tuple[CallPhase, ...]) -> None:
    for second, phase in enumerate(phases):
        apply(number, Call(call_id="7", at=at(second), counterpart=MARINA, phase=phase))
    found = message(number, "call:7")
    assert (found.type, found.direction, found.at) == ("system", "inbound", at(0))
    assert found.content["call"]["phase"] == "missed"
    talk = in_workspace(number.workspace_id, Conversation.objects.get)
    assert (talk.unread_count, talk.waiting_since is not None) == (1, True)
    assert talk.window_expires_at is not None
    assert types(number).count("message.received") == 0


def test_a_call_that_was_taken_asks_for_nothing(number: Connected) -> None:
    ended = Call(call_id="7", at=at(60), counterpart=MARINA, phase="ended", seconds=42, is_video=True)
    apply(number, ended, Call(call_id="7", at=at(0), counterpart=MARINA, phase="ringing"))
    apply(number, Call(call_id="7", at=at(9), counterpart=MARINA, phase="accepted"))
    assert message(number, "call:7").content["call"] == {"phase": "ended", "video": True, "seconds": 42}
    assert in_workspace(number.workspace_id, Conversation.objects.get).unread_count == 0


def test_what_is_recovered_is_marked_and_counts_only_after_our_last_answer(number: Connected) -> None:
    apply(number, said("a", 0), said("ours", 10, from_us=True))
    apply(number, said("old", 5, is_history=True), said("new", 20, is_history=True))
    talk = in_workspace(number.workspace_id, Conversation.objects.get)
    assert (talk.unread_count, talk.waiting_since) == (1, at(20))
    assert [message(number, id_).recovered for id_ in ("a", "old", "new")] == [False, True, True]
    assert types(number).count("message.recovered") == 2
    assert types(number).count("message.received") == 1


def test_the_past_belongs_to_the_conversation_that_was_closed_after_it(number: Connected) -> None:
    apply(number, said("a", 0))
    close = {"status": "closed", "closed_at": at(100), "unread_count": 0, "waiting_since": None}
    in_workspace(number.workspace_id, lambda: Conversation.objects.update(**close))
    apply(number, said("old", 50, is_history=True))
    talk = in_workspace(number.workspace_id, Conversation.objects.get)
    assert (talk.status, talk.unread_count) == ("closed", 0)
    apply(number, said("new", 150, is_history=True))
    assert in_workspace(number.workspace_id, Conversation.objects.count) == 2
    assert in_workspace(number.workspace_id, Message.objects.count) == 3
