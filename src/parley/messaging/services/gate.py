"""The one gate of every send, asked when a person writes; the sender asks the same function at its claim."""

from typing import Final
from uuid import UUID

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parley.access.doors import Member
from parley.messaging.errors import SendRefused
from parley.messaging.screens import Lock

ACTION: Final = "messages.send"

_WORDS: Final[dict[str, tuple[str, Promise]]] = {
    "channel_gone": ("channel", gettext_lazy("This number was removed. Write from another one.")),
    "contact_gone": ("contact", gettext_lazy("This contact was deleted, so nothing can be sent to it.")),
    "contact_blocked": (
        "contact",
        gettext_lazy("This contact is blocked. To write again, unblock it in the details at the side."),
    ),
    "suppressed": (
        "contact",
        gettext_lazy(
            "This person asked not to be written to. If they tell you otherwise, note a yes for Service in "
            "the details at the side."
        ),
    ),
    "window_closed": (
        "window",
        gettext_lazy(
            "More than 24 hours have passed since the customer last wrote, so WhatsApp does not take free "
            "messages. You can write again as soon as they do."
        ),
    ),
    "window_never": (
        "window",
        gettext_lazy(
            "This person has not written to this number yet, so WhatsApp does not take free messages. "
            "You can write as soon as they do."
        ),
    ),
    "channel_not_working": (
        "channel",
        gettext_lazy(
            "This number is not connected, so nothing can go out. An owner or admin can reconnect it under "
            "Channels."
        ),
    ),
    "conversation_closed": ("closed", gettext_lazy("This conversation is closed. Reopen it to write.")),
}
_ROLE: Final = gettext_lazy(
    "Your role lets you read here, not write. Whoever runs Parley for you can change your role."
)


_REFUSAL: Final = """
SELECT CASE WHEN code = 'window_closed' AND NOT EXISTS (
         SELECT FROM conversation AS here
         JOIN conversation AS talk USING (workspace_id, channel_id, contact_id)
         WHERE here.workspace_id = %(workspace_id)s AND here.id = %(conversation_id)s
           AND (talk.last_inbound_at IS NOT NULL OR talk.window_expires_at IS NOT NULL)
       ) THEN 'window_never' ELSE code END
FROM send_refusal(%(workspace_id)s, %(conversation_id)s, %(purpose)s, %(type)s) AS code
"""
"""A window that never opened is told from one that has closed, for the words alone."""


def check_may_send(
    member: Member,
    conversation_id: UUID,
    *,
    type: str,  # noqa: A002  its name in the table
    purpose: str = "utility",
) -> None:
    """Raise `SendRefused` with the reason and what to do, unless this member may send this here and now."""
    if not member.may(ACTION):
        raise SendRefused(str(_ROLE), code="role")
    code = _refusal(member.workspace_id, conversation_id, purpose=purpose, type=type)
    if code is not None:
        raise SendRefused(_words(code)[1], code=code)


def lock_for(member: Member, conversation_id: UUID) -> Lock | None:
    """Why this member cannot write a text here; None when they can."""
    if not member.may(ACTION):
        return Lock(reason="role", text=str(_ROLE))
    code = _refusal(member.workspace_id, conversation_id, purpose="utility", type="text")
    if code is None:
        return None
    reason, text = _words(code)
    return Lock(reason=reason, text=text)


def _refusal(workspace_id: UUID, conversation_id: UUID, *, purpose: str, type: str) -> str | None:  # noqa: A002
    with connection.cursor() as cursor:
        asked = {"workspace_id": workspace_id, "conversation_id": conversation_id}
        cursor.execute(_REFUSAL, {**asked, "purpose": purpose, "type": type})
        (code,) = cursor.fetchone() or (None,)
        return code


def _words(code: str) -> tuple[str, str]:
    reason, text = _WORDS.get(code, ("channel", None))
    return reason, str(text) if text is not None else _("This cannot be sent just now (%(code)s).") % {
        "code": code
    }
