"""Having seen what the customer wrote."""

from uuid import UUID

from django.db.models import Q

from parley.access.doors import Member, check_may
from parley.core.events import announce
from parley.messaging.events import ConversationRead
from parley.messaging.models import Conversation, Message
from parley.messaging.queries.doors import locked_conversation, message_in


def mark_read(member: Member, conversation_id: UUID, *, upto: UUID | None = None) -> bool:
    """What the customer wrote is read; False when nothing was unread. A reactor shows it to the customer.

    With `upto`, the newest entry that was on the screen, what came after it stays unread.
    """
    check_may(member, "conversations.mark")
    place = locked_conversation(member, conversation_id)
    conversation = place.conversation
    left = _after(conversation, upto) if upto is not None else 0
    if conversation.unread_count <= left:
        return False
    Conversation.objects.filter(workspace_id=member.workspace_id, id=conversation_id).update(
        unread_count=left, updated_at=place.at
    )
    announce(member.workspace_id, ConversationRead(object_id=conversation_id, by=member.membership_id))
    return True


def _after(conversation: Conversation, upto: UUID) -> int:
    """How many messages of the customer came after an entry. No more are looked at than are unread."""
    seen = message_in(conversation, upto)
    newer = Message.objects.filter(
        Q(at__gt=seen.at) | Q(at=seen.at, id__gt=seen.id),
        workspace_id=conversation.workspace_id,
        conversation_id=conversation.id,
        direction="inbound",
        kind="message",
    )
    return newer[: conversation.unread_count].count()
