"""The watch over numbers: a look at each now and then, gaps read back, confirmations counted."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from procrastinate.contrib.django import app

from parley.access import queries as access
from parley.channels import queries
from parley.channels.services import acks, backfill, pairs, provider, watching
from parley.core.clock import now
from parley.core.environment import environment
from parley.core.errors import NotFound
from parley.core.jobs import defer, job
from parley.core.transactions import platform_transaction, workspace_transaction

SECOND_LOOK_SECONDS = 10
_MINUTE: Final = 60
_PAGES_A_JOB: Final = 20
_COUNT_SECONDS: Final = 2


@job(name="channels.refresh_state", queue="channels", retry=False)
def refresh_state(*, workspace_id: str, channel_id: str, seen: str = "") -> None:
    """Look at one number. What may be a slip of the tongue is asked for again before it is believed."""
    workspace, channel = UUID(workspace_id), UUID(channel_id)
    try:
        doubtful = watching.look(workspace, channel, seen=seen)
    except NotFound:
        return  # removed meanwhile
    if doubtful:
        with workspace_transaction(workspace):
            at = now() + timedelta(seconds=SECOND_LOOK_SECONDS)
            defer(refresh_state, at=at, workspace_id=workspace, channel_id=channel, seen=doubtful)
    defer_backfills(workspace)


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
    for workspace_id in _workspaces():
        with workspace_transaction(workspace_id):
            for look in range(max(round(_MINUTE / every), 1)):
                _look_at_all(workspace_id, provider.SESSION_PROVIDER, after=look * every)


@app.periodic(cron="23 * * * *")
@job(name="channels.watch_numbers", queue="channels", retry=False)
def watch_numbers(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Every hour: business numbers, whose quality and limits change slowly."""
    for workspace_id in _workspaces():
        with workspace_transaction(workspace_id):
            _look_at_all(workspace_id, provider.NUMBER_PROVIDER)


@app.periodic(cron="* * * * *")
@job(name="channels.watch_acks", queue="channels", retry=False)
def watch_acks(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Every minute: whether what was sent is confirmed; and gaps whose reading stopped half-way."""
    for workspace_id in _workspaces():
        with workspace_transaction(workspace_id):
            acks.check_acks(workspace_id)
        defer_backfills(workspace_id)


@job(name="channels.read_people", queue="channels")
def read_people(*, workspace_id: str, channel_id: str) -> None:
    """Learn which hidden ids and numbers are one person, of all whom a session knows."""
    try:
        pairs.read_everybody(UUID(workspace_id), UUID(channel_id))
    except NotFound:
        return


@job(name="channels.ask_about_person", queue="channels")
def ask_about_person(*, workspace_id: str, channel_id: str, contact_id: str) -> None:
    """Learn the number of one who wrote under a hidden id alone."""
    try:
        pairs.ask_about(UUID(workspace_id), UUID(channel_id), UUID(contact_id))
    except NotFound:
        return


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


def _look_at_all(workspace_id: UUID, provider_name: str, *, after: float = 0) -> None:
    for channel_id in queries.ids_to_watch(workspace_id, provider=provider_name):
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
