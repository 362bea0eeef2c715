"""Files that a person sends: looked at before anything else, kept under a name of ours."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

import structlog
from django.utils.translation import gettext as _

from parley.access.doors import Member
from parley.core import clock
from parley.core.environment import environment
from parley.core.errors import DomainError, Invalid
from parley.core.ids import new_id
from parley.core.storage import StorageFailed, delete, new_key, put
from parley.core.transactions import workspace_transaction
from parley.messaging.dimensions import dimensions
from parley.messaging.errors import FileRefused, FilesNotKept, FileTooLarge
from parley.messaging.models import Conversation, MediaFile, Message
from parley.messaging.queries.doors import conversation_for, locked_conversation
from parley.messaging.services.gate import check_may_send
from parley.messaging.services.sending import Draft, send, sent_before
from parley.messaging.sniffing import NOT_SENT, clean_name, message_type, sniff

MOST_FILES: Final = 10
"""Files of one sending: as many as WhatsApp lets a phone choose comfortably, and memory holds at once."""

_PERCEIVED: Final = frozenset({"image", "video", "audio"})
_WITHOUT_CAPTION: Final = "audio"
_TEXT: Final = "text"

log = structlog.get_logger(__name__)


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
    messages. Raises `FileRefused` for what WhatsApp does not take or nobody should be sent, `FilesNotKept`.

    It opens its own transactions, and stores between the two: a slow store holds up nobody's conversation.
    """
    check_number(len(uploads))
    with workspace_transaction(member.workspace_id):
        conversation = conversation_for(member, conversation_id)
        sent = _sent_before(member, conversation, client_id=client_id)
        if sent:
            return sent
        check_may_send(member, conversation_id, type="document")
    files = unused = _store_all(member, uploads)
    try:
        with workspace_transaction(member.workspace_id):
            conversation = locked_conversation(member, conversation_id).conversation
            sent = _sent_before(member, conversation, client_id=client_id)
            if not sent:
                drafts = _drafts(files, client_id=client_id, body=body, reply_to=reply_to)
                sent = [send(member, conversation_id, draft=draft) for draft in drafts]
                unused = []
    except DomainError:  # only these: whatever else ends a transaction may have come after its commit
        _discard(files)
        raise
    _discard(unused)
    return sent


def check_number(files: int) -> None:
    """Refuse more files than go out at once; asked before any of them is read."""
    if files > MOST_FILES:
        raise Invalid(_("Up to %(n)d files go out at once.") % {"n": MOST_FILES})


def _sent_before(member: Member, conversation: Conversation, *, client_id: UUID) -> list[UUID]:
    """The messages that this client id already made here, in their order."""
    if sent_before(member, conversation, client_id=client_id) is None:
        return []
    own = [_own_id(client_id, number) for number in range(MOST_FILES)] + [uuid5(client_id, _TEXT)]
    rows = Message.objects.filter(
        workspace_id=member.workspace_id, conversation_id=conversation.id, client_id__in=own
    )
    found = dict(rows.values_list("client_id", "id"))
    return [found[each] for each in own if each in found]


def _drafts(
    files: Sequence[MediaFile], *, client_id: UUID, body: str, reply_to: UUID | None
) -> Iterator[Draft]:
    left = body
    for number, file in enumerate(files):
        kind = message_type(file.mime_type)
        caption = "" if kind == _WITHOUT_CAPTION else left
        yield Draft(
            client_id=_own_id(client_id, number),
            type=kind,
            body=caption,
            media_id=file.id,
            new_media=file,
            filename=file.filename,
            reply_to=reply_to if number == 0 else None,
        )
        left = "" if caption else left
    if left:
        yield Draft(client_id=uuid5(client_id, _TEXT), body=left)


def _own_id(client_id: UUID, number: int) -> UUID:
    return client_id if number == 0 else uuid5(client_id, str(number))


def _store_all(member: Member, uploads: Sequence[Upload]) -> list[MediaFile]:
    """Check every file, then store them: all or none."""
    mimes = [_checked_type(upload) for upload in uploads]
    files: list[MediaFile] = []
    try:
        for upload, mime in zip(uploads, mimes, strict=True):
            files.append(_stored(member, upload, mime))
    except StorageFailed as error:
        log.exception("media.not_stored", workspace_id=str(member.workspace_id))
        _discard(files)
        raise FilesNotKept from error
    return files


def _discard(files: Sequence[MediaFile]) -> None:
    """Remove what no message refers to. Where that fails too, it stays: nobody can reach it."""
    for file in files:
        try:
            delete(file.storage_url)
        except StorageFailed:
            log.warning("media.not_discarded", key=file.storage_url)


def _stored(member: Member, upload: Upload, mime: str) -> MediaFile:
    """Store the bytes; the row that describes them is not written yet."""
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
