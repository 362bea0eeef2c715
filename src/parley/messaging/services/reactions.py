"""The one emoji that our side shows on a message."""

import unicodedata
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from parley.access.doors import Member
from parley.channels.gateways import gateway_for
from parley.core.errors import Conflict, Invalid
from parley.core.events import announce
from parley.core.ids import new_id
from parley.messaging.events import ReactionChanged
from parley.messaging.models import Message, Reaction
from parley.messaging.queries.doors import Locked, locked_conversation, message_for
from parley.messaging.services.gate import check_may_send
from parley.messaging.services.sending import wake_sender

LONGEST: Final = 16
"""Code points: a family of four with skin tones has eleven."""

_PARTS: Final = {"So", "Sk", "Mn", "Me", "Cf"}
_KEYCAPS: Final = frozenset("0123456789#*")


def react(member: Member, message_id: UUID, *, emoji: str) -> None:
    """Show `emoji` on a message for our side, or take ours back with an empty one. Twice is once.

    Refuses what the gate refuses, what is no emoji, and messages that WhatsApp does not know (yet).
    """
    place = locked_conversation(member, message_for(member, message_id).conversation_id)
    check_may_send(member, place.conversation.id, type="reaction")
    target = message_for(member, message_id)
    _check_target(target)
    _check_emoji(emoji)
    if not _show(member, place, target, emoji):
        return
    message = _queue(member, place, target, emoji)
    wake_sender(message)
    announce(
        member.workspace_id,
        ReactionChanged(object_id=target.id, conversation_id=place.conversation.id, from_us=True),
    )


def _check_target(target: Message) -> None:
    if target.kind != "message" or target.type == "reaction" or not target.provider_message_id:
        raise Conflict(_("WhatsApp does not know this message, so nobody can react to it."))


def _check_emoji(emoji: str) -> None:
    if emoji == "":
        return
    parts = {unicodedata.category(character) for character in emoji if character not in _KEYCAPS}
    if len(emoji) > LONGEST or not parts or not parts <= _PARTS or not parts & {"So", "Me"}:
        raise Invalid(_("A reaction is one emoji."), fields={"emoji": [_("Choose one emoji.")]})


def _show(member: Member, place: Locked, target: Message, emoji: str) -> bool:
    """Whether that changed anything."""
    rows = Reaction.objects.filter(workspace_id=member.workspace_id, message_id=target.id, from_us=True)
    shown = rows.values_list("emoji", flat=True).first()
    if shown == emoji or (shown is None and emoji == ""):
        return False
    if shown is None:
        Reaction.objects.create(
            id=new_id(),
            workspace_id=member.workspace_id,
            message_id=target.id,
            from_us=True,
            author_id=member.membership_id,
            emoji=emoji,
            at=place.at,
        )
    else:
        rows.update(emoji=emoji, author_id=member.membership_id, at=place.at, updated_at=place.at)
    return True


def _queue(member: Member, place: Locked, target: Message, emoji: str) -> Message:
    conversation = place.conversation
    message_id = new_id()
    return Message.objects.create(
        id=message_id,
        workspace_id=member.workspace_id,
        conversation_id=conversation.id,
        channel_id=conversation.channel_id,
        contact_id=conversation.contact_id,
        direction="outbound",
        type="reaction",
        body=emoji,
        content={"emoji": emoji, "target": str(target.id)},
        author_id=member.membership_id,
        client_ref=gateway_for(conversation.channel.provider).client_ref_for(message_id),
        status="queued",
        at=place.at,
    )
