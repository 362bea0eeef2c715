"""Files that customers send, made from nothing when they are needed: a photo, a sticker, a PDF."""

import math
import struct
import zlib
from typing import Literal

Furniture = Literal["table", "chair", "sofa", "shelf", "room"]
Box = tuple[float, float, float, float]

# x0, y0, x1, y1 in parts of the picture, drawn in order.
SHAPES: dict[Furniture, tuple[Box, ...]] = {
    "table": ((0.14, 0.42, 0.86, 0.5), (0.19, 0.5, 0.25, 0.82), (0.75, 0.5, 0.81, 0.82)),
    "chair": ((0.32, 0.16, 0.4, 0.84), (0.32, 0.5, 0.68, 0.58), (0.6, 0.58, 0.68, 0.84)),
    "sofa": ((0.12, 0.46, 0.88, 0.74), (0.2, 0.3, 0.8, 0.44), (0.08, 0.4, 0.11, 0.8), (0.89, 0.4, 0.92, 0.8)),
    "shelf": ((0.26, 0.1, 0.3, 0.86), (0.7, 0.1, 0.74, 0.86), (0.3, 0.28, 0.7, 0.32), (0.3, 0.58, 0.7, 0.62)),
    "room": ((0.0, 0.74, 1.0, 1.0), (0.1, 0.14, 0.38, 0.5), (0.5, 0.56, 0.92, 0.72)),
}


def photo(thing: Furniture, *, hue: float, width: int = 480, height: int = 360) -> bytes:
    """A PNG of a piece of furniture against a wall, in colours that follow from `hue` (0 to 1)."""
    wall, wood = colour(hue, 0.28), colour(hue + 0.07, 0.62)
    rows = bytearray()
    for y in range(height):
        part = y / height
        light = (1.0 - 0.3 * part) if part < 0.84 else 0.6
        grain = 1 + 0.06 * math.sin(y * 0.9)
        ground = bytes(int(value * light) for value in wall)
        paint = bytes(min(255, int(value * grain)) for value in wood)
        row = bytearray(ground * width)
        for left, top, right, bottom in SHAPES[thing]:
            if top <= part < bottom:
                start, end = int(left * width), int(right * width)
                row[3 * start : 3 * end] = paint * (end - start)
        rows += b"\x00" + row
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    image = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(rows), 6)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + image


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
