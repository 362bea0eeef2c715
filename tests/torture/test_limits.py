"""T50: the provider's limits, by the provider's ledger: nothing above, nothing dropped, all explained."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from uuid import UUID

import pytest

from parley.core.ids import new_id
from tests.torture.invariants import in_status, nothing_stuck
from tests.torture.limited import Limited, limited_gateway
from tests.torture.programs import until
from tests.torture.shop import Chat, Number, connect, queue, wa_id_of
from tests.torture.world import World

pytestmark = [pytest.mark.torture, pytest.mark.timeout(240)]

PER_SECOND = 40
CROWD = 2_000
_PEOPLE = """
WITH person AS (
  INSERT INTO contact (workspace_id, id, display_name)
  SELECT %(workspace)s, id, 'Cliente' FROM unnest(%(contact_id)s::uuid[]) AS id
), identity AS (
  INSERT INTO contact_identity (workspace_id, id, contact_id, kind, value, address_hash, is_primary)
  SELECT %(workspace)s, gen_random_uuid(), id, 'phone', '+' || wa_id, sha256(wa_id::bytea), true
  FROM unnest(%(contact_id)s::uuid[], %(wa_id)s::text[]) AS new (id, wa_id)
)
INSERT INTO conversation (workspace_id, id, contact_id, channel_id, window_expires_at)
SELECT %(workspace)s, id, contact_id, %(channel)s, now() + make_interval(secs => %(window)s)
FROM unnest(%(id)s::uuid[], %(contact_id)s::uuid[]) AS new (id, contact_id)
"""
_AS_TEMPLATES = """
UPDATE message SET type = 'template',
  content = '{"template": {"name": "oi", "language": "pt_BR", "body": [{"text": "Ana"}, {"text": "12"}]}}'
WHERE id = ANY(%(id)s)
"""
_WAITING = """
SELECT id, error_code, error_message, next_attempt_at > now() + interval '20 hours' AS is_tomorrow
FROM message WHERE status = 'queued'
"""
_LAST_WORDS = """
UPDATE conversation SET last_message_at = newest.at, last_message_ref = newest.id
FROM (SELECT DISTINCT ON (conversation_id) conversation_id, at, id FROM message
      ORDER BY conversation_id, at DESC, id DESC) AS newest
WHERE conversation.id = newest.conversation_id
"""
_ANNOUNCED = """
INSERT INTO event (workspace_id, id, type, object_type, object_id)
SELECT workspace_id, id, 'message.queued', 'message', id FROM message ON CONFLICT DO NOTHING
"""
_NUMBERS = "UPDATE channel SET base_url = %(url)s, portfolio_id = 'portfolio-1', messaging_limit = %(limit)s"


@pytest.fixture
def provider(world: World) -> Iterator[Limited]:
    """The other side; afterwards all is as if the sending service had queued it, which the doctor asks."""
    with limited_gateway() as limited:
        yield limited
    world.write(_LAST_WORDS)
    world.write(_ANNOUNCED)


def number_at(world: World, provider: Limited, *, per_second: int, limit: str = "") -> Number:
    number = connect(world, "cloud_api", credentials={"access_token": "none"}, per_second=per_second)
    world.write(_NUMBERS, url=f"{provider.url}/v24.0", limit=limit)
    return number


def people(world: World, number: Number, *, count: int, first: int = 0, window: float = 3_600) -> list[Chat]:
    """So many customers with an open conversation, whose window closes after so many seconds."""
    chats = [Chat(new_id(), new_id()) for _ in range(count)]
    world.write(
        _PEOPLE,
        workspace=world.workspace_id,
        channel=number.id,
        window=window,
        id=[chat.id for chat in chats],
        contact_id=[chat.contact_id for chat in chats],
        wa_id=[wa_id_of(first + place) for place in range(count)],
    )
    return chats


def each_once(provider: Limited, ids: Sequence[UUID]) -> None:
    accepted = Counter(one.ref for one in provider.accepted)
    assert accepted == Counter(str(id_) for id_ in ids)


def test_no_second_has_more_than_the_number_may_send(world: World, provider: Limited) -> None:
    """Two senders, one of which dies and comes back: whoever takes over knows what was sent before."""
    provider.per_second = PER_SECOND
    number = number_at(world, provider, per_second=PER_SECOND)
    other = number_at(world, provider, per_second=PER_SECOND)
    ids = queue(world, number, people(world, number, count=160), count=320)
    unhurried = queue(world, other, people(world, other, count=40, first=160), count=40)
    world.start("sender.1", "sender.2")
    until(lambda: len(provider.accepted) > 60, what="some of it")
    world.kill("sender.1", "sender.2")
    world.start("sender.1", "sender.2")
    until(lambda: not in_status(world, "queued", "sending"), seconds=90, what="all of it")
    assert provider.most_in_a_second(number.external_id) <= PER_SECOND
    assert provider.most_in_a_second(other.external_id) <= PER_SECOND
    assert not provider.refused
    doubt = in_status(world, "uncertain")
    assert not {one.ref for one in provider.accepted} - {str(id_) for id_ in [*ids, *unhurried]}
    assert max(Counter(one.ref for one in provider.accepted).values()) == 1
    assert len(provider.accepted) + len(doubt) >= len(ids) + len(unhurried)


def test_a_throttled_number_waits_and_the_others_do_not(world: World, provider: Limited) -> None:
    slow, other = (number_at(world, provider, per_second=PER_SECOND) for _ in range(2))
    world.start("sender")
    provider.refuse_next.extend([(429, 130429), (403, 130429)])
    ids = queue(world, slow, people(world, slow, count=10), count=10)
    until(lambda: provider.refused[130429], what="the first refusal")
    began = time.monotonic()
    more = queue(world, other, people(world, other, count=5, first=10), count=5)
    provider.refuse_next.clear()
    sent = {str(id_) for id_ in more}
    until(lambda: sent <= {one.ref for one in provider.accepted}, what="the other number's")
    assert time.monotonic() - began < 4, "the other number waited too"
    waiting = world.rows(_WAITING)
    assert waiting, "the throttled number went on"
    assert any(row["error_message"] for row in waiting)
    nothing_stuck(world, seconds=60)
    each_once(provider, [*ids, *more])


def test_a_crowd_on_one_number_delays_nobody_on_another(world: World, provider: Limited) -> None:
    """T53, of the sender: both numbers share one process, and one of them has no pace at all."""
    provider.per_second, provider.seconds = 100_000, 0.05
    crowded, quiet = (number_at(world, provider, per_second=PER_SECOND) for _ in range(2))
    world.write("UPDATE channel SET config = '{\"pace\": 0}' WHERE id = %(id)s", id=crowded.id)
    crowd = queue(world, crowded, people(world, crowded, count=CROWD), count=CROWD)
    chats = people(world, quiet, count=5, first=CROWD)
    world.start("sender")
    until(lambda: provider.accepted, what="the crowd has begun")
    took = []
    for chat in chats:
        began = time.monotonic()
        (single,) = queue(world, quiet, [chat], count=1)
        until(lambda: str(single) in {one.ref for one in provider.accepted}, what="a single one")  # noqa: B023
        took.append(time.monotonic() - began)
    print(f"T53: {len(crowd)} queued on one number, singles on another after {max(took):.2f} s")  # noqa: T201
    assert len(provider.accepted) < CROWD, "the crowd was through before"
    assert max(took) < 3
    nothing_stuck(world, seconds=90)
    singles = [one.ref for one in provider.accepted if one.number == quiet.external_id]
    assert len(singles) == len(set(singles)) == len(chats)
    # A provider that is overrun answers some too late; those are in doubt, and none is sent twice.
    accepted = Counter(one.ref for one in provider.accepted)
    assert max(accepted.values()) == 1
    assert {str(id_) for id_ in crowd} - set(accepted) <= {str(id_) for id_ in in_status(world, "uncertain")}


def test_one_person_is_not_crowded(world: World, provider: Limited) -> None:
    """A burst, and then as long a pause; who takes over keeps to it; others are written to meanwhile."""
    number = number_at(world, provider, per_second=PER_SECOND)
    crowd, *rest = people(world, number, count=4)
    world.start("sender.1")
    burst = queue(world, number, [crowd], count=2)
    until(lambda: len(provider.accepted) == 2)
    time.sleep(6.2)
    world.kill("sender.1")
    third = queue(world, number, [crowd], count=1)
    others = queue(world, number, rest, count=3)
    world.start("sender.2")
    until(lambda: {str(id_) for id_ in others} <= {one.ref for one in provider.accepted}, seconds=30)
    nothing_stuck(world, seconds=60)
    each_once(provider, [*burst, *third, *others])
    assert not provider.refused


def test_a_refusal_for_one_person_holds_that_person_only(world: World, provider: Limited) -> None:
    number = number_at(world, provider, per_second=PER_SECOND)
    crowd, *rest = people(world, number, count=4)
    world.start("sender")
    provider.refuse_next.append((400, 131056))
    (first,) = queue(world, number, [crowd], count=1)
    until(lambda: provider.refused[131056])
    second = queue(world, number, [crowd], count=1)
    others = queue(world, number, rest, count=3)
    until(lambda: {str(id_) for id_ in others} <= {one.ref for one in provider.accepted}, seconds=4)
    assert {row["id"] for row in world.rows(_WAITING)} == {first, *second}
    nothing_stuck(world, seconds=60)
    each_once(provider, [first, *second, *others])


def test_a_portfolio_stays_below_its_tier(world: World, provider: Limited) -> None:
    """Three numbers write first to more people than one portfolio may, and answer those who wrote."""
    provider.people = 250
    numbers = [number_at(world, provider, per_second=200, limit="TIER_250") for _ in range(3)]
    first: list[UUID] = []
    for place, number in enumerate(numbers):
        chats = people(world, number, count=120, first=place * 120, window=-1)
        ids = queue(world, number, chats, count=120)
        world.write(_AS_TEMPLATES, id=ids)
        first += ids
    world.start("sender.1", "sender.2")
    until(lambda: len(provider.accepted) >= 250, seconds=90, what="as many as are allowed")

    def waiting_is_told() -> bool:
        waiting = world.rows(_WAITING)
        told = [row for row in waiting if row["error_code"] == "portfolio_limit" and row["error_message"]]
        return len(told) == len(waiting) == 110 and all(row["is_tomorrow"] for row in told)

    until(waiting_is_told, seconds=30, what="the rest waits until tomorrow, and says so")
    assert len({one.to for one in provider.accepted}) == len(provider.accepted) == 250
    assert not provider.refused
    assert not in_status(world, "failed", "uncertain")


def test_a_window_that_closes_while_it_waits_is_told(world: World, provider: Limited) -> None:
    number = number_at(world, provider, per_second=2)
    (last,) = people(world, number, count=1, window=1.5)
    ids = queue(world, number, [*people(world, number, count=6, first=1), last], count=7)
    world.start("sender")
    until(lambda: not in_status(world, "queued", "sending"), seconds=40)
    assert in_status(world, "failed") == {ids[-1]}
    (row,) = world.rows("SELECT error_code, error_message FROM message WHERE status = 'failed'")
    assert row["error_code"] == "window_closed"
    assert row["error_message"]
    each_once(provider, ids[:-1])


def test_what_the_provider_forbids_is_over_and_the_rest_goes_on(world: World, provider: Limited) -> None:
    """Too much marketing for this person: told, not tried again. People reported the number: it stops."""
    number = number_at(world, provider, per_second=PER_SECOND)
    chats = people(world, number, count=4)
    world.start("sender")
    provider.refuse_next.append((400, 131049))
    (held,) = queue(world, number, chats[:1], count=1)
    until(lambda: in_status(world, "failed") == {held})
    provider.refuse_next.append((400, 131048))
    (reported,) = queue(world, number, chats[1:2], count=1)
    until(lambda: world.rows("SELECT FROM channel WHERE status = 'failed' AND error_message <> ''"))
    (waits,) = queue(world, number, chats[2:3], count=1)
    time.sleep(2)
    assert in_status(world, "queued") == {reported, waits}
    assert not provider.accepted
