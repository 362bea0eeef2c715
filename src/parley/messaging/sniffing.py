"""What a file is, by its bytes: neither its name nor what was declared decides how it is sent or shown."""

import re
import unicodedata
from typing import Final

import puremagic

UNKNOWN: Final = "application/octet-stream"
TEXT: Final = "text/plain"

IMAGES: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
VIDEOS: Final = frozenset({"video/mp4", "video/3gpp"})
SOUNDS: Final = frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"})
"""What WhatsApp takes as pictures, videos and sounds; everything else travels as a document."""

SHOWN_INLINE: Final = IMAGES | VIDEOS | SOUNDS | {"image/gif", "application/pdf", "audio/wav", "video/webm"}
"""What a browser may show on our address. None of these can run a script there."""

EXECUTABLE: Final = "application/x-executable"
MARKUP: Final = "text/html"
DRAWING: Final = "image/svg+xml"
NOT_SENT: Final = frozenset({EXECUTABLE, MARKUP, DRAWING})

_HEAD: Final = 4_096
_SIGNATURES: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"MZ", EXECUTABLE),
    (b"\x7fELF", EXECUTABLE),
    (b"\xca\xfe\xba\xbe", EXECUTABLE),
    (b"\xfe\xed\xfa\xce", EXECUTABLE),
    (b"\xfe\xed\xfa\xcf", EXECUTABLE),
    (b"\xce\xfa\xed\xfe", EXECUTABLE),
    (b"\xcf\xfa\xed\xfe", EXECUTABLE),
    (b"#!", EXECUTABLE),
)
_RUNNABLE_NAMES: Final = re.compile(
    r"\.(apk|app|bat|cmd|com|cpl|dll|dmg|exe|gadget|hta|iso|jar|js|jse|lnk|msi|msp|pif|ps1|reg|scr|sh|vbe|vbs|wsf|wsh)$",
    re.IGNORECASE,
)
_SOUND_BRANDS: Final = frozenset({b"M4A ", b"M4B ", b"M4P "})
_MARKUP: Final = re.compile(rb"<(!doctype\s+html|html|head|body|script|iframe|svg)[\s>/]", re.IGNORECASE)


def sniff(data: bytes, *, filename: str = "") -> str:
    """The media type of the bytes. The name only tells runnable text (`run.bat`) from other text."""
    head = data[:_HEAD]
    found = _by_signature(head) or _by_container(head) or _by_sync(head)
    if found is None and _is_text(head):
        found = _text_type(head)
    if _RUNNABLE_NAMES.search(filename) and found not in IMAGES | VIDEOS | SOUNDS:
        return EXECUTABLE
    return found or _by_library(head)


def message_type(mime: str) -> str:
    """How WhatsApp sends a file of this type: image, video, audio or document."""
    if mime in IMAGES:
        return "image"
    if mime in VIDEOS:
        return "video"
    return "audio" if mime in SOUNDS else "document"


def clean_name(name: str, *, limit: int = 120) -> str:
    """A name to show and to download under: no folders, no control or direction characters, not too long.

    It is never part of a path of ours.
    """
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(
        c for c in last if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    )
    plain = " ".join(plain.split()).strip(". ")
    if len(plain) <= limit:
        return plain
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        return plain[:limit]
    return f"{stem[: limit - len(ending) - 1]}.{ending}"


def _by_signature(head: bytes) -> str | None:
    return next((mime for start, mime in _SIGNATURES if head.startswith(start)), None)


def _by_container(head: bytes) -> str | None:
    """Formats that name what they hold: RIFF, the ISO family (MP4, 3GP, M4A, QuickTime, HEIC), Matroska."""
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12])
    if head[:4] == b"\x1aE\xdf\xa3":
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head[4:8] != b"ftyp":
        return None
    brand = head[8:12]
    if brand in _SOUND_BRANDS:
        return "audio/mp4"
    if brand.startswith((b"3gp", b"3g2")):
        return "video/3gpp"
    if brand == b"qt  ":
        return "video/quicktime"
    if brand in {b"heic", b"heix", b"mif1", b"msf1", b"avif"}:
        return "image/heif"
    return "video/mp4"


def _by_sync(head: bytes) -> str | None:
    """Sounds without a signature begin with eleven or twelve set bits; AAC has layer 0, MPEG audio not."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    has_layer, has_rate = head[1] & 0x06, head[2] & 0xF0 not in {0x00, 0xF0}
    return "audio/mpeg" if has_layer and has_rate else None


def _is_text(head: bytes) -> bool:
    if not head or b"\0" in head:
        return not head
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3  # a character cut in two by the length of the head
    return True


def _text_type(head: bytes) -> str:
    if head[:5] == b"{\\rtf":
        return "application/rtf"
    found = _MARKUP.search(head)
    if found is None:
        return TEXT
    return DRAWING if found[1].lower() == b"svg" else MARKUP


def _by_library(head: bytes) -> str:
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    known = next((match.mime_type for match in found if match.mime_type), UNKNOWN)
    # What the library is sure of and a browser would show was already decided above, by stricter rules.
    return UNKNOWN if known in SHOWN_INLINE | {MARKUP, DRAWING} else known
