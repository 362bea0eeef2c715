"""Chat text becomes markup that shows what was meant and never runs what was written."""

import time
from html.parser import HTMLParser

import pytest

from parley.web.text import is_jumbo, plain, whatsapp


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("*oak* and _ash_ and ~pine~", "<b>oak</b> and <i>ash</i> and <s>pine</s>"),
        ("*_both_*", "<b><i>both</i></b>"),
        ("`A1` ```two\nlines```", "<code>A1</code> <code>two\nlines</code>"),
        ("3*4*5 and snake_case_name", "3*4*5 and snake_case_name"),
        ("* not bold *", "* not bold *"),
        ("one\ntwo\r\nthree", "one<br>two<br>three"),
        ("`*raw*`", "<code>*raw*</code>"),
    ],
)
def test_marks(written: str, shown: str) -> None:
    assert whatsapp(written) == shown


@pytest.mark.parametrize(
    ("written", "href", "rest"),
    [
        ("see https://casalume.example/p/17.", "https://casalume.example/p/17", "."),
        ("www.casalume.example, ok", "https://www.casalume.example", ", ok"),
        ("(https://a.example/x)", "https://a.example/x", ")"),
        ("https://a.example/wiki/Oak_(tree)", "https://a.example/wiki/Oak_(tree)", ""),
        ("https://a.example/?a=1&b=2", "https://a.example/?a=1&amp;b=2", ""),
    ],
)
def test_links(written: str, href: str, rest: str) -> None:
    shown = str(whatsapp(written))
    assert f'href="{href}"' in shown
    assert shown.endswith(f"</a>{rest}")
    assert 'rel="noopener noreferrer nofollow" target="_blank"' in shown


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    'https://a.example/"onmouseover="alert(1)',
    "https://a.example/'><svg/onload=alert(1)>",
    "*<b onclick=alert(1)>x</b>*",
    "```</code><script>alert(1)</script>```",
    "`<iframe src=javascript:alert(1)>`",
    "_~*<style>@import'//evil.example'</style>*~_",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "data:text/html,<script>alert(1)</script>",
    "http://a.example/\u202e\u0000<x>",
]


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_written_runs(attack: str) -> None:
    parser = Elements()
    parser.feed(str(whatsapp(attack)))
    for tag, attrs in parser.seen:
        assert tag in {"a", "b", "i", "s", "br", "code"}
        assert set(attrs) <= {"class", "href", "rel", "target"}
        assert (attrs.get("href") or "https://").startswith(("https://", "http://"))


@pytest.mark.parametrize("piece", ["*", "_", "~", "`", "```", "*a", "www.", "http://", "*_~"])
def test_hostile_length_costs_no_time(piece: str) -> None:
    began = time.monotonic()
    whatsapp(piece * 20_000)
    assert time.monotonic() - began < 2


def test_plain_is_one_line_without_marks() -> None:
    assert plain("*Oak*\n  and _~ash~_ at https://a.example `x`") == "Oak and ash at https://a.example x"


@pytest.mark.parametrize("text", ["👍", "❤️", "😂😂", "🙏🏽", "🇧🇷", "👨‍👩‍👧", " 🎉 🎊 🥳 "])
def test_a_few_emoji_are_shown_large(text: str) -> None:
    assert is_jumbo(text)


@pytest.mark.parametrize("text", ["", "ok", "👍 ok", "1️", "©", "😂😂😂😂", "123", "أهلا"])
def test_anything_else_is_not(text: str) -> None:
    assert not is_jumbo(text)
