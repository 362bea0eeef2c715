"""A file is read in one go: up to 300 lines, a function up to 40."""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from dev.lints.finding import Finding

FILE_LINES = 300
FUNCTION_LINES = 40


def check_text(path: PurePosixPath, text: str) -> Iterator[Finding]:
    """The length of a file. Migrations are written by a machine."""
    lines = text.count("\n")
    if lines > FILE_LINES and "migrations" not in path.parts:
        yield Finding(1, "file-size", f"{lines} lines, {FILE_LINES} at most: split it by what it does.")


def check_python(path: PurePosixPath, text: str) -> Iterator[Finding]:
    """The length of a file and of each function in it, its docstring not counted."""
    yield from check_text(path, text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = _lines(node)
            if lines > FUNCTION_LINES:
                remedy = f"`{node.name}` has {lines} lines, {FUNCTION_LINES} at most: name its parts."
                yield Finding(node.lineno, "function-size", remedy)


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        whole -= (first.end_lineno or first.lineno) - first.lineno + 1
    return whole
