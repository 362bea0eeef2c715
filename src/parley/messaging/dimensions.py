"""The width and height of a picture from its header, so that a page keeps room for it."""

import struct
from typing import Final

_JPEG_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_JPEG_SWAPPED: Final = frozenset({5, 6, 7, 8})
"""Orientations of Exif in which the picture lies on its side."""

Size = tuple[int, int]


def dimensions(data: bytes, mime: str) -> Size | None:
    """Width and height in pixels as shown; None for what is no picture, or a broken one. Decodes nothing."""
    try:
        match mime:
            case "image/png":
                width, height = struct.unpack(">II", data[16:24])
            case "image/gif":
                width, height = struct.unpack("<HH", data[6:10])
            case "image/webp":
                width, height = _webp(data)
            case "image/jpeg":
                width, height = _jpeg(data)
            case _:
                return None
    except (struct.error, IndexError, ValueError):
        return None
    return (width, height) if width and height else None


def _webp(data: bytes) -> Size:
    """Three kinds of WebP: lossy, lossless and extended. https://developers.google.com/speed/webp/docs/riff_container."""
    kind = data[12:16]
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        (bits,) = struct.unpack("<I", data[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X" and len(data) >= 30:
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    raise ValueError("This is no WebP header.")


def _jpeg(data: bytes) -> Size:
    """Walk the segments to the frame header, noting a turned camera on the way."""
    place, turned = 2, False
    while True:
        while data[place] == 0xFF and data[place + 1] == 0xFF:
            place += 1  # fill bytes
        if data[place] != 0xFF:
            raise ValueError("This is no JPEG segment.")
        marker, (length,) = data[place + 1], struct.unpack(">H", data[place + 2 : place + 4])
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return (height, width) if turned else (width, height)
        if marker == 0xE1 and data[place + 4 : place + 10] == b"Exif\0\0":
            turned = _exif_orientation(data[place + 10 : place + 2 + length]) in _JPEG_SWAPPED
        place += 2 + length


def _exif_orientation(tiff: bytes) -> int:
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    (start,) = struct.unpack(f"{order}I", tiff[4:8])
    (count,) = struct.unpack(f"{order}H", tiff[start : start + 2])
    for number in range(min(count, 64)):
        entry = tiff[start + 2 + 12 * number : start + 14 + 12 * number]
        tag, _kind, _count, value = struct.unpack(f"{order}HHIH", entry[:10])
        if tag == 0x0112:
            return int(value)
    return 1
