"""The safety net under webhooks: ask each number how it is, now and then."""

from datetime import timedelta
from uuid import UUID

from procrastinate.contrib.django import app

from parley.access import queries as access
from parley.channels import queries
from parley.channels.services import control, provider
from parley.core.clock import now
from parley.core.errors import NotFound
from parley.core.jobs import defer, job
from parley.core.transactions import platform_transaction, workspace_transaction

SECOND_LOOK_SECONDS = 10


@job(name="channels.refresh_state", queue="channels", retry=False)
def refresh_state(*, workspace_id: str, channel_id: str, seen: str = "") -> None:
    """Ask one number. A state that may be a slip of the tongue is asked for again before it is believed."""
    workspace, channel = UUID(workspace_id), UUID(channel_id)
    try:
        doubtful = control.watch(workspace, channel, seen=seen)
    except NotFound:
        return  # removed meanwhile
    if doubtful:
        with workspace_transaction(workspace):
            at = now() + timedelta(seconds=SECOND_LOOK_SECONDS)
            defer(refresh_state, at=at, workspace_id=workspace, channel_id=channel, seen=doubtful)


@app.periodic(cron="* * * * *")
@job(name="channels.watch_sessions", queue="channels", retry=False)
def watch_sessions(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Every minute: sessions, whose phones come and go."""
    _watch(provider.SESSION_PROVIDER)


@app.periodic(cron="23 * * * *")
@job(name="channels.watch_numbers", queue="channels", retry=False)
def watch_numbers(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Every hour: business numbers, whose quality and limits change slowly."""
    _watch(provider.NUMBER_PROVIDER)


def _watch(provider_name: str) -> None:
    """One short transaction a workspace, since row-level security shows one at a time."""
    with platform_transaction():
        workspaces = access.active_workspace_ids()
    for workspace_id in workspaces:
        with workspace_transaction(workspace_id):
            for channel_id in queries.ids_to_watch(workspace_id, provider=provider_name):
                defer(
                    refresh_state,
                    key=f"channels.refresh_state:{channel_id}",
                    workspace_id=workspace_id,
                    channel_id=channel_id,
                )
