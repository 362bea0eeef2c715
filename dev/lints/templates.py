"""Rules about templates: nothing inline, because the content security policy forbids it."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from dev.lints.finding import Finding

_COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)
_RULES: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("no-inline-style", re.compile(r"\sstyle\s*=", re.IGNORECASE), "Use a class, or data-hue for colours."),
    ("no-inline-style", re.compile(r"<style\b", re.IGNORECASE), "Write it into a component's CSS file."),
    (
        "no-inline-script",
        re.compile(r"<script\b(?![^>]*\bsrc\s*=)(?![^>]*\btype\s*=\s*[\"']application/json)", re.IGNORECASE),
        "Write an ES module, attached by a data- attribute.",
    ),
    ("no-inline-script", re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE), "Listen in an ES module."),
    (
        "no-inline-script",
        re.compile(r"\shx-on[:-]", re.IGNORECASE),
        "hx-on needs eval: listen in an ES module.",
    ),
    ("no-inline-script", re.compile(r"[\"']\s*(?:js|javascript):", re.IGNORECASE), "js: needs eval."),
    (
        "no-inline-script",
        re.compile(r"hx-trigger\s*=\s*\"[^\"]*\[", re.IGNORECASE),
        "A filter in hx-trigger needs eval: dispatch an event of its own.",
    ),
    ("escaped", re.compile(r"\|\s*safe\b|autoescape\s+false"), "Build markup with Markup.format in Python."),
    ("no-blank-opener", re.compile(r"target=\"_blank\"(?![^>]*noopener)"), 'Add rel="noopener noreferrer".'),
)


def check(_path: PurePosixPath, text: str) -> Iterator[Finding]:
    """Everything above, wherever it stands outside a comment."""
    bare = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    for rule, pattern, remedy in _RULES:
        for found in pattern.finditer(bare):
            at = found.start() + len(found[0]) - len(found[0].lstrip())
            yield Finding(bare.count("\n", 0, at) + 1, rule, remedy)
