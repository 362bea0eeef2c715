"""Rules about Python: where the database is touched, what a model may have, what a file may be called."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from dev.lints.finding import Finding

MAY_TOUCH_ROWS = frozenset({"queries", "services", "doors", "migrations", "tests", "admin", "seed", "models"})
# The event log: written by whoever announces something, read by reactors across workspaces.
EVENT_LOG = frozenset({"src/parley/core/events.py", "src/parley/core/reactors.py"})
NO_NAMES = frozenset({"util", "utils", "helper", "helpers", "manager", "managers", "misc", "common"})
_NO_ESCAPE = re.compile(r"#\s*noqa:.*\b(BLE001|E722|T201|DTZ\d+)\b")


def check(path: PurePosixPath, text: str) -> Iterator[Finding]:
    """Everything below, for one file."""
    tree = ast.parse(text)
    if path.stem in NO_NAMES:
        yield Finding(1, "telling-name", f"{path.name} says nothing: name it after what it does.")
    for number, line in enumerate(text.splitlines(), 1):
        if "tests" not in path.parts and _NO_ESCAPE.search(line):
            yield Finding(number, "no-escape", "Catch what can happen, print in the cli, know the time zone.")
    yield from _rows(path, tree)
    yield from _models(path, tree)
    yield from _signals(tree)


def _rows(path: PurePosixPath, tree: ast.AST) -> Iterator[Finding]:
    """Rows are read by queries and doors and written by services: a view cannot forget who is asking."""
    places = {*path.parts[:-1], path.stem}
    if places & MAY_TOUCH_ROWS or str(path) in EVENT_LOG or not path.is_relative_to("src"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
            remedy = f"`.{node.attr}` belongs in queries, services or doors: call one of theirs."
            yield Finding(node.lineno, "rows-behind-doors", remedy)


def _models(path: PurePosixPath, tree: ast.AST) -> Iterator[Finding]:
    """Models hold tables and invariants; what happens is written in services, where it is read."""
    if path.stem != "models" and "models" not in path.parts:
        return
    for owner in ast.walk(tree):
        if not isinstance(owner, ast.ClassDef):
            continue
        for node in owner.body:
            if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete", "clean"}:
                yield Finding(node.lineno, "no-hidden-verbs", f"Write a service instead of `{node.name}`.")


def _signals(tree: ast.AST) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.db.models.signals"):
            yield Finding(node.lineno, "no-signals", "Call it, or emit an event; nothing happens by itself.")
        if isinstance(node, ast.ImportFrom) and node.module == "django.dispatch":
            yield Finding(node.lineno, "no-signals", "Call it, or emit an event; nothing happens by itself.")
