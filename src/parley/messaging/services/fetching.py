"""Files that customers sent: fetched from the provider by a job, and shown when they are here."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from parley.access.doors import Member, check_may
from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import Credentials, GatewayError, MediaRef
from parley.channels.services.credentials import credentials_for
from parley.core.environment import environment
from parley.core.errors import Conflict
from parley.core.events import announce
from parley.core.http import call
from parley.core.storage import StorageFailed, new_key, put
from parley.messaging.dimensions import Size, dimensions
from parley.messaging.events import MediaSettled
from parley.messaging.models import MediaFile, Message
from parley.messaging.queries.doors import media_for
from parley.messaging.sniffing import clean_name, sniff

MOST_ATTEMPTS: Final = 12
FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(minutes=30)
"""Twelve attempts with doubling pauses last over two hours: longer than a restart or a full disk."""

_TOO_LARGE: Final = "answer_too_large"


@dataclass(frozen=True, slots=True)
class Errand:
    """Everything needed to fetch one file without a transaction."""

    workspace_id: UUID
    media_id: UUID
    provider: str
    credentials: Credentials
    reference: MediaRef
    filename: str
    key: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that is in the store now."""

    key: str
    mime_type: str
    byte_size: int
    sha256: str
    filename: str
    size: Size | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no file (yet). `is_final` when asking again cannot help."""

    reason: str
    is_final: bool


def errand_for(workspace_id: UUID, media_id: UUID) -> Errand | None:
    """What has to be fetched; None where nothing has to be, so that a repeated job does nothing."""
    rows = MediaFile.objects.select_related("channel")
    media = rows.filter(workspace_id=workspace_id, id=media_id, state="pending").first()
    if media is None or media.channel is None:
        return None
    return Errand(
        workspace_id=workspace_id,
        media_id=media_id,
        provider=media.channel.provider,
        credentials=credentials_for(media.channel),
        reference=msgspec.convert(media.reference, MediaRef),
        filename=media.filename,
        key=new_key(workspace_id, media_id, media.created_at),
    )


def fetch(errand: Errand) -> Fetched | Trouble:
    """Download and store, outside of any transaction. The key follows from the file's id: twice is once."""
    gateway = gateway_for(errand.provider)
    limit = environment().media_max_bytes
    try:
        data = call(
            lambda http: gateway.fetch_media(http, errand.credentials, errand.reference, limit=limit),
            environment().gateway_networks,
        )
    except GatewayError as error:
        return Trouble(error.message, is_final=error.kind == "refused" or error.code == _TOO_LARGE)
    if not data:
        return Trouble("The provider answered with an empty file.", is_final=False)
    mime = sniff(data, filename=errand.filename)
    try:
        put(errand.key, data, mime)
    except StorageFailed as error:
        return Trouble(str(error), is_final=False)
    return Fetched(
        key=errand.key,
        mime_type=mime,
        byte_size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        filename=clean_name(errand.filename),
        size=dimensions(data, mime),
    )


def settle(errand: Errand, outcome: Fetched | Trouble, *, attempt: int) -> timedelta | None:
    """Note what came of it. Returns how long to wait before the next attempt; None when there is none."""
    rows = MediaFile.objects.filter(workspace_id=errand.workspace_id, id=errand.media_id, state="pending")
    if isinstance(outcome, Trouble):
        if not outcome.is_final and attempt < MOST_ATTEMPTS:
            rows.update(error=outcome.reason, updated_at=Now())
            return min(FIRST_PAUSE * (1 << (attempt - 1)), LONGEST_PAUSE)
        changed = rows.update(state="failed", error=outcome.reason, updated_at=Now())
    else:
        changed = _note_stored(errand, outcome)
    if changed:
        _tell(errand, state="failed" if isinstance(outcome, Trouble) else "stored")
    return None


def fetch_again(member: Member, media_id: UUID) -> MediaFile:
    """A person asks once more for a file that could not be fetched. One on its way stays on its way."""
    check_may(member, "conversations.mark")
    media = media_for(member, media_id)
    if media.state == "stored" or media.channel_id is None or not media.reference:
        raise Conflict(_("There is nothing to fetch again for this file."))
    changed = MediaFile.objects.filter(workspace_id=member.workspace_id, id=media_id, state="failed").update(
        state="pending", error="", updated_at=Now()
    )
    if changed:
        from parley.messaging.tasks import defer_fetch

        defer_fetch(member.workspace_id, media_id)
    return media


def _note_stored(errand: Errand, fetched: Fetched) -> int:
    """The reference is forgotten: it is of no more use, and may be an address with a key in it."""
    width, height = fetched.size or (None, None)
    return MediaFile.objects.filter(
        workspace_id=errand.workspace_id, id=errand.media_id, state="pending"
    ).update(
        mime_type=fetched.mime_type,
        storage_url=fetched.key,
        byte_size=fetched.byte_size,
        sha256=fetched.sha256,
        filename=fetched.filename,
        width=width,
        height=height,
        state="stored",
        reference={},
        error="",
        updated_at=Now(),
    )


def _tell(errand: Errand, *, state: str) -> None:
    rows = Message.objects.filter(workspace_id=errand.workspace_id, media_id=errand.media_id)
    announce(
        errand.workspace_id,
        *(
            MediaSettled(
                object_id=message_id, conversation_id=conversation_id, media_id=errand.media_id, state=state
            )
            for message_id, conversation_id in rows.values_list("id", "conversation_id")
        ),
    )
