"""The taste of `make check` that no ready-made linter knows. Each rule has a test that it bites.

A line that must break a rule says so, with its reason: `lint: allow <rule>: <reason>` in a comment.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from dev.lints import names, python, sizes, styles, templates
from dev.lints.finding import Finding

ALLOWED = re.compile(r"lint: allow (?P<rule>[a-z-]+): \S+")


class Rules(NamedTuple):
    """Which functions read a file, by how its name ends."""

    suffix: str
    checks: tuple[Callable[[PurePosixPath, str], Iterable[Finding]], ...]


RULES = (
    Rules(".py", (sizes.check_python, python.check, names.check)),
    Rules(".html", (sizes.check_text, templates.check, names.check)),
    Rules(".css", (sizes.check_text, styles.check)),
    Rules(".js", (sizes.check_text, names.check)),
    Rules(".sql", (sizes.check_text, names.check)),
)


def lint(path: PurePosixPath, text: str) -> Iterator[Finding]:
    """What is wrong with one file of the repository, whose path is relative to its root."""
    lines = text.splitlines()
    for rules in RULES:
        if path.suffix != rules.suffix:
            continue
        for check in rules.checks:
            for finding in check(path, text):
                line = lines[finding.line - 1] if 0 < finding.line <= len(lines) else ""
                allowed = ALLOWED.search(line)
                if allowed is None or allowed["rule"] != finding.rule:
                    yield finding
