"""Sending again, by an explicit act of a person: what failed, or what nobody can know about."""

from typing import Final
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from parley.access.doors import Member
from parley.core.errors import Conflict
from parley.core.events import announce
from parley.messaging.events import MessageResent
from parley.messaging.models import Message
from parley.messaging.queries.doors import locked_conversation, message_for
from parley.messaging.services.sending import Draft, send, sent_before

RESENDABLE: Final = ("failed", "uncertain")
_AGAIN: Final = "again"


def resend(member: Member, message_id: UUID) -> UUID:
    """Queue a new message with the same content and return its id; the old one keeps its record.

    The new client id follows from the old message, so that two clicks, or two colleagues, make one message.
    Refuses (`Conflict`) what is neither failed nor uncertain, and what the gate refuses.
    """
    conversation = locked_conversation(member, message_for(member, message_id).conversation_id).conversation
    original = message_for(member, message_id)  # read again: what it is may have changed before the lock
    client_id = uuid5(original.id, _AGAIN)
    sent = sent_before(member, conversation, client_id=client_id)
    if sent is not None:
        return sent
    _check_resendable(original)
    again = send(
        member,
        conversation.id,
        draft=Draft(
            client_id=client_id,
            type=original.type,
            body=original.body,
            content=original.content,
            media_id=original.media_id,
            filename=original.media.filename if original.media is not None else "",
            reply_to=original.reply_to,
            resend_of=original.id,
        ),
    )
    announce(
        member.workspace_id,
        MessageResent(
            object_id=again,
            conversation_id=conversation.id,
            original_id=original.id,
            original_status=original.status,
            author_id=member.membership_id,
        ),
    )
    return again


def _check_resendable(message: Message) -> None:
    ours = message.kind == "message" and message.direction == "outbound" and message.type != "reaction"
    if not ours or message.status not in RESENDABLE:
        raise Conflict(_("Only a message that failed, or whose fate is unknown, can be sent again."))
