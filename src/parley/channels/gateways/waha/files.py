"""The file of a WAHA message: what it is, and where to find it now and later."""

import json
from collections.abc import Mapping
from typing import Any, Final, cast

from parley.channels.gateways.neutral import MediaRef, MessageType
from parley.channels.gateways.untrusted import first_word, number, section, word
from parley.channels.gateways.waha.engines import Hint
from parley.channels.gateways.waha.ids import MessageKey

_FILES: Final = frozenset({"image", "video", "audio", "voice", "document", "sticker"})
_NOTES: Final = frozenset({"ptvMessage", "ptv"})


def has_file(payload: Mapping[str, Any]) -> bool:
    """Whether the message has a file, even one that the gateway did not get."""
    return payload.get("hasMedia") is True or bool(section(payload, "media"))


def read_file(payload: Mapping[str, Any], hint: Hint, key: MessageKey) -> tuple[MessageType, MediaRef]:
    """What sort of file, and its reference."""
    media = section(payload, "media")
    mime = first_word(media.get("mimetype"), hint.part.get("mimetype")) or ""
    filename = first_word(media.get("filename"), hint.part.get("fileName"), hint.part.get("filename"))
    reference = MediaRef(
        reference=json.dumps(_whereabouts(payload, media, key), separators=(",", ":")),
        mime_type=mime or "application/octet-stream",
        filename=filename,
        sha256=first_word(
            hint.part.get("fileSha256"), hint.part.get("fileSHA256"), hint.part.get("filehash")
        ),
        byte_size=_whole(hint.part.get("fileLength") or hint.part.get("size")),
        error=_media_error(media),
    )
    return _kind(hint, mime, filename), reference


def traits_of(hint: Hint) -> dict[str, Any]:
    """What is special about it: it moves, it is round, it may be seen once."""
    part = hint.part
    moves = True in (part.get("isAnimated"), part.get("gifPlayback"), part.get("isGif"))
    told = {
        "animated": moves and hint.kind in {"sticker", "video"},
        "note": hint.name in _NOTES,
        "view_once": hint.is_view_once,
    }
    return {name: True for name, is_so in told.items() if is_so}


def _kind(hint: Hint, mime: str, filename: str | None) -> MessageType:
    if hint.kind in _FILES:
        return cast("MessageType", hint.kind)
    family = mime.partition("/")[0].lower()
    if mime.startswith("image/webp") and not filename:
        return "sticker"
    if family == "audio":
        return "voice" if "opus" in mime or mime.startswith("audio/ogg") else "audio"
    return cast("MessageType", family) if family in {"image", "video"} else "document"


def _whereabouts(payload: Mapping[str, Any], media: Mapping[str, Any], key: MessageKey) -> dict[str, str]:
    """Where to find the file later: its address while that lives (180 s by default), else its message."""
    found = {"message": word(payload.get("id")) or key.id, "chat": key.chat}
    if url := word(media.get("url")):
        found["url"] = url
        if section(media, "s3"):
            found["store"] = "s3"
    return found


def _media_error(media: Mapping[str, Any]) -> str | None:
    error = media.get("error")
    if isinstance(error, Mapping):
        said = first_word(error.get("message"), error.get("details"), error.get("code"))
        return (said or "The file did not reach the gateway.")[:300]
    return error[:300] if isinstance(error, str) and error else None


def _whole(value: object) -> int | None:
    found = number(section(value).get("low") if isinstance(value, Mapping) else value)
    return int(found) if found is not None and 0 <= found < 2**53 else None
