"""T46: what nobody expected in a webhook: the good around it is applied, the bad is kept and visible."""

import json
import random
import time
from typing import Any

import pytest

from parley.engines.tests.posting import cloud_body, post, signed_cloud, signed_waha
from tests.torture.invariants import received_once
from tests.torture.programs import until
from tests.torture.shop import Number, connect, wa_id_of
from tests.torture.webhooks import text_webhook
from tests.torture.world import World, answers

pytestmark = [pytest.mark.torture, pytest.mark.timeout(240)]

GOOD_AROUND = 10
ROUNDS = 30
REACTIONS = 10_000
_DEEP = "a place for what is deep"
_STATES = "SELECT state, count(*) AS count FROM inbound_event GROUP BY state"


def test_bad_ones_among_good_ones(world: World, chance: random.Random) -> None:
    world.start("edge")
    numbers = [connect(world, "cloud_api"), connect(world, "waha")]
    answered: list[str] = []
    for place in range(ROUNDS):
        number = numbers[place % 2]
        good = [text_webhook(number, customer=chance.randrange(20)) for _ in range(GOOD_AROUND)]
        for hook in [*good[:5], None, *good[5:]]:
            if hook is None:
                deliver(world, number, poison(number, chance))
            else:
                assert post(f"{world.url}{hook.path}", hook.body, hook.headers)[0] == 200
                answered.append(hook.message_id)
    until(lambda: not world.rows("SELECT FROM inbound_event WHERE state = 'new' LIMIT 1"), seconds=60)
    received_once(world, set(answered))
    assert answers(f"{world.url}/readyz") == 200
    states = {row["state"]: row["count"] for row in world.rows(_STATES)}
    reasons = "SELECT FROM inbound_event WHERE state IN ('parked', 'ignored') AND error = ''"
    assert not world.rows(reasons)
    assert world.programs["edge"].starts == world.programs["applier"].starts == 1
    print(f"T46: {len(answered)} good among {ROUNDS} bad: {states}")  # noqa: T201


def test_ten_thousand_reactions_on_one_message(world: World) -> None:
    world.start("edge")
    number = connect(world, "cloud_api")
    hook = text_webhook(number, customer=1, message_id="wamid.loved")
    assert post(f"{world.url}{hook.path}", hook.body, hook.headers)[0] == 200
    now = int(time.time())
    reactions = [
        {
            "from": wa_id_of(1), "id": f"wamid.r{place}", "timestamp": str(now + place // 100),
            "type": "reaction",
            "reaction": {"message_id": "wamid.loved", "emoji": "👍" if place % 2 else "❤️"},
        }
        for place in range(REACTIONS)
    ]  # fmt: skip
    for first in range(0, REACTIONS, 1_000):
        body = cloud_body(
            number.external_id,
            contacts=[{"wa_id": wa_id_of(1), "profile": {"name": "Rui"}}],
            messages=reactions[first : first + 1_000],
        )
        assert post(f"{world.url}/hooks/{number.token}", body, signed_cloud(body, number.secret))[0] == 200
    until(lambda: not world.rows("SELECT FROM inbound_event WHERE state = 'new' LIMIT 1"), seconds=120)
    assert len(world.rows("SELECT FROM reaction")) == 1
    after = text_webhook(number, customer=1)
    assert post(f"{world.url}{after.path}", after.body, after.headers)[0] == 200
    until(lambda: len(world.rows("SELECT FROM message WHERE direction = 'inbound'")) == 2)


def deliver(world: World, number: Number, body: bytes) -> None:
    """Signed as it should be; refused as unreadable, or taken: never an error of ours."""
    headers = (signed_waha if number.provider == "waha" else signed_cloud)(body, number.secret)
    assert post(f"{world.url}/hooks/{number.token}", body, headers)[0] in {200, 400, 413, 422}


def poison(number: Number, chance: random.Random) -> bytes:
    hook = text_webhook(number, customer=chance.randrange(20))
    kind = chance.choice(
        ["type", "null", "surrogate", "nul", "huge", "deep", "list", "number", "ephemeral", "time", "cut"]
    )
    envelope = json.loads(hook.body)
    message = spot(number, envelope)
    match kind:
        case "type":
            message |= {
                "type": "hologram",
                "hologram": {"depth": 3},
                "body": None,
                "_data": {"type": "hologram"},
            }
        case "null":
            message |= {"id": None, "from": None}
        case "surrogate":
            message |= {"text": {"body": "\ud83d"}, "body": "\udc00 sozinho"}
        case "nul":
            message |= {"text": {"body": "a\0b"}, "body": "a\0b"}
        case "huge":
            message |= {"text": {"body": "x" * 1_000_000}, "body": "x" * 1_000_000}
        case "deep":
            message |= {"context": _DEEP, "_data": _DEEP}
        case "list":
            message |= {"text": [1, 2], "body": {"a": []}, "timestamp": []}
        case "number":
            message |= {"id": 17, "from": 5519, "timestamp": 1e300}
        case "ephemeral":
            message |= {"_data": {"message": {"viewOnceMessageV2": {"message": {"imageMessage": None}}}}}
        case "time":
            message |= {"timestamp": "-99999999999999"}
        case _:
            return hook.body[: chance.randrange(2, len(hook.body))]
    # Deeper than json.dumps would go.
    deep = '{"a":' * 3_000 + "1" + "}" * 3_000
    return json.dumps(envelope).replace(json.dumps(_DEEP), deep).encode()


def spot(number: Number, envelope: Any) -> Any:
    """Where the message itself stands."""
    if number.provider == "waha":
        return envelope["payload"]
    return envelope["entry"][0]["changes"][0]["value"]["messages"][0]
