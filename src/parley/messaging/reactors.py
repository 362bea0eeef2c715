"""What messaging does about announced facts."""

from uuid import UUID

from parley.core.jobs import defer
from parley.core.reactors import LoggedEvent, reactor
from parley.messaging.tasks import join_people, send_read_mark


@reactor("messaging.read_marks", "conversation.read")
def show_the_customer(event: LoggedEvent) -> None:
    """We have read: the customer's ticks turn blue. One waiting mark for a conversation is enough."""
    defer(
        send_read_mark,
        key=f"read:{event.object_id}",
        workspace_id=event.workspace_id,
        conversation_id=event.object_id,
    )


@reactor("messaging.join_people", "person.conflict")
def join_people_that_are_one(event: LoggedEvent) -> None:
    """An id of one contact turned out to be another's. In a job, because it waits for the applier."""
    other = UUID(event.data["other_contact_id"])
    defer(
        join_people,
        key=f"messaging.join_people:{event.object_id}:{other}",
        workspace_id=event.workspace_id,
        contact_id=event.object_id,
        other_id=other,
    )
