"""The thin grey lines of a thread: what happened to the conversation, by whom."""

from parley.access.doors import Member
from parley.core.ids import new_id
from parley.messaging.models import Message
from parley.messaging.queries.doors import Locked


def record_activity(member: Member, place: Locked, what: str, **facts: str) -> None:
    """Add a line. `what` is one of those that `queries.activities` puts into words."""
    conversation = place.conversation
    Message.objects.create(
        id=new_id(),
        workspace_id=member.workspace_id,
        conversation_id=conversation.id,
        channel_id=conversation.channel_id,
        contact_id=conversation.contact_id,
        direction="outbound",
        kind="activity",
        type="system",
        content={"what": what, **facts},
        author_id=member.membership_id,
        status="sent",
        at=place.at,
    )
