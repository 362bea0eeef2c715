"""Having seen what the customer wrote."""

from uuid import UUID

from parley.access.doors import Member, check_may
from parley.core.events import announce
from parley.core.jobs import defer
from parley.messaging.events import ConversationRead
from parley.messaging.models import Conversation
from parley.messaging.queries.doors import locked_conversation


def mark_read(member: Member, conversation_id: UUID) -> bool:
    """Nothing in it is unread any more, and the customer's ticks turn blue. False when nothing was."""
    check_may(member, "conversations.mark")
    place = locked_conversation(member, conversation_id)
    if place.conversation.unread_count == 0:
        return False
    Conversation.objects.filter(workspace_id=member.workspace_id, id=conversation_id).update(
        unread_count=0, updated_at=place.at
    )
    announce(member.workspace_id, ConversationRead(object_id=conversation_id, by=member.membership_id))
    from parley.messaging.tasks import send_read_mark

    defer(
        send_read_mark,
        key=f"read:{conversation_id}",
        workspace_id=member.workspace_id,
        conversation_id=conversation_id,
    )
    return True
