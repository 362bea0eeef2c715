"""Pictures painted from nothing, row by row: flat shapes with soft edges and a little light, as PNG.

A picture is 100 units wide and 75 high. Shapes are painted in order, each over those before it.
"""

import math
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

Colour = tuple[int, int, int]
Span = tuple[float, float]

UNITS_WIDE = 100.0
UNITS_HIGH = 75.0


@dataclass(frozen=True, slots=True)
class Shape:
    """`spans` tells, for a height between `top` and `bottom`, from where to where the shape reaches.

    `shade` darkens it towards the bottom, by this part of its light.
    """

    top: float
    bottom: float
    spans: Callable[[float], Sequence[Span]]
    paint: str
    alpha: float = 1.0
    shade: float = 0.12


def box(
    left: float, top: float, right: float, bottom: float, paint: str, *, r: float = 0, alpha: float = 1
) -> Shape:
    """A rectangle, its corners rounded by `r`."""

    def spans(y: float) -> list[Span]:
        depth = min(y - top, bottom - y)
        inset = r - math.sqrt(max(0.0, r * r - (r - depth) ** 2)) if depth < r else 0.0
        return [(left + inset, right - inset)]

    return Shape(top, bottom, spans, paint, alpha)


def oval(x: float, y: float, wide: float, high: float, paint: str, *, alpha: float = 1) -> Shape:
    """An ellipse around a point; `wide` and `high` are its half axes."""

    def spans(at: float) -> list[Span]:
        reach = wide * math.sqrt(max(0.0, 1 - ((at - y) / high) ** 2))
        return [(x - reach, x + reach)]

    return Shape(y - high, y + high, spans, paint, alpha, shade=0.12 if alpha == 1 else 0)


def form(paint: str, *points: Span, alpha: float = 1) -> Shape:
    """A polygon."""
    edges = list(zip(points, (*points[1:], points[0]), strict=True))

    def spans(y: float) -> list[Span]:
        crossings = sorted(
            x1 + (y - y1) / (y2 - y1) * (x2 - x1) for (x1, y1), (x2, y2) in edges if (y1 <= y) != (y2 <= y)
        )
        return list(zip(crossings[::2], crossings[1::2], strict=True))

    heights = [y for _, y in points]
    return Shape(min(heights), max(heights), spans, paint, alpha, shade=0.12 if alpha == 1 else 0)


def painted(shapes: Sequence[Shape], palette: dict[str, Colour], *, width: int, height: int) -> bytes:
    """The shapes as a PNG."""
    rows = [bytearray(3 * width) for _ in range(height)]
    for shape in shapes:
        first = max(0, math.ceil(shape.top * height / UNITS_HIGH - 0.5))
        last = min(height, math.ceil(shape.bottom * height / UNITS_HIGH - 0.5))
        for number in range(first, last):
            y = (number + 0.5) * UNITS_HIGH / height
            part = (y - shape.top) / (shape.bottom - shape.top)
            colour = shaded(palette[shape.paint], 1.04 - shape.shade * part)
            for start, end in shape.spans(y):
                lay(rows[number], start * width / UNITS_WIDE, end * width / UNITS_WIDE, colour, shape.alpha)
    return png(rows, width=width, height=height)


def lay(row: bytearray, start: float, end: float, colour: Colour, alpha: float) -> None:
    """Paint from `start` to `end` pixels; the pixels in which it begins and ends only as far as covered."""
    start, end = max(0.0, start), min(len(row) / 3, end)
    if end <= start:
        return
    first, last = math.ceil(start), math.floor(end)
    if first > last:
        blend(row, math.floor(start), colour, alpha * (end - start))
        return
    if first > start:
        blend(row, first - 1, colour, alpha * (first - start))
    if end > last:
        blend(row, last, colour, alpha * (end - last))
    if alpha >= 1:
        row[3 * first : 3 * last] = bytes(colour) * (last - first)
        return
    for channel, value in enumerate(colour):
        part = slice(3 * first + channel, 3 * last, 3)
        row[part] = row[part].translate(mixing(value, round(alpha, 3)))


def blend(row: bytearray, pixel: int, colour: Colour, alpha: float) -> None:
    for channel, value in enumerate(colour):
        place = 3 * pixel + channel
        row[place] = int(row[place] + (value - row[place]) * alpha)


@lru_cache(maxsize=4096)
def mixing(value: int, alpha: float) -> bytes:
    """What each byte becomes under this value."""
    return bytes(int(below + (value - below) * alpha) for below in range(256))


def shaded(colour: Colour, light: float) -> Colour:
    red, green, blue = (min(255, int(value * light)) for value in colour)
    return red, green, blue


def png(rows: Sequence[bytearray], *, width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"".join(b"\x00" + row for row in rows)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data, 6)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
