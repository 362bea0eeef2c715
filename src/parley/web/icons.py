"""Our own icons, drawn inline so that they take the colour of the text.

Each is a file in `icons/`: strokes on a 24 by 24 grid. A new icon is a new file.
"""

import re
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

_FOLDER = Path(__file__).with_name("icons")
_TURNING = frozenset({"arrow", "back", "next", "out", "reply", "undo"})
"""Icons that point along the line and so turn round in right-to-left text."""


@lru_cache(maxsize=256)
def icon(name: str, small: bool = False, extra: str = "", **attributes: str) -> Markup:  # noqa: FBT001, FBT002
    """The icon as SVG, hidden from screen readers: the words beside it say what it means.

    `extra` adds classes, `attributes` add data or ARIA attributes with `_` written for `-`. An icon with an
    `aria_label` is a picture with that name instead.
    """
    classes = ["icon", *(["small"] if small else []), *(["turns"] if name in _TURNING else []), extra]
    role = {"role": "img"} if "aria_label" in attributes else {"aria-hidden": "true"}
    rest = Markup("").join(
        Markup(' {}="{}"').format(key.replace("_", "-"), value)
        for key, value in {**role, **attributes}.items()
    )
    return Markup('<svg class="{}" viewBox="0 0 24 24"{}>{}</svg>').format(
        " ".join(classes).strip(), rest, _shapes(name)
    )


@lru_cache(maxsize=128)
def _shapes(name: str) -> Markup:
    drawing = (_FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    inner = drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")]
    return Markup(re.sub(r"\s*\n\s*", "", inner))  # noqa: S704 (our own files)
