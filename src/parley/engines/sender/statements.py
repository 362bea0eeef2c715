"""The sender's statements by name: `engines/sql/{sender,limits,outcomes}.sql`."""

from functools import cache

from parley.core.sql import statements

_FILES = ("sender", "limits", "outcomes")


def sql(name: str) -> str:
    """One statement. Raises `KeyError` for a name that no file has."""
    return _all()[name]


@cache
def _all() -> dict[str, str]:
    return {name: text for file in _FILES for name, text in statements("parley.engines", file).items()}
