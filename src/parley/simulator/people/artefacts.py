"""Files that customers send, made from nothing when they are needed: a photo, a sticker, a PDF."""

import math
import struct
import zlib
from typing import Literal

Furniture = Literal["table", "chair", "sofa", "shelf", "room"]
Paint = Literal["wood", "dark", "cloth", "light", "glass"]
Part = tuple[float, float, float, float, Paint]

# left, top, right, bottom in parts of the picture, drawn in order.
SHAPES: dict[Furniture, tuple[Part, ...]] = {
    "table": (
        (0.19, 0.5, 0.24, 0.86, "dark"), (0.76, 0.5, 0.81, 0.86, "dark"),
        (0.14, 0.43, 0.86, 0.5, "wood"), (0.14, 0.42, 0.86, 0.435, "light"), (0.46, 0.3, 0.54, 0.42, "cloth"),
    ),
    "chair": (
        (0.34, 0.16, 0.4, 0.88, "wood"), (0.6, 0.56, 0.66, 0.88, "wood"), (0.4, 0.18, 0.43, 0.46, "dark"),
        (0.34, 0.5, 0.68, 0.56, "cloth"), (0.34, 0.56, 0.68, 0.575, "dark"),
    ),
    "sofa": (
        (0.18, 0.36, 0.82, 0.6, "cloth"), (0.12, 0.46, 0.2, 0.78, "dark"), (0.8, 0.46, 0.88, 0.78, "dark"),
        (0.2, 0.58, 0.495, 0.7, "light"), (0.505, 0.58, 0.8, 0.7, "light"), (0.2, 0.7, 0.8, 0.78, "cloth"),
        (0.2, 0.78, 0.23, 0.86, "wood"), (0.77, 0.78, 0.8, 0.86, "wood"),
    ),
    "shelf": (
        (0.28, 0.12, 0.72, 0.86, "dark"), (0.31, 0.15, 0.69, 0.36, "light"), (0.31, 0.39, 0.69, 0.6, "light"),
        (0.31, 0.63, 0.69, 0.83, "light"), (0.34, 0.22, 0.4, 0.36, "cloth"), (0.41, 0.2, 0.44, 0.36, "wood"),
        (0.52, 0.46, 0.66, 0.6, "wood"), (0.36, 0.7, 0.5, 0.83, "cloth"),
    ),
    "room": (
        (0.1, 0.12, 0.42, 0.56, "wood"), (0.115, 0.14, 0.255, 0.54, "glass"),
        (0.265, 0.14, 0.405, 0.54, "glass"),
        (0.54, 0.2, 0.76, 0.4, "dark"), (0.555, 0.22, 0.745, 0.38, "light"), (0.5, 0.56, 0.92, 0.74, "cloth"),
        (0.5, 0.66, 0.92, 0.8, "light"), (0.2, 0.9, 0.86, 0.96, "cloth"),
    ),
}  # fmt: skip
FLOOR = 0.84


def photo(thing: Furniture, *, hue: float, width: int = 480, height: int = 360) -> bytes:
    """A PNG of a piece of furniture against a wall. Wall and cloth follow from `hue` (0 to 1)."""
    wall, floor = colour(hue, 0.16), (176, 141, 106)
    paints: dict[Paint, tuple[int, int, int]] = {
        "wood": (150, 104, 66), "dark": (104, 70, 46), "cloth": colour(hue + 0.45, 0.6),
        "light": (222, 205, 182), "glass": (205, 226, 236),
    }  # fmt: skip
    rows = bytearray()
    for y in range(height):
        part = y / height
        ground = shaded(wall, 1.0 - 0.16 * part) if part < FLOOR else shaded(floor, 1.25 - 0.4 * part)
        row = bytearray(ground * width)
        for left, top, right, bottom, paint in SHAPES[thing]:
            if top <= part < bottom:
                start, end = int(left * width), int(right * width)
                row[3 * start : 3 * end] = shaded(paints[paint], 1.05 - 0.2 * part) * (end - start)
        rows += b"\x00" + row
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    image = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(rows), 6)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + image


def shaded(paint: tuple[int, int, int], light: float) -> bytes:
    return bytes(min(255, int(value * light)) for value in paint)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def colour(hue: float, depth: float) -> tuple[int, int, int]:
    """A muted colour; `depth` 0 is nearly white, 1 is dark."""
    base = 250 - 190 * depth
    swing = 34 * (0.4 + depth)
    red, green, blue = (int(base + swing * math.cos(2 * math.pi * (hue - third / 3))) for third in range(3))
    return max(0, min(255, red)), max(0, min(255, green)), max(0, min(255, blue))


def sticker(size: int = 160) -> bytes:
    """A heart on a transparent ground as lossless WebP.

    Every channel but alpha has one value only, so that each pixel costs exactly one bit.
    """
    bits = Bits()
    for value, count in ((0x2F, 8), (size - 1, 14), (size - 1, 14), (1, 1), (0, 3), (0, 1), (0, 1), (0, 1)):
        bits.put(value, count)
    for symbols in ((66,), (224,), (98,), (0, 255), (0,)):  # green, red, blue, alpha, distance
        bits.put(1, 1)
        bits.put(len(symbols) - 1, 1)
        bits.put(1, 1)
        for symbol in symbols:
            bits.put(symbol, 8)
    for y in range(size):
        for x in range(size):
            bits.put(int(is_in_heart(2.6 * x / size - 1.3, 1.25 - 2.6 * y / size)), 1)
    data = bits.taken()
    data += b"\x00" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(data) + 12) + b"WEBPVP8L" + struct.pack("<I", len(data)) + data


def is_in_heart(x: float, y: float) -> bool:
    return (x * x + y * y - 1) ** 3 - x * x * y**3 <= 0


class Bits:
    """Bits packed from the lowest up."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._open = 0
        self._count = 0

    def put(self, value: int, count: int) -> None:
        self._open |= value << self._count
        self._count += count
        while self._count >= 8:
            self._data.append(self._open & 255)
            self._open >>= 8
            self._count -= 8

    def taken(self) -> bytes:
        return bytes(self._data) + (bytes([self._open & 255]) if self._count else b"")


def document(title: str, lines: tuple[str, ...]) -> bytes:
    """A one-page PDF with a heading and some lines of text (Latin letters only)."""
    text = [f"BT /F1 20 Tf 64 770 Td ({pdf_text(title)}) Tj ET"]
    for row, line in enumerate(lines):
        text.append(f"BT /F1 12 Tf 64 {735 - 20 * row} Td ({pdf_text(line)}) Tj ET")
    stream = "\n".join(text).encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return bytes(out) + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def pdf_text(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
