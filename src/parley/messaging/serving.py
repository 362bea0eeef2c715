"""A stored file as an answer: whole or in part, and never as something that runs on our address."""

import re
from dataclasses import dataclass
from typing import Final

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from parley.core.storage import FileMissing, stream
from parley.messaging.errors import FileFailed, FilePending
from parley.messaging.models import MediaFile
from parley.messaging.sniffing import SHOWN_INLINE, UNKNOWN

log = structlog.get_logger(__name__)

POLICY: Final = "sandbox; default-src 'none'"
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes from `start` up to, not including, `end`."""

    start: int
    end: int


class Unsatisfiable(Exception):
    """The range lies outside of the file."""


def media_response(request: HttpRequest, media: MediaFile) -> HttpResponseBase:
    """The file, or the part a Range header asks for. Raises `FilePending` and `FileFailed`."""
    if media.state == "pending":
        raise FilePending
    if media.state != "stored":
        raise FileFailed
    size, tag = media.byte_size or 0, f'"{media.sha256}"'
    if request.headers.get("If-None-Match") == tag:
        return _dressed(HttpResponse(status=304), media, tag)
    wanted = request.headers.get("Range", "")
    if request.headers.get("If-Range", tag) != tag:
        wanted = ""
    try:
        part = part_of(wanted, size)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    try:
        if part is None:
            response = StreamingHttpResponse(stream(media.storage_url))
            response["Content-Length"] = str(size)
        else:
            response = StreamingHttpResponse(
                stream(media.storage_url, start=part.start, end=part.end), status=206
            )
            response["Content-Length"] = str(part.end - part.start)
            response["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
    except FileMissing as error:
        log.error("media.missing", media=str(media.id))
        raise FileFailed from error
    return _dressed(response, media, tag)


def part_of(header: str, size: int) -> Part | None:
    """The one range of a Range header (RFC 9110, 14.2); None for none, several or nonsense: the whole.

    Raises `Unsatisfiable`.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        length = min(int(found[2]), size)
        if length == 0:
            raise Unsatisfiable
        return Part(size - length, size)
    start = int(found[1])
    end = min(int(found[2]) + 1, size) if found[2] else size
    if found[2] and int(found[2]) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return Part(start, end)


def _dressed(response: HttpResponseBase, media: MediaFile, tag: str) -> HttpResponseBase:
    """Only what is certain to be a picture, a sound, a film or a PDF is shown in place."""
    is_shown = media.mime_type in SHOWN_INLINE
    response["Content-Type"] = media.mime_type if is_shown else UNKNOWN
    disposition = content_disposition_header(as_attachment=not is_shown, filename=media.filename or "file")
    response["Content-Disposition"] = disposition or "attachment"
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, max-age=86400"
    response["ETag"] = tag
    return response
