"""T06: PostgreSQL goes away under webhooks; and the edge dies between commit and answer."""

import random
import signal
import time
from collections import Counter

import pytest

from tests.torture.invariants import nothing_stuck, received_once
from tests.torture.programs import until
from tests.torture.shop import connect
from tests.torture.webhooks import Provider, text_webhook, texts
from tests.torture.world import World, answers

pytestmark = [pytest.mark.torture, pytest.mark.timeout(240)]

PER_SECOND = 50
SECONDS = 36
CUSTOMERS = 60
AWAY_SECONDS = 20.0
BACK_SECONDS = 30.0
SWALLOWED_SECONDS = 22.0
LONGEST_ANSWER = 30.0


def test_nothing_is_confirmed_that_is_not_kept(world: World, chance: random.Random) -> None:
    """Stopped for 20 s, then crashed for some: 503 meanwhile, and after redelivery everything once."""
    world.start("edge")
    numbers = [connect(world, "cloud_api"), connect(world, "waha")]
    provider = Provider(world.url)
    webhooks = texts(numbers, count=PER_SECOND * SECONDS, customers=CUSTOMERS, chance=chance)
    provider.deliver(webhooks, per_second=PER_SECOND)
    time.sleep(chance.uniform(2, 5))
    away = [be_away(world, AWAY_SECONDS, signal.SIGINT)]
    time.sleep(chance.uniform(1, 3))
    away.append(be_away(world, chance.uniform(1, 3), chance.choice([signal.SIGQUIT, signal.SIGKILL])))
    back = time.monotonic()
    until(lambda: answers(f"{world.url}/readyz") == 200, seconds=BACK_SECONDS, what="ready again, unaided")
    recovered = time.monotonic() - back
    provider.finish()

    untrue = [
        answer
        for answer in provider.answers
        for began, ended in away
        if answer.status == 200 and began <= answer.began and answer.ended <= ended
    ]
    assert not untrue, f"{len(untrue)} webhooks were answered 200 while there was no database."
    codes = Counter(answer.status for answer in provider.answers)
    assert set(codes) == {200, 503}, f"the edge answered {codes}"
    nothing_stuck(world)
    received_once(world, provider.delivered)
    print(  # noqa: T201
        f"T06: {len(provider.delivered)} webhooks in {len(provider.answers)} attempts {dict(codes)}, "
        f"database away {[round(ended - began, 1) for began, ended in away]} s, ready {recovered:.1f} s after"
    )
    assert world.programs["edge"].starts == 1
    assert len(provider.delivered) == PER_SECOND * SECONDS


def test_the_edge_dies_between_commit_and_answer(world: World, chance: random.Random) -> None:
    """The row is there and nobody was told: the redelivery is answered 200 and adds nothing."""
    world.start("edge")
    number = connect(world, "cloud_api")
    until(lambda: answers(f"{world.url}/hooks/{number.token}") == 403)  # the channel is known from now on
    world.database_proxy.hold_answers(b"INSERT INTO inbound_event", b"COMMIT")
    provider = Provider(world.url)
    webhooks = [text_webhook(number, customer=place, text=f"Olá {place}") for place in range(5)]
    provider.deliver(webhooks, per_second=1000)
    until(lambda: len(world.rows("SELECT FROM inbound_event")) >= 1, what="the commit arrives")
    time.sleep(chance.uniform(0, 0.3))
    assert not provider.delivered, "answered before PostgreSQL had confirmed"
    kept = len(world.rows("SELECT FROM inbound_event"))
    world.kill("edge")
    world.database_proxy.heal()
    world.start("edge")
    provider.finish()
    nothing_stuck(world)
    received_once(world, provider.delivered)
    assert len(world.rows("SELECT FROM inbound_event")) == len(provider.delivered) == len(webhooks)
    assert any(answer.status is None for answer in provider.answers)
    print(f"T06: the edge died with {kept} rows committed and none answered")  # noqa: T201


def test_a_database_that_is_cut_off_again_and_again(world: World, chance: random.Random) -> None:
    """Every connection reset each second or so, also in the middle of a commit: answered or sent again."""
    world.start("edge")
    number = connect(world, "waha")
    provider = Provider(world.url)
    provider.deliver(texts([number], count=300, customers=20, chance=chance), per_second=30)
    for _ in range(10):
        time.sleep(chance.uniform(0.3, 1.5))
        chance.choice([world.database_proxy.reset, world.database_proxy.cut])()
    provider.finish()
    nothing_stuck(world)
    received_once(world, provider.delivered)
    assert len(provider.delivered) == 300


def be_away(world: World, seconds: float, number: signal.Signals) -> tuple[float, float]:
    """Stop PostgreSQL for a while. Answers from when to when it surely did not run."""
    world.cluster.stop(number)
    began = time.monotonic()
    time.sleep(min(1.0, seconds / 2))
    assert answers(f"{world.url}/healthz") == 200
    assert answers(f"{world.url}/readyz") == 503
    time.sleep(max(0.0, began + seconds - time.monotonic()))
    ended = time.monotonic()
    world.cluster.revive()
    return began, ended


def test_a_database_that_swallows_everything(world: World, chance: random.Random) -> None:
    """Connections stand and nothing comes through: each webhook is answered 503 within half a minute."""
    world.start("edge")
    number = connect(world, "cloud_api")
    provider = Provider(world.url)
    provider.deliver(texts([number], count=240, customers=20, chance=chance), per_second=4)
    time.sleep(2)
    world.database_proxy.swallow()
    began = time.monotonic()
    time.sleep(SWALLOWED_SECONDS)
    lost = [answer for answer in provider.answers if answer.began > began]
    assert lost, "nobody was answered"
    assert {answer.status for answer in lost} == {503}
    assert answers(f"{world.url}/healthz") == 200
    world.database_proxy.reset()
    world.database_proxy.heal()
    until(lambda: answers(f"{world.url}/readyz") == 200, seconds=BACK_SECONDS, what="ready again, unaided")
    time.sleep(2)
    provider.stop_writing()
    provider.finish()
    slowest = max(answer.ended - answer.began for answer in provider.answers)
    assert slowest < LONGEST_ANSWER, f"one webhook waited {slowest:.0f} s"
    nothing_stuck(world)
    received_once(world, provider.delivered)
    print(f"T06: {len(lost)} webhooks answered 503 in a black hole, the slowest after {slowest:.1f} s")  # noqa: T201
