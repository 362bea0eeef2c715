"""What people write in chats, turned into safe markup.

WhatsApp's marks: *bold*, _italic_, ~strike~, `code`, ```block```; links become links; nothing else does.
"""

import html
import re
import unicodedata

from markupsafe import Markup

_TOKEN = re.compile(
    r"```(?P<block>.+?)```"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?P<link>(?:https?://|www\.)[^\s<>\"'`]+)"
    r"|(?<!\w)\*(?P<b>(?!\s)[^*\n]+(?<!\s))\*(?!\w)"
    r"|(?<!\w)_(?P<i>(?!\s)[^_\n]+(?<!\s))_(?!\w)"
    r"|(?<!\w)~(?P<s>(?!\s)[^~\n]+(?<!\s))~(?!\w)",
    re.DOTALL | re.IGNORECASE,
)
_SENTENCE_END = ".,;:!?)]}…"
_JUMBO_LIMIT = 3
_JOINERS = "\u200d\ufe0f\ufe0e"


def whatsapp(text: str) -> Markup:
    """Escape `text`, then apply WhatsApp's marks, links and line breaks."""
    return Markup(_formatted(text.strip(), depth=0))  # noqa: S704  every piece below is escaped


def plain(text: str) -> str:
    """`text` in one line and without WhatsApp's marks: for previews and quotes."""
    return " ".join(_unmarked(text).split())


def _unmarked(text: str) -> str:
    return _TOKEN.sub(_inside, text)


def _inside(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    inner = match.group(kind)
    return inner if kind in {"block", "code", "link"} else _unmarked(inner)


def _formatted(text: str, *, depth: int) -> str:
    # Plain strings inside: a message may hold twenty thousand marks, and Markup is slow to join.
    parts: list[str] = []
    end = 0
    for match in _TOKEN.finditer(text):
        parts.append(_lines(text[end : match.start()]))
        parts.append(_token(match, depth=depth))
        end = match.end()
    parts.append(_lines(text[end:]))
    return "".join(parts)


def _token(match: re.Match[str], *, depth: int) -> str:
    kind = match.lastgroup or ""
    inner = match.group(kind)
    if kind in {"block", "code"}:
        return f"<code>{html.escape(inner.strip())}</code>"
    if kind == "link":
        return _link(inner)
    # Marks nest (*_both_*), but no deeper than there are marks.
    body = _formatted(inner, depth=depth + 1) if depth < 3 else html.escape(inner)
    return f"<{kind}>{body}</{kind}>"


def _link(address: str) -> str:
    shown = address.rstrip(_SENTENCE_END)
    if shown.count("(") > shown.count(")") and address[len(shown) :].startswith(")"):
        shown += ")"
    href = html.escape(shown if "://" in shown else f"https://{shown}")
    rest = html.escape(address[len(shown) :])
    return (
        f'<a class="link" href="{href}" rel="noopener noreferrer nofollow" target="_blank">'
        f"{html.escape(shown)}</a>{rest}"
    )


def _lines(text: str) -> str:
    return html.escape(text.replace("\r\n", "\n")).replace("\n", "<br>")


def is_jumbo(text: str) -> bool:
    """Whether `text` is one to three emoji and nothing else: WhatsApp shows those large."""
    stripped = text.strip()
    if not stripped or len(stripped) > _JUMBO_LIMIT * 8:
        return False
    shown = 0
    joined = False
    for char in stripped:
        if char in _JOINERS or unicodedata.category(char) == "Sk":
            joined = char == "\u200d"
            continue
        if char.isspace():
            continue
        if unicodedata.category(char) != "So" or ord(char) < 0x2190:
            return False
        shown += 0 if joined else 1
        joined = False
    # A flag is written with two letters of its own.
    flags = sum(1 for char in stripped if 0x1F1E6 <= ord(char) <= 0x1F1FF)
    return 1 <= shown - flags // 2 <= _JUMBO_LIMIT
