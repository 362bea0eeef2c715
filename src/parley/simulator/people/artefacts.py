"""Files that customers send, made from nothing when they are needed: a sticker, a PDF."""

import struct
from collections.abc import Sequence

RIGHT_EDGE = 531
NARROW = " .,"


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


def document(title: str, lines: Sequence[str]) -> bytes:
    """A one-page PDF with a heading and lines of text (Latin letters); what follows a tab stands right."""
    marks = [
        "0.12 0.44 0.35 rg 64 792 467 3 re f",
        f"BT /F1 20 Tf 64 756 Td ({pdf_text(title)}) Tj ET",
        "0.15 g",
    ]
    for row, line in enumerate(lines):
        left, _, right = line.partition("\t")
        height = 722 - 22 * row
        marks.append(f"BT /F1 11 Tf 64 {height} Td ({pdf_text(left)}) Tj ET")
        if right:
            marks.append(
                f"BT /F1 11 Tf {RIGHT_EDGE - width_of(right):.1f} {height} Td ({pdf_text(right)}) Tj ET"
            )
            marks.append(f"0.8 G 64 {height - 7} m {RIGHT_EDGE} {height - 7} l S")
    stream = "\n".join(marks).encode("cp1252", "replace")
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


def width_of(amount: str) -> float:
    """About how wide an amount of money is in 11 points: Helvetica's digits all have one width."""
    return 11 * sum(0.278 if mark in NARROW else 0.7 if mark.isalpha() else 0.556 for mark in amount)


def pdf_text(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
