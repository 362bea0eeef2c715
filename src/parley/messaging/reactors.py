"""What messaging does about announced facts."""

from parley.core.jobs import defer
from parley.core.reactors import LoggedEvent, reactor
from parley.messaging.tasks import send_read_mark


@reactor("messaging.read_marks", "conversation.read")
def show_the_customer(event: LoggedEvent) -> None:
    """We have read: the customer's ticks turn blue. One waiting mark for a conversation is enough."""
    defer(
        send_read_mark,
        key=f"read:{event.object_id}",
        workspace_id=event.workspace_id,
        conversation_id=event.object_id,
    )
