"""Private notes: written between the messages, never sent."""

from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from parley.access.doors import Member, check_may
from parley.core.errors import Invalid
from parley.core.events import announce
from parley.core.ids import new_id
from parley.messaging.events import MessageNoted
from parley.messaging.models import Message
from parley.messaging.queries.doors import locked_conversation
from parley.messaging.services.sending import sent_before, write

NOTE_LIMIT: Final = 10_000


def add_note(member: Member, conversation_id: UUID, *, client_id: UUID, body: str) -> UUID:
    """Keep a note in any conversation, open or closed, and return its id; once for each client id."""
    check_may(member, "notes.write")
    place = locked_conversation(member, conversation_id)
    conversation = place.conversation
    written = sent_before(member, conversation, client_id=client_id)
    if written is not None:
        return written
    _check_body(body)
    note = Message(
        id=new_id(),
        workspace_id=member.workspace_id,
        conversation_id=conversation.id,
        channel_id=conversation.channel_id,
        contact_id=conversation.contact_id,
        direction="outbound",
        kind="note",
        body=body,
        author_id=member.membership_id,
        client_id=client_id,
        status="sent",
        at=place.at,
    )
    write(note)
    announce(
        member.workspace_id,
        MessageNoted(object_id=note.id, conversation_id=conversation.id, author_id=member.membership_id),
    )
    return note.id


def _check_body(body: str) -> None:
    if not body.strip() or "\0" in body:
        raise Invalid(_("There is nothing to note yet."), fields={"body": [_("Write something.")]})
    if len(body) > NOTE_LIMIT:
        text = _("A note holds up to %(limit)d characters.") % {"limit": NOTE_LIMIT}
        raise Invalid(text, fields={"body": [text]})
