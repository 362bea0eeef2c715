"""Rules about CSS: logical properties only, so that right-to-left costs nothing; no shouting."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from dev.lints.finding import Finding

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SIDES = r"(?:left|right|top|bottom)"
_PHYSICAL = re.compile(
    rf"(?:^|[;{{])\s*(?P<property>(?:margin|padding|scroll-margin|scroll-padding|border)-{_SIDES}[a-z-]*|{_SIDES}|"
    r"border-(?:top|bottom)-(?:left|right)-radius|(?:min-|max-)?(?:width|height))\s*:",
    re.MULTILINE,
)
_PHYSICAL_VALUE = re.compile(r"(?P<property>text-align|float|clear)\s*:\s*(?:left|right)\b")
_IMPORTANT = re.compile(r"!\s*important")
_NUMBERED_COLOUR = re.compile(r":[^;{}]*(?P<colour>#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?)\()")


def check(path: PurePosixPath, text: str) -> Iterator[Finding]:
    """Everything above, outside comments. Colours are numbers in the tokens' file only."""
    bare = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    for pattern in (_PHYSICAL, _PHYSICAL_VALUE):
        for found in pattern.finditer(bare):
            remedy = f"`{found['property']}` is physical: say inline, block, start or end."
            yield Finding(_line(bare, found.start("property")), "logical-property", remedy)
    for found in _IMPORTANT.finditer(bare):
        yield Finding(_line(bare, found.start()), "no-important", "Put the rule into a later layer.")
    if path.stem != "tokens":
        for found in _NUMBERED_COLOUR.finditer(bare):
            remedy = f"`{found['colour']}`: colours are tokens."
            yield Finding(_line(bare, found.start("colour")), "colour-token", remedy)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
