"""Files that a person sends: looked at before anything else, kept under a name of ours."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from parley.access.doors import Member
from parley.core import clock
from parley.core.environment import environment
from parley.core.errors import Invalid
from parley.core.ids import new_id
from parley.core.storage import new_key, put
from parley.messaging.dimensions import dimensions
from parley.messaging.errors import FileRefused, FileTooLarge
from parley.messaging.models import MediaFile
from parley.messaging.queries.doors import conversation_for
from parley.messaging.services.gate import check_may_send
from parley.messaging.services.sending import Draft, send, send_text, sent_before
from parley.messaging.sniffing import NOT_SENT, clean_name, message_type, sniff

MOST_FILES: Final = 10
"""Files of one sending: as many as WhatsApp lets a phone choose comfortably, and memory holds at once."""

_PERCEIVED: Final = frozenset({"image", "video", "audio"})
_WITHOUT_CAPTION: Final = "audio"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived. `filename` and `declared` are what the browser says, so neither is believed."""

    data: bytes
    filename: str
    declared: str


def send_files(
    member: Member,
    conversation_id: UUID,
    *,
    client_id: UUID,
    uploads: Sequence[Upload],
    body: str = "",
    reply_to: UUID | None = None,
) -> list[UUID]:
    """Queue a message for each file and return their ids; the body is the caption of the first with one.

    Where none can have one (sounds), the body follows as a text. The same `client_id` again is the same
    messages. Raises `FileRefused` for what WhatsApp does not take or nobody should be sent.
    """
    if len(uploads) > MOST_FILES:
        raise Invalid(_("Up to %(n)d files go out at once.") % {"n": MOST_FILES})
    sent: list[UUID] = []
    left = body
    for number, upload in enumerate(uploads):
        own_id = client_id if number == 0 else uuid5(client_id, str(number))
        carries = left and message_type(sniff(upload.data, filename=upload.filename)) != _WITHOUT_CAPTION
        sent.append(
            send_file(
                member,
                conversation_id,
                client_id=own_id,
                upload=upload,
                caption=left if carries else "",
                reply_to=reply_to if number == 0 else None,
            )
        )
        left = "" if carries else left
    if left:
        sent.append(send_text(member, conversation_id, client_id=uuid5(client_id, "text"), body=left))
    return sent


def send_file(
    member: Member,
    conversation_id: UUID,
    *,
    client_id: UUID,
    upload: Upload,
    caption: str = "",
    reply_to: UUID | None = None,
) -> UUID:
    """Queue one file as what its bytes are: image, video, audio, or else a document.

    The bytes are stored before the conversation is locked, so that a slow store holds up nobody. Where the
    message then comes to nothing they stay there under a name that nothing refers to.
    """
    conversation = conversation_for(member, conversation_id)
    sent = sent_before(member, conversation, client_id=client_id)
    if sent is not None:
        return sent
    check_may_send(member, conversation_id, type="document")
    media = _stored(member, upload)
    draft = Draft(
        client_id=client_id,
        type=message_type(media.mime_type),
        body=caption,
        media_id=media.id,
        new_media=media,
        filename=media.filename,
        reply_to=reply_to,
    )
    return send(member, conversation_id, draft=draft)


def _stored(member: Member, upload: Upload) -> MediaFile:
    """Check and store the bytes; the row that describes them is not written yet."""
    mime = _checked_type(upload)
    width, height = dimensions(upload.data, mime) or (None, None)
    media_id = new_id()
    key = new_key(member.workspace_id, media_id, clock.now())
    put(key, upload.data, mime)
    return MediaFile(
        id=media_id,
        workspace_id=member.workspace_id,
        storage_url=key,
        mime_type=mime,
        byte_size=len(upload.data),
        sha256=hashlib.sha256(upload.data).hexdigest(),
        filename=clean_name(upload.filename),
        width=width,
        height=height,
        state="stored",
    )


def _checked_type(upload: Upload) -> str:
    limit = environment().upload_max_bytes
    if len(upload.data) > limit:
        raise FileTooLarge(limit)
    if not upload.data:
        raise FileRefused(_("This file is empty."))
    mime = sniff(upload.data, filename=upload.filename)
    if mime in NOT_SENT:
        raise FileRefused(
            _(
                "Programs, scripts and web pages are not sent: they could harm whoever opens them. "
                "Send a PDF instead."
            )
        )
    declared, found = upload.declared.partition("/")[0].lower(), mime.partition("/")[0]
    if declared in _PERCEIVED and declared != found and {declared, found} != {"audio", "video"}:
        raise FileRefused(_("This file is not what its name says. Open it on your computer to check it."))
    return mime
