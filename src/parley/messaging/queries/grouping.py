"""How entries stand together in a thread: groups by side, days, and where the unread ones begin.

Pure: takes bubbles from the oldest to the newest and gives them back with their marks.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from parley.messaging.screens import Bubble

GROUP_PAUSE: Final = timedelta(minutes=10)
"""After a pause this long the same side starts a new group."""


def arranged(
    bubbles: Sequence[Bubble], *, zone: ZoneInfo, before: Bubble | None, unread: int
) -> list[Bubble]:
    """The bubbles with `starts_group`, `day` and `first_unread` set.

    `before` is the entry that stands above the first one, if any: with it a page continues the one above
    seamlessly. `unread` counts messages of the customer from the end; where more are unread than the page
    holds, the mark belongs on an earlier page and is left out.
    """
    mark = _first_unread(bubbles, unread)
    result: list[Bubble] = []
    previous = before
    for position, bubble in enumerate(bubbles):
        is_new_day = previous is None or _date(previous, zone) != _date(bubble, zone)
        is_marked = position == mark
        result.append(
            replace(
                bubble,
                day=bubble.at if is_new_day else None,
                first_unread=is_marked,
                starts_group=is_new_day
                or is_marked
                or previous is None
                or _side(previous) != _side(bubble)
                or bubble.at - previous.at > GROUP_PAUSE,
            )
        )
        previous = bubble
    return result


def _first_unread(bubbles: Sequence[Bubble], unread: int) -> int | None:
    if unread <= 0:
        return None
    left = unread
    for position in range(len(bubbles) - 1, -1, -1):
        if bubbles[position].kind == "message" and bubbles[position].direction == "inbound":
            left -= 1
            if left == 0:
                return position
    return None


def _side(bubble: Bubble) -> tuple[str, str, str]:
    """Who speaks; a call or a notice is a line between.

    Two colleagues are two sides only in their notes: the customer sees one number.
    """
    if bubble.type == "system":
        return "line", "", ""
    author = bubble.author if bubble.kind != "message" else ""
    return bubble.kind, bubble.direction, author


def _date(bubble: Bubble, zone: ZoneInfo) -> object:
    return bubble.at.astimezone(zone).date()
