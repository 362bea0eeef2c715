"""Jobs of messaging. Each opens its own transactions, and holds none while it waits for a network."""

from datetime import timedelta
from uuid import UUID

import procrastinate
import structlog

from parley.channels.gateways.neutral import GatewayError
from parley.contacts.services import doubts
from parley.core import clock
from parley.core.jobs import defer, job
from parley.core.transactions import workspace_transaction
from parley.messaging.services import fetching, joining, read_marks, typing

log = structlog.get_logger(__name__)

MARK_RETRY = procrastinate.RetryStrategy(max_attempts=4, exponential_wait=5)


@job(queue="media", name="messaging.fetch_media")
def fetch_media(workspace_id: str, media_id: str, attempt: int = 1) -> None:
    """Fetch one received file and store it, or note why not and try again later. Done twice, it is done once.

    The next attempt is a new job in the transaction that notes the failure: each failure is seen in its row.
    """
    workspace = UUID(workspace_id)
    with workspace_transaction(workspace):
        errand = fetching.errand_for(workspace, UUID(media_id))
    if errand is None:
        return
    outcome = fetching.fetch(errand)
    with workspace_transaction(workspace):
        pause = fetching.settle(errand, outcome, attempt=attempt)
        if pause is not None:
            defer_fetch(workspace, UUID(media_id), attempt=attempt + 1, pause=pause)


def defer_fetch(
    workspace_id: UUID, media_id: UUID, *, attempt: int = 1, pause: timedelta = timedelta()
) -> None:
    """Put the job into the running transaction, to run after the pause."""
    at = clock.now() + pause if pause else None
    defer(fetch_media, at=at, workspace_id=workspace_id, media_id=media_id, attempt=attempt)


@job(queue="default", retry=MARK_RETRY, name="messaging.send_read_mark")
def send_read_mark(workspace_id: str, conversation_id: str) -> None:
    """Tell the customer that their messages were read. A refused mark is not worth a retry."""
    workspace = UUID(workspace_id)
    with workspace_transaction(workspace):
        mark = read_marks.read_mark_for(workspace, UUID(conversation_id))
    if mark is None:
        return
    try:
        read_marks.send_mark(mark)
    except GatewayError as error:
        if error.kind != "refused":
            raise
        log.info("read_mark.refused", conversation=conversation_id, code=error.code)


@job(queue="default", retry=False, name="messaging.show_typing")
def show_typing(workspace_id: str, conversation_id: str) -> None:
    """Show the customer that somebody writes. It is over in a moment, so it is tried once."""
    workspace = UUID(workspace_id)
    with workspace_transaction(workspace):
        sign = typing.sign_for(workspace, UUID(conversation_id))
    if sign is None:
        return
    try:
        typing.send_sign(sign)
    except GatewayError as error:
        log.info("typing.not_shown", conversation=conversation_id, code=error.code)


@job(queue="default", name="messaging.join_people")
def join_people(workspace_id: str, contact_id: str, other_id: str) -> None:
    """Put two contacts of one person together where that is safe, and leave the rest to people."""
    workspace, contact, other = UUID(workspace_id), UUID(contact_id), UUID(other_id)
    with workspace_transaction(workspace):
        if joining.join(workspace, contact, other) is None:
            doubts.note(workspace, contact, other)
