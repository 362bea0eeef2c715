"""The doctor finds nothing where nothing is wrong, and names each broken promise where one is."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from parley.access.tests.factories import Cast
from parley.cli.tests.test_refusals import assert_refused, parley
from parley.core.clock import now
from parley.core.environment import environment
from parley.core.ids import new_id
from parley.core.sql import statements
from parley.core.transactions import platform_transaction, workspace_transaction
from parley.messaging.models import Conversation, Message, SendAttempt
from parley.messaging.tests.factories import make_channel, make_conversation, make_message, reread
from parley.operations.invariants import promises
from parley.operations.invariants.looking import look_for_breaches

GRACE = 60.0
MISTAKES = statements("parley.operations.tests", "mistakes")
MISTAKES_OF_ALL = statements("parley.operations.tests", "mistakes_of_all")
WEBHOOK = (
    '{"event": "message", "session": "s", "timestamp": 1763658000000, "payload": {"id":'
    ' "false_5519998761234@c.us_AAAA", "timestamp": 1763658000, "from": "5519998761234@c.us",'
    ' "fromMe": false, "body": "Oi!", "hasMedia": false}}'
)


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation in which all is well: one message received, one sent."""

    conversation: Conversation
    received: Message
    sent: Message
    other_channel_id: UUID


@pytest.fixture
def talk(cast: Cast) -> Talk:
    conversation = make_conversation(cast.alice)
    received, sent = make_message(conversation), make_message(conversation, inbound=False, attempts=1)
    with workspace_transaction(conversation.workspace_id):
        Conversation.objects.filter(id=conversation.id).update(last_message_at=sent.at)
        Message.objects.filter(id=sent.id).update(accepted_at=sent.at, sent_at=sent.at)
        SendAttempt.objects.create(
            workspace_id=conversation.workspace_id, message_id=sent.id, attempt=1, claimed_by=new_id(),
            fence=1, outcome="accepted", finished_at=now(),
        )  # fmt: skip
    return Talk(reread(conversation), received, sent, make_channel(cast.alice).id)


def breaches(slug: str) -> set[str]:
    """Of this workspace, and of no workspace: tests leave their rows behind."""
    found = look_for_breaches(
        environment(), since=now() - timedelta(days=1), grace=GRACE, workspace_slug=slug
    )
    return {breach.promise.statement for breach in found if breach.where}


def breaches_of_all(slug: str) -> set[str]:
    found = look_for_breaches(environment(), since=now(), grace=GRACE, workspace_slug=slug)
    return {breach.promise.statement for breach in found if not breach.where}


def spoil(talk: Talk, mistake: str) -> None:
    conversation = talk.conversation
    facts: dict[str, Any] = {
        "workspace": conversation.workspace_id,
        "conversation": conversation.id,
        "channel": conversation.channel_id,
        "contact": conversation.contact_id,
        "received": talk.received.id,
        "sent": talk.sent.id,
        "other_channel": talk.other_channel_id,
        "id": new_id(),
        "ids": [new_id(), new_id()],
        "webhook": WEBHOOK,
    }
    with workspace_transaction(conversation.workspace_id), connection.cursor() as cursor:
        for statement in mistake.split(";"):
            cursor.execute(statement, facts)


def test_all_is_well(talk: Talk, cast: Cast) -> None:
    assert breaches(cast.alice.workspace.slug) == set()


@pytest.mark.parametrize("statement", MISTAKES)
def test_a_broken_promise_is_found_where_it_is(talk: Talk, cast: Cast, statement: str) -> None:
    spoil(talk, MISTAKES[statement])
    assert statement in breaches(cast.alice.workspace.slug)
    assert breaches(cast.charlie.workspace.slug) == set()


@pytest.mark.parametrize("statement", MISTAKES_OF_ALL)
def test_a_broken_promise_of_no_workspace_is_found(cast: Cast, statement: str) -> None:
    with platform_transaction(), connection.cursor() as cursor:
        cursor.execute(MISTAKES_OF_ALL[statement])
        (job_id,) = cursor.fetchone() or (None,)
    assert statement in breaches_of_all(cast.alice.workspace.slug)
    with platform_transaction(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job_id])
    assert statement not in breaches_of_all(cast.alice.workspace.slug)


def test_every_promise_of_a_workspace_has_a_mistake_that_it_finds() -> None:
    named = {promise.statement for promise in promises.OF_A_WORKSPACE}
    found_otherwise = {promises.UNAPPLIED.statement, promises.SEALED.statement}
    assert set(MISTAKES) == named | found_otherwise


def test_the_command_names_the_breach_and_ends_with_1(talk: Talk, cast: Cast) -> None:
    spoil(talk, MISTAKES["accepted_twice"])
    done = parley("doctor", "--workspace", cast.alice.workspace.slug)
    assert done.returncode == 1
    line = f"I3 in {cast.alice.workspace.slug}: message {talk.sent.id} was accepted 2 times"
    assert line in done.stdout
    elsewhere = parley("doctor", "--workspace", cast.charlie.workspace.slug)
    assert str(talk.sent.id) not in elsewhere.stdout


def test_a_workspace_that_does_not_exist() -> None:
    assert_refused(parley("doctor", "--workspace", "nowhere"), "There is no workspace 'nowhere'.")
