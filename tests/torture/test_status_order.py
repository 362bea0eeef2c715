"""T38: statuses in any order, number and pace give the state that the rules say."""

import json
import random
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from parley.core.ids import new_id
from parley.engines.tests.posting import cloud_status, cloud_text, post, signed_cloud
from tests.torture.programs import until
from tests.torture.shop import Chat, Number, chats_of, connect, wa_id_of
from tests.torture.world import World

pytestmark = [pytest.mark.torture, pytest.mark.timeout(240)]

CUSTOMERS = 20
MESSAGES = 300
_CASES = (
    ("read", "delivered", "sent"),
    ("read",),
    ("sent", "failed"),
    ("failed", "delivered"),
    ("delivered", "failed", "sent", "read"),
    ("sent",),
    ("failed",),
    ("sent", "delivered", "read"),
    ("delivered", "delivered", "sent"),
)
_RANK = ("read", "delivered", "failed", "sent")
_ADD = """
INSERT INTO message (workspace_id, id, conversation_id, channel_id, contact_id, direction, body, status,
                     client_ref, provider_message_id, at, fence, attempts, accepted_at)
SELECT %(workspace)s, %(id)s, id, %(channel)s, %(contact)s, 'outbound', 'x', %(status)s, %(ref)s,
       %(provider_id)s, last_message_at, 1, 1, %(accepted)s
FROM conversation WHERE id = %(conversation)s
"""
_ATTEMPT = """
INSERT INTO send_attempt (workspace_id, id, message_id, attempt, claimed_by, fence, outcome)
VALUES (%(workspace)s, gen_random_uuid(), %(id)s, 1, %(id)s, 1, %(outcome)s)
"""
_STATES = (
    "SELECT id, status, sent_at, delivered_at, read_at, failed_at FROM message WHERE direction = 'outbound'"
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of ours with what will be said of it. `is_known`: the answer to its send was stored."""

    id: UUID
    provider_id: str
    statuses: tuple[str, ...]
    is_known: bool

    @property
    def expected(self) -> str:
        return next(status for status in _RANK if status in self.statuses)


def test_any_order_gives_one_result(world: World, chance: random.Random) -> None:
    world.start("edge")
    number = connect(world, "cloud_api")
    chats = conversations(world, number)
    sent = [add(world, number, chance.choice(chats), chance) for _ in range(MESSAGES)]
    began = int(time.time()) - 3_600
    bodies = [
        status_of(number, message, status, at=began + place)
        for message in sent
        for place, status in enumerate(message.statuses)
    ]
    bodies += chance.choices(bodies, k=len(bodies) // 2)  # said again
    chance.shuffle(bodies)
    for body in bodies:
        assert post(f"{world.url}/hooks/{number.token}", body, signed_cloud(body, number.secret))[0] == 200
    until(lambda: not world.rows("SELECT FROM inbound_event WHERE state = 'new' LIMIT 1"), seconds=60)
    shown = {row["id"]: row for row in world.rows(_STATES)}
    wrong = [
        (message.statuses, shown[message.id]["status"])
        for message in sent
        if shown[message.id]["status"] != message.expected
    ]
    assert not wrong, f"{len(wrong)} of {MESSAGES} show what the rules do not say: {wrong[:5]}"
    for message in sent:
        for status in set(message.statuses):
            assert shown[message.id][f"{status}_at"] is not None
    print(f"T38: {len(bodies)} statuses of {MESSAGES} messages, shuffled and repeated")  # noqa: T201


def test_a_status_of_nobody_waits_for_its_message(world: World, chance: random.Random) -> None:
    """It is kept, costs the others nothing, and is taken over when the message gets that id."""
    world.start("edge")
    number = connect(world, "cloud_api")
    (chat, *_others) = conversations(world, number)
    stranger = f"wamid.{new_id().hex}"
    body = cloud_status(number.external_id, id=stranger, status="read")
    assert post(f"{world.url}/hooks/{number.token}", body, signed_cloud(body, number.secret))[0] == 200
    kept = "SELECT message_id FROM message_status_event WHERE provider_message_id = %(id)s"
    until(lambda: world.rows(kept, id=stranger), what="the status is kept")
    assert world.rows(kept, id=stranger)[0]["message_id"] is None
    message = add(world, number, chat, chance, provider_id=stranger, is_known=False)
    body = status_of(number, message, "delivered", at=int(time.time()))
    assert post(f"{world.url}/hooks/{number.token}", body, signed_cloud(body, number.secret))[0] == 200
    state = "SELECT status FROM message WHERE id = %(id)s"
    until(lambda: world.rows(state, id=message.id)[0]["status"] == "read", what="both statuses are its own")


def conversations(world: World, number: Number) -> list[Chat]:
    for place in range(CUSTOMERS):
        body = cloud_text(number.external_id, wa_id=wa_id_of(place), id=f"wamid.hi{place}", text="Oi!")
        assert post(f"{world.url}/hooks/{number.token}", body, signed_cloud(body, number.secret))[0] == 200
    return until(lambda: chats_of(world, number, least=CUSTOMERS))


def add(
    world: World, number: Number, chat: Chat, chance: random.Random, *,
    provider_id: str = "", is_known: bool | None = None,
) -> Sent:  # fmt: skip
    """A message as the sender leaves it: with the provider's answer stored, or still without."""
    known = chance.random() < 0.7 if is_known is None else is_known
    message = Sent(new_id(), provider_id or f"wamid.{new_id().hex}", chance.choice(_CASES), known)
    facts: dict[str, Any] = {"workspace": world.workspace_id, "id": message.id}
    world.write(
        _ADD, **facts,
        conversation=chat.id, channel=number.id, contact=chat.contact_id, ref=str(message.id),
        status="accepted" if known else "uncertain", provider_id=message.provider_id if known else None,
        accepted="now" if known else None,
    )  # fmt: skip
    world.write(_ATTEMPT, **facts, outcome="accepted" if known else "uncertain")
    return message


def status_of(number: Number, message: Sent, status: str, *, at: int) -> bytes:
    """Signed by nobody yet. It carries our own id, as Meta returns it."""
    extra: dict[str, Any] = {"biz_opaque_callback_data": str(message.id)}
    if status == "failed":
        extra["errors"] = [{"code": 131026, "title": "Undeliverable"}]
    body = cloud_status(number.external_id, id=message.provider_id, status=status, at=at, **extra)
    assert json.loads(body)
    return body
