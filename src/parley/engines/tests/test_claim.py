"""What may leave, in which order, and what waits or stays and why."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from parley.access.tests.factories import Cast
from parley.channels.gateways.neutral import GatewayError
from parley.channels.models import PortfolioLedger
from parley.contacts.models import ConsentEvent, Contact, Suppression
from parley.core.address_hash import address_hash
from parley.core.clock import now
from parley.engines.sender.pacing import Pace, Pairs
from parley.engines.tests.queued import BULK, Desk, desk
from parley.engines.tests.running import in_workspace
from parley.messaging.models import Conversation, Message

TEMPLATE = {"type": "template", "content": {"template": {"name": "oi", "language": "pt_BR"}}}


def test_single_messages_go_before_bulk_and_retries_before_both(cast: Cast) -> None:
    here = desk(cast, customers=6)
    bulk = [here.queue(place, next_attempt_at=BULK) for place in (0, 1)]
    single = [here.queue(place) for place in (2, 3)]
    again = here.queue(4, next_attempt_at=now() - timedelta(seconds=1))
    later = here.queue(5, next_attempt_at=now() + timedelta(hours=1))
    assert set(here.claim(most=4)) == {again, *single, bulk[0]}
    assert here.claim() == [bulk[1]]
    assert here.message(later).status == "queued"


def test_a_conversation_goes_in_order_whatever_waits(cast: Cast) -> None:
    here = desk(cast, customers=1)
    first = here.queue(0, next_attempt_at=now() + timedelta(hours=1))
    second, third = here.queue(0), here.queue(0, next_attempt_at=BULK)
    assert here.claim() == []
    in_workspace(here.workspace_id, lambda: Message.objects.filter(id=first).update(next_attempt_at=None))
    assert [here.claim() for _ in range(4)] == [[first], [second], [third], []]


@pytest.mark.parametrize(
    "kind",
    ["clear", "closed", "gone", "blocked", "suppressed", "window", "template", "channel_gone", "stopped"],
)
@pytest.mark.parametrize("provider", ["cloud_api", "waha"])
def test_the_claim_says_what_the_gate_says(cast: Cast, kind: str, provider: str) -> None:
    """The claim takes a shorter way for what is plainly clear; it must come to the same end."""
    here = desk(cast, customers=1, provider=provider)
    spoil(here, kind)
    template = TEMPLATE if kind == "template" and provider == "cloud_api" else {}
    message_id = here.queue(0, **template)
    refusal = gate_says(here, message_id)
    went = here.claim() == [message_id]
    message = here.message(message_id)
    assert went == (refusal in {None, "conversation_closed"})
    if refusal == "channel_not_working":
        assert message.status == "queued"
    elif not went:
        assert (message.status, message.error_code) == ("failed", refusal)
        assert message.error_message


def test_one_person_at_a_time(cast: Cast) -> None:
    """The next holder of the number knows whom the last one wrote to, and the row says what waits."""
    here = desk(cast, customers=2)
    for message_id in [here.queue(0) for _ in range(2)]:
        assert here.claim() == [message_id]
    in_workspace(here.workspace_id, lambda: age_attempts(8))
    waiting, other = here.queue(0), here.queue(1)
    assert here.claim(pace=Pace(0, pairs=Pairs(knows_all=False))) == [other]
    message = here.message(waiting)
    assert (message.status, message.error_code) == ("queued", "pair_rate")
    assert message.next_attempt_at is not None
    assert message.next_attempt_at - now() < timedelta(seconds=5)
    make_due(here)
    in_workspace(here.workspace_id, lambda: age_attempts(5))
    assert here.claim(pace=Pace(0, pairs=Pairs(knows_all=False))) == [waiting]


def test_a_portfolio_writes_first_to_no_more_people_than_allowed(cast: Cast) -> None:
    here = desk(cast, customers=53, window=None)
    here.change_channel(portfolio_id="portfolio-1", messaging_limit="TIER_50")
    messages = [here.queue(place, **TEMPLATE) for place in range(53)]
    assert len(here.claim(most=40)) == 40
    assert len(here.claim(most=40)) == 10
    for held in messages[50:]:
        message = here.message(held)
        assert (message.status, message.error_code) == ("queued", "portfolio_limit")
        assert "50 people" in message.error_message
        assert message.next_attempt_at is not None
        assert timedelta(hours=23) < message.next_attempt_at - now() < timedelta(hours=25)
    # To whom it has written today it may write again, and to whoever writes themselves.
    again = here.queue(0, **TEMPLATE)
    in_workspace(
        here.workspace_id,
        lambda: Conversation.objects.filter(id=here.talks[52].id).update(
            window_expires_at=now() + timedelta(hours=1)
        ),
    )
    make_due(here)
    assert set(here.claim()) == {again, messages[52]}
    # A day after the first of them, their places are free.
    in_workspace(
        here.workspace_id,
        lambda: PortfolioLedger.objects.update(at=now() - timedelta(hours=25)),
    )
    make_due(here)
    assert set(here.claim()) == {messages[50], messages[51]}


def test_two_numbers_of_a_portfolio_share_its_limit(cast: Cast) -> None:
    one = desk(cast, customers=30, window=None)
    two = desk(cast, customers=30, window=None, first=30)
    for here in (one, two):
        here.change_channel(portfolio_id="portfolio-1", messaging_limit="TIER_50")
        for place in range(30):
            here.queue(place, **TEMPLATE)
    assert len(one.claim()) == 30
    assert len(two.claim()) == 20


def test_what_a_channel_cannot_send_is_refused_in_words(cast: Cast) -> None:
    here = desk(cast, customers=1)
    poll = here.queue(0, type="poll", content={"poll": {"name": "Cor?", "options": ["azul", "verde"]}})
    assert here.claim() == []
    message = here.message(poll)
    assert (message.status, message.error_code) == ("failed", "type_not_supported")
    assert message.error_message


def test_who_stopped_marketing_at_the_provider_is_spared_from_then_on(cast: Cast) -> None:
    here = desk(cast, customers=1)
    refused = GatewayError("refused", "Stopped.", code="131050", consequence="stop_person")
    message_id = here.queue(0, purpose="marketing")
    here.claim(answer=lambda _: refused)
    assert here.message(message_id).status == "failed"
    events = in_workspace(
        here.workspace_id, lambda: list(ConsentEvent.objects.values_list("state", "source"))
    )
    assert events == [("revoked", "error")]
    again, service = here.queue(0, purpose="marketing"), here.queue(0)
    assert here.claim() + here.claim() == [service]
    assert here.message(again).error_code == "suppressed"


def test_too_much_for_one_person_slows_nobody_else(cast: Cast) -> None:
    here = desk(cast, customers=2)
    busy = GatewayError("throttled", "Wait.", code="131056", retry_after=6, about_person=True)
    first, other = here.queue(0), here.queue(1)
    here.claim(answer=lambda _: busy)
    waits = [here.message(one).next_attempt_at for one in (first, other)]
    assert all(at is not None and timedelta(seconds=4) < at - now() < timedelta(seconds=7) for at in waits)
    third = here.queue(1)
    in_workspace(here.workspace_id, lambda: Message.objects.filter(id=other).delete())
    assert here.claim() == [third]


def spoil(here: Desk, kind: str) -> None:
    """Make one thing different from a conversation in which anything may be said."""
    talk, at = here.talks[0], now()

    def change() -> None:
        if kind == "closed":
            Conversation.objects.filter(id=talk.id).update(status="closed", closed_at=at)
        if kind == "gone":
            Contact.objects.filter(id=talk.contact_id).update(deleted_at=at)
        if kind == "blocked":
            Contact.objects.filter(id=talk.contact_id).update(blocked_at=at)
        if kind == "suppressed":
            found = address_hash(here.workspace_id, "+5511900000000")
            Suppression.objects.create(workspace_id=here.workspace_id, address_hash=found, purpose="utility")
        if kind in {"window", "template"}:
            Conversation.objects.filter(id=talk.id).update(window_expires_at=at - timedelta(seconds=1))

    in_workspace(here.workspace_id, change)
    if kind == "channel_gone":
        here.change_channel(deleted_at=at)
    if kind == "stopped":
        here.change_channel(status="stopped")


def gate_says(here: Desk, message_id: UUID) -> str | None:
    message = here.message(message_id)

    def ask() -> str | None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT send_refusal(%s, %s, %s, %s)",
                [here.workspace_id, message.conversation_id, message.purpose, message.type],
            )
            row = cursor.fetchone()
            return None if row is None else row[0]

    found: str | None = in_workspace(here.workspace_id, ask)
    return found


def make_due(here: Desk) -> None:
    """As if the time of everything that waits had come."""
    in_workspace(
        here.workspace_id, lambda: Message.objects.filter(status="queued").update(next_attempt_at=None)
    )


def age_attempts(seconds: float) -> None:
    """As if so much time had passed since the tries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE send_attempt SET started_at = started_at - make_interval(secs => %s)", [seconds]
        )
