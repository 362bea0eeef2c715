"""Who is responsible for a conversation."""

from typing import Final
from uuid import UUID

from parley.access.doors import Member, check_may
from parley.access.queries import Colleague, colleagues
from parley.core.errors import NotFound
from parley.core.events import announce
from parley.messaging.events import ConversationAssigned
from parley.messaging.models import Conversation
from parley.messaging.queries.doors import locked_conversation
from parley.messaging.services.activities import record_activity

ACTION: Final = "conversations.assign"


def assign_to(member: Member, conversation_id: UUID, *, membership_id: UUID) -> None:
    """Give the conversation to an active member of the workspace, oneself included; others are `NotFound`."""
    check_may(member, ACTION)
    colleague = _colleague(member, membership_id)
    what = "taken" if membership_id == member.membership_id else "assigned"
    _assign(member, conversation_id, colleague=colleague, what=what)


def unassign(member: Member, conversation_id: UUID) -> None:
    """Put the conversation back where everybody sees it as nobody's."""
    check_may(member, ACTION)
    _assign(member, conversation_id, colleague=None, what="unassigned")


def _colleague(member: Member, membership_id: UUID) -> Colleague:
    for colleague in colleagues(member.workspace_id):
        if colleague.membership_id == membership_id:
            return colleague
    raise NotFound


def _assign(member: Member, conversation_id: UUID, *, colleague: Colleague | None, what: str) -> None:
    place = locked_conversation(member, conversation_id)
    before, after = place.conversation.assignee_id, colleague.membership_id if colleague else None
    if before == after:
        return
    Conversation.objects.filter(workspace_id=member.workspace_id, id=conversation_id).update(
        assignee_id=after, updated_at=place.at
    )
    record_activity(member, place, what, **({"name": colleague.name} if colleague else {}))
    announce(
        member.workspace_id,
        ConversationAssigned(object_id=conversation_id, before=before, after=after, by=member.membership_id),
    )
