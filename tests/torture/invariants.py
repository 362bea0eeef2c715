"""What must hold after every case, read from outside: the database as its owner, the simulator's ledger.

I1: what was answered 2xx is there exactly once. I3: a message is accepted at most once, and doubt is not
wider than what was in flight. I5: nothing is stuck.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from tests.torture.programs import until
from tests.torture.world import World

ACCEPTED = frozenset({"accepted", "sent", "delivered", "read"})
_OPEN = frozenset({"queued", "sending"})
_SENT = """
SELECT message.id, message.status, message.client_ref, message.attempts,
       (SELECT string_agg(outcome || ' ' || coalesce(http_status::text, '') || ' ' || detail, '; ')
        FROM send_attempt WHERE send_attempt.message_id = message.id) AS tries,
       EXISTS (SELECT FROM send_attempt
               WHERE send_attempt.message_id = message.id AND send_attempt.outcome = 'uncertain')
         AS was_uncertain
FROM message
WHERE direction = 'outbound' AND kind = 'message' AND NOT metadata ? 'echo'
"""
_UNANSWERED = """
SELECT DISTINCT message_id FROM send_attempt
WHERE outcome IN ('', 'uncertain') OR detail = 'a status told of it'
"""
_STUCK = """
SELECT 'inbound_event ' || state AS what, count(*) AS count FROM inbound_event
WHERE state IN ('new', 'parked') GROUP BY 1
UNION ALL
SELECT concat_ws(' ', 'message', message.status, channel.provider, channel.status, error_code,
                 left(message.error_message, 80),
                 'next', round(extract(epoch FROM next_attempt_at - now())),
                 'slow', round(extract(epoch FROM slow_until - now()))), count(*)
FROM message
JOIN channel ON channel.id = message.channel_id
JOIN channel_lease AS lease ON lease.channel_id = channel.id AND lease.purpose = 'send'
WHERE message.status IN ('queued', 'sending') GROUP BY 1
UNION ALL
SELECT 'send_attempt unfinished', count(*) FROM send_attempt WHERE outcome = '' HAVING count(*) > 0
UNION ALL
SELECT 'media_file pending', count(*) FROM media_file WHERE state = 'pending' HAVING count(*) > 0
"""
_JOBS = """
SELECT task_name || ' ' || status::text AS what, count(*) AS count FROM procrastinate_jobs
WHERE status IN ('doing', 'failed', 'aborted')
   OR (status = 'todo' AND coalesce(scheduled_at, '-infinity') <= now())
GROUP BY 1
"""
_RECEIVED = """
SELECT provider_message_id, count(*) AS count FROM message WHERE direction = 'inbound' GROUP BY 1
"""
_TWICE_OPEN = """
SELECT contact_id FROM conversation WHERE status IN ('open', 'pending', 'snoozed')
GROUP BY channel_id, contact_id HAVING count(*) > 1
"""
_TWICE_ANNOUNCED = """
SELECT object_id FROM event WHERE type = 'message.received' GROUP BY object_id HAVING count(*) > 1
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the messages that were queued."""

    messages: int
    accepted: int
    uncertain: int
    failed: int
    ever_uncertain: int

    def __str__(self) -> str:
        return (
            f"{self.messages} messages: {self.accepted} accepted, {self.uncertain} uncertain in the end "
            f"({self.ever_uncertain} for a while), {self.failed} failed"
        )


def in_status(world: World, *statuses: str) -> set[UUID]:
    """The outgoing messages that stand there now."""
    query = "SELECT id FROM message WHERE direction = 'outbound' AND status = ANY(%(statuses)s)"
    return {row["id"] for row in world.rows(query, statuses=list(statuses))}


def in_flight(world: World) -> set[UUID]:
    """The messages of which a sender has no answer, whether or not a status has told of them meanwhile."""
    return {row["message_id"] for row in world.rows(_UNANSWERED)}


def nothing_stuck(world: World, *, seconds: float = 45, jobs: bool = False) -> None:
    """I5: everything comes to an end by itself. `jobs` where a worker runs."""

    def settled() -> bool:
        return not world.rows(_STUCK) and not (jobs and world.rows(_JOBS))

    try:
        until(settled, seconds=seconds)
    except AssertionError:
        left = [*world.rows(_STUCK), *world.rows(_JOBS)]
        raise AssertionError(f"I5: stuck after {seconds:.0f} s: {left}") from None


def received_once(world: World, answered: Collection[str]) -> None:
    """I1: each event that was answered 2xx is one message, in one conversation, announced once."""
    until(lambda: not world.rows("SELECT FROM inbound_event WHERE state = 'new' LIMIT 1"), seconds=45)
    counts = {row["provider_message_id"]: row["count"] for row in world.rows(_RECEIVED)}
    lost = set(answered) - set(counts)
    assert not lost, f"I1: {len(lost)} of {len(answered)} answered events are lost: {sorted(lost)[:5]}"
    doubled = [id_ for id_, count in counts.items() if count > 1]
    assert not doubled, f"I1: {len(doubled)} messages stand twice: {doubled[:5]}"
    assert not world.rows(_TWICE_OPEN), "I1: a customer has two open conversations on one number."
    assert not world.rows(_TWICE_ANNOUNCED), "I1: a message was announced twice."


def sent_once(world: World, *, in_flight: Collection[UUID] | None = None, words_arrive: bool = True) -> Tally:
    """I3: the ledger against the database. Call it when nothing is on its way any more.

    `in_flight` are the messages that were on their way at a fault: no other may ever have been in doubt. With
    `words_arrive` (no status was lost) doubt remains only about what was never accepted.
    """
    posts = _posts(world)
    rows = world.rows(_SENT)
    doubled = {row["id"]: posts[row["client_ref"]] for row in rows if posts[row["client_ref"]] > 1}
    assert not doubled, f"I3: accepted more than once: {doubled}"
    strangers = set(posts) - {row["client_ref"] for row in rows}
    assert not strangers, f"I3: the ledger has messages that the database does not: {strangers}"
    untrue = [
        (row["id"], row["status"])
        for row in rows
        if (row["status"] in ACCEPTED and not posts[row["client_ref"]])
        or (row["status"] in {"failed", "cancelled"} and posts[row["client_ref"]])
        or row["status"] in _OPEN
    ]
    assert not untrue, f"I3: what the thread shows is not what happened: {untrue}"
    if words_arrive:
        _doubt_was_resolved(world)
    ever = {row["id"] for row in rows if row["was_uncertain"] or row["status"] == "uncertain"}
    if in_flight is not None:
        beyond = [(row["id"], row["tries"]) for row in rows if row["id"] in ever - set(in_flight)]
        assert not beyond, f"I3: {len(beyond)} in doubt that were not in flight at a fault: {beyond[:5]}"
    return _tally(world, ever_uncertain=len(ever))


def _doubt_was_resolved(world: World) -> None:
    def unresolved() -> list[UUID]:
        posts = _posts(world)
        return [r["id"] for r in world.rows(_SENT) if r["status"] == "uncertain" and posts[r["client_ref"]]]

    until(lambda: not unresolved(), seconds=20, what="statuses with our own id settle what was in doubt")


def _posts(world: World) -> Counter[str]:
    """How often each of our ids was accepted. A repeat of an id chosen by us is counted by the simulator."""
    posts: Counter[str] = Counter()
    for entry in world.whatsapp.ledger():
        posts[entry.callback or f"without an id of ours: {entry.id}"] += entry.attempts
    return posts


def _tally(world: World, *, ever_uncertain: int) -> Tally:
    rows = world.rows(_SENT)
    states = Counter(row["status"] for row in rows)
    return Tally(
        messages=len(rows),
        accepted=sum(states[state] for state in ACCEPTED),
        uncertain=states["uncertain"],
        failed=states["failed"],
        ever_uncertain=ever_uncertain,
    )
