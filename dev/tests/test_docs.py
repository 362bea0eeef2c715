"""The README and the pages of docs: what they point to is there, and what they list is complete."""

import re
from pathlib import Path

import pytest

from parley.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
REFUSAL = re.compile(r'_Refusal\((\d{3}), "([a-z_]+)"')
METRIC = re.compile(r'"(parley_[a-z_]+)"')


def prose(page: Path) -> str:
    """The page without its code, where brackets mean something else."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    headings = (found["text"].replace("`", "") for found in HEADING.finditer(prose(page)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_points_to_is_there(page: Path) -> None:
    dead = []
    for found in LINK.finditer(prose(page)):
        target = found["target"]
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            dead.append(target)
    assert not dead


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"({page.name})" not in index] == [
        "README.md"
    ]


def test_every_command_is_explained() -> None:
    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"| `parley {name}" not in page] == []


def test_every_metric_is_explained() -> None:
    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    engines = ROOT / "src" / "parley" / "engines"
    files = (engines / "measures.py", engines / "health.py")
    names = {name for file in files for name in METRIC.findall(file.read_text(encoding="utf-8"))}
    assert names
    assert [name for name in sorted(names) if name not in page] == []


def test_every_answer_of_the_webhook_door_is_explained() -> None:
    page = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
    hooks = ROOT / "src" / "parley" / "engines" / "ingest" / "hooks.py"
    answers = REFUSAL.findall(hooks.read_text(encoding="utf-8"))
    assert answers
    assert [code for status, code in answers if f"| {status} | `{code}` |" not in page] == []
