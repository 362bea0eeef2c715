"""Two contacts that are one person: put together where nobody loses anything, else left to people."""

from uuid import UUID

import psycopg
import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from parley.access.tests.factories import Cast
from parley.channels.gateways.neutral import (
    Address,
    MessageEdit,
    MessageRevoke,
    PersonKnown,
    ReactionChange,
    StatusChange,
)
from parley.contacts.models import Contact, ContactIdentity
from parley.core.database_urls import engine_url
from parley.core.environment import environment
from parley.core.ids import new_id
from parley.core.reactors import run_reactors
from parley.core.transactions import platform_transaction, workspace_transaction
from parley.engines.apply.batch import sql
from parley.engines.tests.applying import apply, at, message, said
from parley.engines.tests.running import Connected, connect_channel
from parley.messaging.models import Conversation, GroupMessage, Message, MessageStatusEvent, Reaction
from parley.messaging.services import closing
from parley.messaging.services.joining import join
from parley.messaging.tests.factories import as_member
from parley.messaging.tests.joining import ALICIA, BOTH, HIDDEN, facts, learn, live, settle, talks


@pytest.fixture
def session(cast: Cast) -> Connected:
    return connect_channel(cast.alice.workspace.id, "waha")


def bodies(channel: Connected, conversation_id: UUID) -> list[str]:
    with workspace_transaction(channel.workspace_id):
        rows = Message.objects.filter(conversation_id=conversation_id).order_by("at", "id")
        return list(rows.values_list("body", flat=True))


def test_what_was_said_under_the_hidden_id_comes_into_the_open_thread(session: Connected) -> None:
    apply(session, said("a", 0, by=ALICIA, body="um"), said("c", 20, by=ALICIA, body="três"))
    apply(session, said("b", 10, by=HIDDEN, body="dois"), said("d", 30, by=HIDDEN, body="quatro"))
    known, hidden = message(session, "a"), message(session, "b")
    assert known.conversation_id != hidden.conversation_id
    learn(session)
    [talk] = talks(session)
    assert talk.id == known.conversation_id
    assert bodies(session, talk.id) == ["um", "dois", "três", "quatro"]
    assert (talk.unread_count, talk.last_message, talk.waiting_since) == (4, "quatro", at(0))
    assert talk.last_message_ref == message(session, "d").id
    assert talk.last_inbound_at == at(30)
    [contact] = live(session)
    assert contact.id == known.contact_id
    assert contact.last_inbound_at == at(30)
    [fact] = facts(session, "person.joined")
    assert fact.object_id == contact.id
    assert fact.data["kept"] == str(known.contact_id)
    assert fact.data["joined"] == str(hidden.contact_id)
    assert fact.data["conversations"] == [[str(hidden.conversation_id), str(known.conversation_id)]]
    assert f"conversation:{talk.id}" in fact.topics
    assert "inbox" in fact.topics


def test_an_older_last_word_does_not_become_the_line(session: Connected) -> None:
    apply(session, said("b", 0, by=HIDDEN, body="antes"))
    apply(session, said("a", 10, by=ALICIA, body="depois"))
    learn(session)
    [talk] = talks(session)
    assert (talk.last_message, talk.last_message_ref) == ("depois", message(session, "a").id)
    assert talk.waiting_since == at(0)


def test_without_an_open_thread_the_whole_conversation_moves(cast: Cast, session: Connected) -> None:
    apply(session, said("a", by=ALICIA))
    with workspace_transaction(session.workspace_id):
        closing.close(as_member(cast.bob), Conversation.objects.get().id)
    apply(session, said("b", 100, by=HIDDEN))
    learn(session)
    closed, opened = sorted(talks(session), key=lambda talk: talk.status)
    assert (closed.status, opened.status) == ("closed", "open")
    assert closed.contact_id == opened.contact_id
    assert opened.id == message(session, "b").conversation_id
    assert opened.unread_count == 1


def test_everything_remembers_where_it_came_from(session: Connected) -> None:
    apply(session, said("a", by=ALICIA))
    apply(session, said("b", 1, by=HIDDEN))
    before = message(session, "b")
    learn(session)
    after = message(session, "b")
    assert after.metadata["joined_from"] == {
        "contact_id": str(before.contact_id),
        "conversation_id": str(before.conversation_id),
    }
    assert "joined_from" not in message(session, "a").metadata
    with workspace_transaction(session.workspace_id):
        gone = Contact.objects.get(id=before.contact_id)
        assert gone.deleted_at is not None
        assert gone.attributes == {"joined_into": str(after.contact_id)}
        assert not ContactIdentity.objects.filter(contact_id=gone.id).exists()


def test_what_hangs_on_messages_stays_on_them(session: Connected) -> None:
    apply(session, said("a", by=ALICIA))
    apply(
        session,
        said("b", 1, by=HIDDEN),
        said("ours", 2, by=HIDDEN, from_us=True),
        StatusChange(provider_message_id="ours", kind="delivered", at=at(3)),
        ReactionChange(target_id="ours", counterpart=HIDDEN, from_us=False, emoji="👍", at=at(4)),
        MessageEdit(target_id="b", counterpart=HIDDEN, from_us=False, body="Oi!", at=at(5)),
    )
    learn(session)
    # What comes later, by either id, finds them.
    apply(
        session,
        StatusChange(provider_message_id="ours", kind="read", at=at(60)),
        ReactionChange(target_id="b", counterpart=ALICIA, from_us=False, emoji="🎉", at=at(61)),
        MessageRevoke(target_id="b", counterpart=HIDDEN, from_us=False, at=at(62)),
    )
    ours, theirs = message(session, "ours"), message(session, "b")
    assert ours.conversation_id == theirs.conversation_id == message(session, "a").conversation_id
    assert ours.read_at == at(60)
    assert theirs.revoked_at == at(62)
    with workspace_transaction(session.workspace_id):
        assert set(MessageStatusEvent.objects.values_list("status", flat=True)) >= {"delivered", "read"}
        assert dict(Reaction.objects.values_list("message_id", "emoji")) == {ours.id: "👍", theirs.id: "🎉"}


def test_a_change_that_overtook_its_message_finds_it_after_the_joining(session: Connected) -> None:
    apply(session, said("a", by=ALICIA))
    apply(session, said("b", 1, by=HIDDEN))
    early = ReactionChange(target_id="late", counterpart=HIDDEN, from_us=False, emoji="👀", at=at(5))
    apply(session, early)
    learn(session)
    apply(session, said("late", 4, by=HIDDEN))
    late = message(session, "late")
    with workspace_transaction(session.workspace_id):
        assert Reaction.objects.get().message_id == late.id
    assert late.contact_id == message(session, "a").contact_id


def test_a_repeat_of_what_was_moved_changes_nothing(session: Connected) -> None:
    apply(session, said("a", by=ALICIA))
    apply(session, said("b", 1, by=HIDDEN))
    learn(session)
    for again in (said("b", 1, by=HIDDEN), said("b", 1, by=ALICIA)):
        assert apply(session, again) == [("applied", "")]
    learn(session)
    assert len(facts(session, "person.joined")) == 1
    assert talks(session)[0].unread_count == 2


def test_words_in_groups_are_theirs(session: Connected) -> None:
    apply(session, said("a", by=ALICIA))
    apply(session, said("b", 1, by=HIDDEN))
    apply(session, said("g", 2, by=HIDDEN, group_id="120363@g.us"))
    learn(session)
    known = message(session, "a")
    with workspace_transaction(session.workspace_id):
        assert GroupMessage.objects.get().contact_id == known.contact_id
    assert len(talks(session)) == 1


def test_the_number_that_nobody_wrote_from_yet_keeps_its_contact_and_gets_the_name(
    cast: Cast, session: Connected
) -> None:
    apply(session, said("b", 1, by=HIDDEN))
    with workspace_transaction(session.workspace_id):
        introduced = Contact.objects.create(
            id=new_id(), workspace_id=session.workspace_id, display_name="+55 19 99876-1234", source="manual"
        )
        ContactIdentity.objects.create(
            id=new_id(),
            workspace_id=session.workspace_id,
            contact=introduced,
            kind="phone",
            value="+5519998761234",
        )
    learn(session)
    [contact] = live(session)
    assert (contact.id, contact.display_name) == (introduced.id, "Alicia")
    assert message(session, "b").contact_id == introduced.id


def test_two_numbers_of_ours_keep_two_threads(cast: Cast, session: Connected) -> None:
    other = connect_channel(session.workspace_id, "waha")
    apply(session, said("a", by=ALICIA))
    apply(other, said("b", 1, by=HIDDEN))
    learn(other)
    assert {talk.channel_id for talk in talks(session)} == {session.id, other.id}
    assert len({talk.contact_id for talk in talks(session)}) == 1


def test_a_user_id_of_meta_is_joined_the_same_way(cast: Cast) -> None:
    number = connect_channel(cast.alice.workspace.id, "cloud_api")
    apply(number, said("a", by=ALICIA))
    apply(number, said("b", 1, by=Address(bsuid="BR.1234567890", username="alicia")))
    known = PersonKnown(address=Address(wa_id=ALICIA.wa_id, bsuid="BR.1234567890"), at=at(50))
    learn(number, known)
    [contact] = live(number)
    assert contact.id == message(number, "a").contact_id == message(number, "b").contact_id
    apply(number, said("c", 60, by=Address(bsuid="BR.1234567890")))
    assert message(number, "c").conversation_id == message(number, "a").conversation_id


def test_a_user_id_of_meta_that_has_no_contact_is_attached(cast: Cast) -> None:
    number = connect_channel(cast.alice.workspace.id, "cloud_api")
    apply(number, said("a", by=ALICIA))
    apply(number, PersonKnown(address=Address(wa_id=ALICIA.wa_id, bsuid="BR.1"), at=at(1)))
    apply(number, said("b", 2, by=Address(bsuid="BR.1")))
    assert message(number, "b").contact_id == message(number, "a").contact_id
    assert facts(number, "person.conflict") == []


def test_the_log_s_reader_defers_it(session: Connected) -> None:
    apply(session, said("a", by=ALICIA), said("b", 1, by=HIDDEN))
    apply(session, BOTH)
    run_reactors(engine_url(environment()))
    with platform_transaction():
        rows = ProcrastinateJob.objects.filter(
            task_name="messaging.join_people", args__workspace_id=str(session.workspace_id)
        )
        [args] = rows.values_list("args", flat=True)
    assert args["contact_id"] == str(message(session, "a").contact_id)
    assert args["other_id"] == str(message(session, "b").contact_id)


def test_the_applier_waits_until_it_is_done(session: Connected) -> None:
    apply(session, said("a", by=ALICIA), said("b", 1, by=HIDDEN))
    known, hidden = message(session, "a"), message(session, "b")
    with workspace_transaction(session.workspace_id):
        assert join(session.workspace_id, known.contact_id, hidden.contact_id) == known.contact_id
        place = {"workspace": session.workspace_id, "channel": session.id}
        with psycopg.connect(engine_url(environment())) as other:
            other.execute(f"SET LOCAL app.workspace_id = '{session.workspace_id}'")
            assert other.execute(sql("lock_channel"), place).fetchone() is None
    apply(session, said("c", 2, by=HIDDEN))
    assert message(session, "c").conversation_id == known.conversation_id


def test_a_message_that_says_both_ids_is_enough(session: Connected) -> None:
    apply(session, said("a", by=ALICIA), said("b", 1, by=HIDDEN))
    apply(session, said("c", 2, by=Address(wa_id=ALICIA.wa_id, lid=HIDDEN.lid)))
    settle(session)
    assert len(live(session)) == len(talks(session)) == 1
    assert talks(session)[0].unread_count == 3


def test_a_user_name_that_went_to_another_joins_nobody(cast: Cast) -> None:
    number = connect_channel(cast.alice.workspace.id, "cloud_api")
    apply(number, said("a", by=Address(wa_id=ALICIA.wa_id, bsuid="BR.1", username="ali")))
    apply(number, said("b", 1, by=Address(bsuid="BR.2", username="ali")))
    run_reactors(engine_url(environment()))
    with platform_transaction():
        rows = ProcrastinateJob.objects.filter(
            task_name="messaging.join_people", args__workspace_id=str(number.workspace_id)
        )
        assert not rows.exists()
    assert len(live(number)) == 2


def test_whoever_has_changed_numbers_is_joined_with_nobody(session: Connected) -> None:
    apply(session, said("a", by=ALICIA), said("b", 1, by=HIDDEN))
    new = Address(wa_id="5521999990000")
    apply(session, PersonKnown(address=new, at=at(5), previous=Address(wa_id=ALICIA.wa_id)))
    learn(session)
    assert len(live(session)) == 2
    assert len(facts(session, "contact.doubted")) == 2


def test_a_nameless_one_is_shown_by_the_number_as_soon_as_it_is_known(session: Connected) -> None:
    apply(session, said("b", by=Address(lid=HIDDEN.lid)))
    assert live(session)[0].display_name == HIDDEN.lid
    learn(session)
    assert live(session)[0].display_name == "+55 19 99876-1234"
