"""Whatever is sent to the simulated WAHA, it answers in WAHA's way; it never breaks."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parley.simulator.testing import Simulator, running_simulator
from parley.simulator.tests.waha_contract import DOCUMENTS, call, contract, filled

pytestmark = pytest.mark.skipif(
    not all(path.is_file() for path in DOCUMENTS.values()),
    reason=f"WAHA NOT FUZZED: there is no {DOCUMENTS}",
)
MARINA = "5519998761234@c.us"
WORDS = st.sampled_from(["shop", MARINA, "1@lid", "9@g.us", "true_1@c.us_A", "", "all", "é\n%", "0"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS | st.text(max_size=9)
NAMES = st.sampled_from(
    ["session", "chatId", "text", "id", "file", "data", "url", "mimetype", "contacts", "poll", "options",
     "name", "messageId", "reaction", "votes", "message", "preview", "labels", "participants", "config",
     "webhooks",
     "events", "event", "color", "colorHex", "pagination", "filter", "ids", "limit", "presence", "latitude",
     "longitude", "duration", "reply_to", "pollMessageId", "adminsOnly", "code", "star", "phoneNumber"]
)  # fmt: skip
BODIES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=9,
)
ORDERS = st.dictionaries(NAMES, BODIES, max_size=8).map(lambda order: {**order, "session": "shop"})


@pytest.fixture(scope="module")
def whatsapp() -> Iterator[Simulator]:
    with running_simulator() as simulator:
        simulator.add_session("shop", engine="NOWEB")
        simulator.say("5519998761234", "Oi")
        yield simulator


def operations() -> list[tuple[str, str]]:
    """All but those that take the session away from the tests that follow."""
    missing = any(not path.is_file() for path in DOCUMENTS.values())
    known = [] if missing else contract("2026.7.1").operations()
    return sorted(one for one in known if "/api/sessions" not in one[1]) or [("GET", "/ping")]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/shop/chats/overview", {"pagination": True}),
        ("POST", "/api/shop/chats/overview", {"pagination": {"limit": "many"}}),
        ("POST", "/api/sendContactVcard", {"session": "shop", "chatId": MARINA, "contacts": 5}),
        ("POST", "/api/shop/chats/1@c.us/messages/x/pin", {"duration": []}),
        ("POST", "/api/sendText", {"session": "shop", "chatId": "@c.us", "text": "a"}),
        ("POST", "/api/sessions", {"start": False, "config": {"webhooks": [1]}}),
        ("POST", "/api/sessions", {"start": False, "config": {"noweb": {"store": True}}}),
    ],
)
def test_what_makes_no_sense_is_refused(whatsapp: Simulator, method: str, path: str, body: object) -> None:
    assert call(whatsapp, method, path, body).status in {400, 404}


def test_half_a_character_and_endless_numbers_do_no_harm(whatsapp: Simulator) -> None:
    poll = {"name": "\ud83d", "options": ["a", "b"], "multipleAnswers": 10**40}
    order = {"session": "shop", "chatId": MARINA, "poll": poll}
    assert call(whatsapp, "POST", "/api/sendPoll", order).status == 201
    assert whatsapp.chat("5519998761234")[-1].body == "?"


@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(operation=st.sampled_from(operations()), body=ORDERS | BODIES, word=WORDS)
def test_anything_is_answered(whatsapp: Simulator, operation: tuple[str, str], body: Any, word: str) -> None:
    method, path = operation
    given_ = {"session": "shop", "chatId": MARINA, "messageId": word or "x", "id": word or "x"}
    names = ("lid", "phoneNumber", "labelId", "session")
    address = filled(path, {**given_, **dict.fromkeys(names[:3], word or "1")})
    answer = call(whatsapp, method, address + f"?session=shop&chatId={MARINA}&limit=3", body)
    assert answer.status < 500 or answer.status == 501 or "exception" in answer.body, answer


@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
@given(config=BODIES)
def test_any_configuration_is_taken_or_refused(whatsapp: Simulator, config: Any) -> None:
    answer = call(whatsapp, "POST", "/api/sessions", {"start": False, "config": config})
    assert answer.status in {201, 400}
