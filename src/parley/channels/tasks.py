"""The watch over numbers: a look at each now and then, gaps read back, confirmations counted."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from parley.access import queries as access
from parley.channels import queries
from parley.channels.gateways.neutral import GatewayError
from parley.channels.services import acks, away, backfill, pairs, provider, watching
from parley.core.clock import now
from parley.core.environment import environment
from parley.core.errors import NotFound
from parley.core.jobs import defer, job
from parley.core.transactions import platform_transaction, workspace_transaction

log = structlog.get_logger(__name__)

SECOND_LOOK_SECONDS = 10
_MINUTE: Final = 60
_PAGES_A_JOB: Final = 20
_COUNT_SECONDS: Final = 2
_AWAY_SECONDS: Final = 45
_ASK_RETRY: Final = RetryStrategy(max_attempts=4, exponential_wait=5)


@job(name="channels.refresh_state", queue="channels", retry=False)
def refresh_state(*, workspace_id: str, channel_id: str, seen: str = "") -> None:
    """Look at one number. What may be a slip of the tongue is asked for again before it is believed."""
    workspace, channel = UUID(workspace_id), UUID(channel_id)
    with workspace_transaction(workspace):
        if away.is_left_alone(workspace, channel):
            return
    _look(workspace, channel, seen=seen)


@job(name="channels.look_at_away", queue="channels", retry=False)
def look_at_away() -> None:
    """Look at the numbers whose servers do not answer, those first that were not asked for longest."""
    waiting = []
    for workspace_id in _workspaces():
        with workspace_transaction(workspace_id):
            waiting += [(at, workspace_id, channel_id) for at, channel_id in away.due(workspace_id)]
    until = now() + timedelta(seconds=_AWAY_SECONDS)
    for _, workspace_id, channel_id in sorted(waiting, key=_longest_ago):
        if now() >= until:
            return  # the next job goes on
        _look(workspace_id, channel_id)


@job(name="channels.read_missed", queue="channels", retry=False)
def read_missed(*, workspace_id: str, channel_id: str) -> None:
    """Read back what a number may have missed: some pages, then the next job goes on from there.

    What a dying worker or a provider that is away leaves undone is taken up at the watch's next look.
    """
    workspace, channel = UUID(workspace_id), UUID(channel_id)
    try:
        for _ in range(_PAGES_A_JOB):
            progress = backfill.read_page(workspace, channel)
            if progress != "more":
                break
    except NotFound:
        return
    if progress == "more":
        _read_on(workspace, channel)
    elif progress == "count":
        _count(workspace, channel)


@job(name="channels.count_recovered", queue="channels", retry=False)
def count_recovered(*, workspace_id: str, channel_id: str) -> None:
    """Say what was recovered, once all of it is applied."""
    workspace, channel = UUID(workspace_id), UUID(channel_id)
    try:
        if backfill.count_recovered(workspace, channel) == "wait":
            _count(workspace, channel)
    except NotFound:
        return


@app.periodic(cron="* * * * *")
@job(name="channels.watch_sessions", queue="channels", retry=False)
def watch_sessions(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Every minute, or as often within it as the operator chose: sessions, whose phones come and go."""
    every = environment().watch_seconds
    looks = [look * every for look in range(max(round(_MINUTE / every), 1))]
    is_any_away = False
    for workspace_id in _workspaces():
        with workspace_transaction(workspace_id):
            elsewhere = away.ids_away(workspace_id)
            is_any_away |= bool(elsewhere)
            for after in looks:
                _look_at_all(workspace_id, provider.SESSION_PROVIDER, but=elsewhere, after=after)
    if is_any_away:
        with platform_transaction():
            for after in looks:
                _look_at_those_away(after=after)


@app.periodic(cron="23 * * * *")
@job(name="channels.watch_numbers", queue="channels", retry=False)
def watch_numbers(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Every hour: business numbers, whose quality and limits change slowly."""
    for workspace_id in _workspaces():
        with workspace_transaction(workspace_id):
            _look_at_all(workspace_id, provider.NUMBER_PROVIDER, but=away.ids_away(workspace_id))


@app.periodic(cron="* * * * *")
@job(name="channels.watch_acks", queue="channels", retry=False)
def watch_acks(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Every minute: whether what was sent is confirmed; and gaps whose reading stopped half-way."""
    for workspace_id in _workspaces():
        with workspace_transaction(workspace_id):
            acks.check_acks(workspace_id)
        defer_backfills(workspace_id)


@job(name="channels.read_people", queue="channels", retry=_ASK_RETRY)
def read_people(*, workspace_id: str, channel_id: str) -> None:
    """Learn which hidden ids and numbers are one person, of all whom a session knows."""
    try:
        pairs.read_everybody(UUID(workspace_id), UUID(channel_id))
    except NotFound:
        return
    except GatewayError as error:
        _unless_refused(error, channel_id)


@job(name="channels.ask_about_person", queue="channels", retry=_ASK_RETRY)
def ask_about_person(*, workspace_id: str, channel_id: str, contact_id: str) -> None:
    """Learn the number of one who wrote under a hidden id alone."""
    try:
        pairs.ask_about(UUID(workspace_id), UUID(channel_id), UUID(contact_id))
    except NotFound:
        return
    except GatewayError as error:
        _unless_refused(error, channel_id)


@app.periodic(cron="41 3 * * *")
@job(name="channels.read_people_daily", queue="channels", retry=False)
def read_people_daily(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Every day: what sessions learned of people since they came up."""
    for workspace_id in _workspaces():
        with workspace_transaction(workspace_id):
            for channel_id in queries.ids_to_watch(workspace_id, provider=provider.SESSION_PROVIDER):
                defer_reading_people(workspace_id, channel_id)


def defer_reading_people(workspace_id: UUID, channel_id: UUID) -> None:
    """A job that reads who is who on a number. One that waits is enough."""
    key = f"channels.read_people:{channel_id}"
    defer(read_people, key=key, workspace_id=workspace_id, channel_id=channel_id)


def defer_backfills(workspace_id: UUID) -> None:
    """A job for each gap of the workspace that may be read now. One that waits is enough."""
    with workspace_transaction(workspace_id):
        for channel_id in queries.ids_with_gaps(workspace_id):
            defer_backfill(workspace_id, channel_id)


def defer_backfill(workspace_id: UUID, channel_id: UUID) -> None:
    """A job that reads the number's gap, in the caller's transaction. One that waits is enough."""
    key = f"channels.read_missed:{channel_id}"
    defer(read_missed, key=key, workspace_id=workspace_id, channel_id=channel_id)


def _unless_refused(error: GatewayError, channel_id: str) -> None:
    """An engine that keeps no such book says no, and would again; all else is worth another try."""
    if error.kind != "refused":
        raise error
    log.info("people.not_told", channel=channel_id, code=error.code)


def _look(workspace_id: UUID, channel_id: UUID, *, seen: str = "") -> None:
    try:
        doubtful = watching.look(workspace_id, channel_id, seen=seen)
    except NotFound:
        return  # removed meanwhile
    if doubtful:
        with workspace_transaction(workspace_id):
            at = now() + timedelta(seconds=SECOND_LOOK_SECONDS)
            defer(refresh_state, at=at, workspace_id=workspace_id, channel_id=channel_id, seen=doubtful)
    defer_backfills(workspace_id)


def _longest_ago(one: tuple[datetime | None, UUID, UUID]) -> tuple[bool, datetime]:
    at = one[0]
    return at is not None, at or now()


def _look_at_those_away(*, after: float) -> None:
    """One job for all of them, and never two at once: they never take more than one worker."""
    defer(
        look_at_away,
        key=f"channels.look_at_away:{after:g}",
        lane="channels.look_at_away",
        at=now() + timedelta(seconds=after) if after else None,
    )


def _look_at_all(workspace_id: UUID, provider_name: str, *, but: set[UUID], after: float = 0) -> None:
    for channel_id in queries.ids_to_watch(workspace_id, provider=provider_name):
        if channel_id in but:
            continue
        defer(
            refresh_state,
            key=f"channels.refresh_state:{channel_id}:{after:g}" if after else _look_key(channel_id),
            at=now() + timedelta(seconds=after) if after else None,
            workspace_id=workspace_id,
            channel_id=channel_id,
        )


def _look_key(channel_id: UUID) -> str:
    return f"channels.refresh_state:{channel_id}"


def _read_on(workspace_id: UUID, channel_id: UUID) -> None:
    with workspace_transaction(workspace_id):
        defer_backfill(workspace_id, channel_id)


def _count(workspace_id: UUID, channel_id: UUID) -> None:
    with workspace_transaction(workspace_id):
        defer(
            count_recovered,
            key=f"channels.count_recovered:{channel_id}",
            at=now() + timedelta(seconds=_COUNT_SECONDS),
            workspace_id=workspace_id,
            channel_id=channel_id,
        )


def _workspaces() -> list[UUID]:
    """One short transaction a workspace follows, since row-level security shows one at a time."""
    with platform_transaction():
        return access.active_workspace_ids()
