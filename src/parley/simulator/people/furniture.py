"""What Casa Lume sells, and where it stands: the pictures that customers and the shop send each other."""

import math
from typing import Literal, get_args

from parley.simulator.people.pictures import Colour, Shape, box, form, oval, painted

Furniture = Literal["table", "chair", "sofa", "shelf", "room", "sideboard", "woods"]
THINGS: tuple[Furniture, ...] = get_args(Furniture)
FLOOR = 57.0

WALL = (
    box(0, 0, 100, FLOOR, "wall"), box(0, FLOOR, 100, 75, "floor"),
    box(0, FLOOR - 2, 100, FLOOR, "white"), box(0, FLOOR, 100, FLOOR + 1.2, "shadow", alpha=0.08),
    form("white", (6, 0), (27, 0), (58, FLOOR - 2), (37, FLOOR - 2), alpha=0.16),
    form("white", (30, 0), (38, 0), (69, FLOOR - 2), (61, FLOOR - 2), alpha=0.16),
)  # fmt: skip


def leg(x: float, top: float, bottom: float, lean: float, paint: str, width: float = 2.4) -> Shape:
    """A leg that gets thinner and leans outwards by `lean`."""
    foot = x + lean
    return form(paint, (x - width / 2, top), (x + width / 2, top), (foot + 0.7, bottom), (foot - 0.7, bottom))


def plant(x: float, base: float, size: float) -> tuple[Shape, ...]:
    """A pot with leaves; `size` is the height of the leaves."""
    pot = form("clay", (x - 3.4, base - 6), (x + 3.4, base - 6), (x + 2.5, base), (x - 2.5, base))
    top = base - 6
    leaves = [
        form("leaf" if number % 2 else "leaf_dark",
             (x, top), (x + turn * size * 0.42 - 1.8, top - size * (1 - abs(turn) * 0.4) * 0.6),
             (x + turn * size * 0.62, top - size * (1 - abs(turn) * 0.45)),
             (x + turn * size * 0.5 + 1.8, top - size * (1 - abs(turn) * 0.5) * 0.55))
        for number, turn in enumerate((-1.0, 1.0, -0.55, 0.6, 0.05))
    ]  # fmt: skip
    return (oval(x, base, 5, 1.1, "shadow", alpha=0.18), *leaves, pot)


def lamp(x: float, base: float, top: float) -> tuple[Shape, ...]:
    """A floor lamp with its light on the wall."""
    return (
        oval(x, top + 3, 13, 10, "light", alpha=0.35), oval(x, base, 4, 0.9, "dark"),
        box(x - 0.35, top + 6, x + 0.35, base, "dark"),
        form("white", (x - 3, top), (x + 3, top), (x + 5, top + 8), (x - 5, top + 8)),
    )  # fmt: skip


def grain(left: float, top: float, right: float, bottom: float, rings: int, paint: str) -> tuple[Shape, ...]:
    """Lines of growth along a board."""
    step = (right - left) / rings
    return tuple(
        form(paint,
             *((left + step * (number + 0.5) + 0.55 * math.sin(number * 2.1 + y * 0.16), float(y))
               for y in range(int(top), int(bottom) + 1, 3)),
             *((left + step * (number + 0.5) + 0.4 + 0.55 * math.sin(number * 2.1 + y * 0.16), float(y))
               for y in range(int(bottom), int(top) - 1, -3)),
             alpha=0.34)
        for number in range(rings)
    )  # fmt: skip


def books(left: float, shelf: float, heights: str) -> tuple[Shape, ...]:
    """Books that stand on a shelf: a digit for the height of each."""
    paints = ("cloth", "white", "clay", "cloth_dark", "light", "leaf")
    return tuple(
        box(left + 1.9 * number, shelf - int(height), left + 1.9 * number + 1.6, shelf, paints[number % 6])
        for number, height in enumerate(heights)
    )


SCENES: dict[Furniture, tuple[Shape, ...]] = {
    "table": (
        box(49.75, 0, 50.25, 13, "dark"), oval(50, 25, 26, 13, "light", alpha=0.3),
        form("cloth", (47.5, 12), (52.5, 12), (58, 21), (42, 21)),
        oval(50, 67, 40, 3.6, "shadow", alpha=0.16),
        *(shape for x in (31, 69) for shape in (
            box(x - 7, 27, x + 7, 46, "cloth_dark", r=2.5), leg(x - 5, 44, 61, 0, "dark"),
            leg(x + 5, 44, 61, 0, "dark"))),
        box(18, 43, 82, 47, "dark"), leg(20, 44, 68, -3, "wood", 3.4), leg(80, 44, 68, 3, "wood", 3.4),
        box(11, 40, 89, 44, "wood", r=1), box(11.5, 40, 88.5, 40.8, "light", alpha=0.5),
        oval(38, 40, 6, 0.9, "white"), oval(64, 40, 6, 0.9, "white"),
        *plant(51, 40.3, 11),
    ),
    "chair": (
        oval(50, 67.5, 21, 3, "shadow", alpha=0.18),
        leg(41, 46, 63, 1, "dark"), leg(59, 46, 63, -1, "dark"),
        *(box(x, 18, x + 1, 45, "wood") for x in (42.5, 46, 49.5, 53, 56.5)),
        form("wood", (36.8, 14), (39.6, 14), (40.6, 46), (37.6, 46)),
        form("wood", (60.4, 14), (63.2, 14), (62.4, 46), (59.4, 46)),
        box(35.5, 13, 64.5, 20, "wood", r=2.6),
        leg(38, 48, 69, -2.5, "wood", 3), leg(62, 48, 69, 2.5, "wood", 3),
        box(35, 46.5, 65, 50, "wood", r=1), box(34, 42, 66, 47.5, "cloth", r=2.6),
    ),
    "sofa": (
        box(30, 8, 52, 24, "white"), box(31.2, 9.2, 50.8, 22.8, "glass"), oval(45.5, 14, 2.4, 2.4, "light"),
        form("leaf", (31.2, 22.8), (38, 14.5), (44, 22.8)),
        form("leaf_dark", (38, 22.8), (45, 17), (50.8, 22.8)),
        *lamp(93, 65, 17),
        oval(49, 66.5, 45, 5.5, "rug"), oval(48, 65, 38, 2.6, "shadow", alpha=0.2),
        *(leg(x, 58, 65, 0, "dark") for x in (16, 80)),
        box(15, 30, 81, 52, "cloth", r=4), box(14, 50, 82, 60, "cloth_dark", r=2),
        box(20, 44, 47.7, 54, "cloth_light", r=2.4), box(48.3, 44, 76, 54, "cloth_light", r=2.4),
        box(10, 38, 20.5, 60, "cloth", r=4), box(75.5, 38, 86, 60, "cloth", r=4),
        form("clay", (25, 34.5), (36, 33), (37.5, 43.5), (26.5, 45)),
        form("light", (62, 33.5), (72, 35), (70.5, 45), (60.5, 43.5)),
    ),
    "shelf": (
        *plant(85, 66, 24), oval(50, 66, 24, 2.4, "shadow", alpha=0.2),
        box(29, 8, 71, 65, "wood", r=0.8), box(31, 10, 69, 21.5, "cream"), box(31, 23.5, 69, 35.5, "cream"),
        box(31, 37.5, 69, 49.5, "cream"), box(31, 51.5, 69, 62, "cream"),
        *(box(31, top, 69, top + 1.6, "shadow", alpha=0.16) for top in (10, 23.5, 37.5, 51.5)),
        *books(33, 21.5, "787698"), oval(60, 18.4, 4, 3.1, "clay"), *books(52, 35.5, "98798767"),
        *plant(40, 35.5, 6), box(34, 43, 47, 49.5, "clay", r=1.4), *books(55, 49.5, "8978"),
        box(33, 53.5, 49.4, 62, "light", r=0.8), box(50.6, 53.5, 67, 62, "light", r=0.8),
        oval(47.6, 58, 0.7, 0.7, "dark"), oval(52.4, 58, 0.7, 0.7, "dark"),
    ),
    "room": (
        box(8, 8, 42, 46, "white"), box(9.5, 9.5, 24.3, 44.5, "glass"), box(25.7, 9.5, 40.5, 44.5, "glass"),
        form("white", (9.5, 40), (24.3, 20), (24.3, 26), (9.5, 44.5), alpha=0.3),
        form("cream", (4, 5), (11, 5), (9, 56), (3, 56)),
        form("cream", (39, 5), (46, 5), (47, 56), (41, 56)),
        box(2, 4, 48, 5.2, "dark"),
        box(60, 12, 84, 28, "wood"), box(61.2, 13.2, 82.8, 26.8, "cream"), oval(72, 20, 5, 5, "clay"),
        oval(56, 68, 40, 5.5, "rug"),
        box(52, 36, 98, 56, "cloth", r=3.5), box(56, 47, 75.6, 57, "cloth_light", r=2),
        box(76.2, 47, 96, 57, "cloth_light", r=2), box(51, 56, 99, 62, "cloth_dark", r=1.6),
        form("clay", (60, 40), (69, 39), (70, 48), (61, 49)),
        *plant(15, 66, 26),
        oval(44, 71, 14, 1.6, "shadow", alpha=0.2), leg(35, 63, 71, -1, "dark"), leg(53, 63, 71, 1, "dark"),
        oval(44, 63, 13, 2.4, "wood"), oval(44, 62.4, 11, 1.5, "light", alpha=0.35),
    ),
    "sideboard": (
        oval(50, 19, 12.6, 12.6, "dark"), oval(50, 19, 11.5, 11.5, "glass"),
        form("white", (42, 24), (52, 8.5), (55, 9.5), (44, 27), alpha=0.4),
        oval(50, 67, 40, 2.6, "shadow", alpha=0.2), *(leg(x, 59, 67, 0, "dark") for x in (18, 39, 61, 82)),
        box(13, 38, 87, 61, "wood", r=1.2), box(15, 41, 38, 59, "dark", alpha=0.18),
        box(39, 41, 61, 59, "dark", alpha=0.18), box(62, 41, 85, 59, "dark", alpha=0.18),
        *grain(15, 41, 38, 59, 9, "dark"), *grain(39, 41, 61, 59, 9, "dark"),
        *grain(62, 41, 85, 59, 9, "dark"), *(oval(x, 50, 0.9, 0.9, "light") for x in (36, 41, 59, 64)),
        *plant(24, 38, 14), *books(70, 38, "6768"), oval(63, 36.4, 3, 1.6, "clay"),
    ),
    "woods": (
        box(0, 0, 100, 75, "cream"), box(0, 0, 100, 75, "white", alpha=0.25),
        *(shape for x, paint in ((9, "wood"), (38, "dark"), (67, "clay")) for shape in (
            box(x + 1.4, 9.5, x + 25.4, 67.5, "shadow", r=1.4, alpha=0.16),
            box(x, 8, x + 24, 66, paint, r=1.4), *grain(x, 10, x + 24, 64, 11, "shadow"),
            box(x + 6, 54, x + 18, 60, "white", r=0.6),
            box(x + 7.5, 56.4, x + 16.5, 57.4, "dark", alpha=0.6))),
    ),
}  # fmt: skip


def photo(thing: Furniture, *, hue: float, width: int = 640, height: int = 480) -> bytes:
    """A PNG of a piece of furniture. Wall and cloth follow from `hue` (0 to 1)."""
    return painted((*WALL, *SCENES[thing]), palette(hue), width=width, height=height)


def palette(hue: float) -> dict[str, Colour]:
    cloth = colour(hue + 0.45, 0.5)
    return {
        "wall": mixed(colour(hue, 0.11), (246, 240, 230), 0.55), "floor": (205, 174, 140),
        "rug": colour(hue + 0.45, 0.22),
        "cloth": cloth, "cloth_dark": mixed(cloth, (40, 36, 40), 0.24),
        "cloth_light": mixed(cloth, (255, 255, 255), 0.16),
        "wood": (190, 142, 94), "dark": (112, 78, 54), "light": (246, 226, 190), "cream": (240, 231, 218),
        "white": (250, 248, 244), "glass": (208, 226, 234), "clay": (203, 127, 92),
        "leaf": (104, 142, 100), "leaf_dark": (74, 112, 82), "shadow": (40, 30, 24),
    }  # fmt: skip


def colour(hue: float, depth: float) -> Colour:
    """A muted colour; `depth` 0 is nearly white, 1 is dark."""
    base = 250 - 190 * depth
    swing = 34 * (0.4 + depth)
    red, green, blue = (
        max(0, min(255, int(base + swing * math.cos(2 * math.pi * (hue - third / 3))))) for third in range(3)
    )
    return red, green, blue


def mixed(one: Colour, other: Colour, part: float) -> Colour:
    red, green, blue = (int(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue
