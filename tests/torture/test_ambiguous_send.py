"""T02: the provider took it, and its answer got lost. Never sent again by itself; a person may."""

import time
from typing import Literal
from uuid import UUID

import pytest

from parley.operations.browsing import Browser
from tests.torture.invariants import in_status, nothing_stuck, sent_once
from tests.torture.programs import until
from tests.torture.shop import Chat, Number, connect_at_simulator, customers_write, queue
from tests.torture.world import SEND_TIMEOUT_SECONDS, World

pytestmark = [pytest.mark.torture, pytest.mark.timeout(150)]

Api = Literal["waha", "cloud"]
API: dict[str, Api] = {"waha": "waha", "cloud_api": "cloud"}
CALL = {"waha": "/api/sendText", "cloud_api": "/messages"}
LOST_ANSWERS = ("hang", "reset", "eof", "status502_after_accept", "empty")
_ATTEMPTS = "SELECT outcome FROM send_attempt WHERE message_id = %(id)s ORDER BY attempt"
_RESENT = """
SELECT again.id, again.status
FROM message AS again
WHERE again.metadata ->> 'resend_of' = %(id)s::text
"""


@pytest.mark.parametrize("provider", ["waha", "cloud_api"])
def test_a_lost_answer_is_doubt_until_the_status_comes(world: World, provider: str) -> None:
    world.start("simulator", "edge", "sender")
    number = connect_at_simulator(world, provider)
    chats = customers_write(world, number, count=len(LOST_ANSWERS))
    doubted: list[UUID] = []
    for chat, action in zip(chats, LOST_ANSWERS, strict=True):
        world.whatsapp.fault(API[provider], action, match=CALL[provider])
        (message_id,) = queue(world, number, [chat], count=1)
        until(lambda: attempts(world, message_id) == ["uncertain"], what=action)  # noqa: B023  at once
        doubted.append(message_id)
    nothing_stuck(world)
    tally = sent_once(world, in_flight=doubted)
    print(f"T02 {provider}: {tally}")  # noqa: T201
    assert (tally.messages, tally.accepted, tally.uncertain) == (len(doubted), len(doubted), 0)
    assert all(attempts(world, message_id) == ["uncertain"] for message_id in doubted)


@pytest.mark.parametrize("provider", ["waha", "cloud_api"])
def test_silence_is_shown_and_only_a_person_sends_again(world: World, provider: str) -> None:
    world.start("simulator", "root", "sender")
    number = connect_at_simulator(world, provider)
    (chat,) = customers_write(world, number, count=1)
    world.whatsapp.fault(API[provider], "drop_webhook", times=0)
    world.whatsapp.fault(API[provider], "reset", match=CALL[provider])
    (message_id,) = queue(world, number, [chat], count=1)
    until(lambda: message_id in in_status(world, "uncertain"))
    time.sleep(2 * SEND_TIMEOUT_SECONDS)
    assert message_id in in_status(world, "uncertain"), "doubt went away by itself"
    sent_once(world, in_flight=[message_id], words_arrive=False)

    browser = world.signed_in()
    thread = browser.get(f"/w/{world.company.slug}/inbox/{chat.id}/").text
    assert str(message_id) in thread
    assert "uncertain" in thread
    resend_twice(world, browser, message_id)
    nothing_stuck(world)
    tally = sent_once(world, in_flight=[message_id], words_arrive=False)
    (again,) = world.rows(_RESENT, id=str(message_id))
    assert again["status"] in {"accepted", "sent"}
    assert message_id in in_status(world, "uncertain")
    assert (tally.messages, len(world.whatsapp.ledger())) == (2, 2)


@pytest.mark.parametrize("provider", ["waha", "cloud_api"])
def test_nothing_left_is_tried_again_and_sent_once(world: World, provider: str) -> None:
    """Nobody listens at the provider's door: no byte was written, so trying again is safe."""
    world.start("simulator", "edge", "sender")
    number = connect_at_simulator(world, provider, by_proxy=True)
    chats = customers_write(world, number, count=3)
    world.provider_proxy.refuse()
    message_ids = queue(world, number, chats, count=6)
    until(lambda: all(tried_in_vain(world, chat_first) for chat_first in message_ids[:3]), what="three tries")
    assert in_status(world, "queued", "sending") == set(message_ids)
    world.provider_proxy.heal()
    nothing_stuck(world)
    tally = sent_once(world, in_flight=[])
    assert (tally.accepted, tally.ever_uncertain) == (6, 0)


def test_a_black_hole_is_doubt(world: World) -> None:
    """The connection stands and nothing comes back: it may have left. What waits behind it is sent."""
    world.start("simulator", "edge", "sender")
    number = connect_at_simulator(world, "cloud_api", by_proxy=True)
    chats = customers_write(world, number, count=2)
    keep_connection_open(world, number, [chats[1]])
    world.provider_proxy.swallow()
    (message_id,) = queue(world, number, [chats[0]], count=1)
    until(lambda: message_id in in_status(world, "uncertain"), seconds=15)
    world.provider_proxy.reset()
    world.provider_proxy.heal()
    queue(world, number, chats, count=2)
    nothing_stuck(world)
    tally = sent_once(world, in_flight=[message_id])
    assert (tally.accepted, tally.uncertain) == (3, 1)


def keep_connection_open(world: World, number: Number, chats: list[Chat]) -> None:
    """One message goes through, so that the next one finds a connection that stands."""
    (message_id,) = queue(world, number, chats, count=1)
    until(lambda: message_id in in_status(world, "accepted", "sent"))


def attempts(world: World, message_id: UUID) -> list[str]:
    return [row["outcome"] for row in world.rows(_ATTEMPTS, id=message_id)]


def tried_in_vain(world: World, message_id: UUID) -> bool:
    outcomes = attempts(world, message_id)
    return len(outcomes) >= 2 and set(outcomes) <= {"unreachable", ""}


def resend_twice(world: World, browser: Browser, message_id: UUID) -> None:
    """A person says "send again", with a double click."""
    address = f"/w/{world.company.slug}/messages/{message_id}/resend/"
    for _ in range(2):
        assert browser.post(address, {}).status == 200
