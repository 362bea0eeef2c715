"""Hot SQL lives in named files beside the code that runs it.

A file holds one or more statements, each headed `-- name: <name>`; the comment lines that follow give the
reason and the measured plan. Parameters are named, psycopg style: %(name)s.
"""

import re
from functools import cache
from importlib.resources import files

_HEAD = re.compile(r"^--\s*name:\s*([a-z][a-z0-9_]*)\s*$", re.MULTILINE)


@cache
def statements(package: str, name: str) -> dict[str, str]:
    """The statements of `<package>/sql/<name>.sql` by their names.

    Raises `ValueError` at start when the file has a statement without a name, or one name twice.
    """
    text = files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    head, *parts = _HEAD.split(text)
    if any(line.strip() and not line.startswith("--") for line in head.splitlines()):
        raise ValueError(f"{package}/sql/{name}.sql begins with a statement that has no name.")
    found: dict[str, str] = {}
    for key, body in zip(parts[::2], parts[1::2], strict=True):
        if key in found or not body.strip():
            raise ValueError(f"{package}/sql/{name}.sql has {key!r} twice or empty.")
        found[key] = body.strip().rstrip(";")
    return found


def statement(package: str, name: str, key: str) -> str:
    """One statement. A missing one is a programming error and raises `KeyError`."""
    return statements(package, name)[key]
