"""What a rule answers."""

from typing import NamedTuple


class Finding(NamedTuple):
    """One breach: where, which rule, and what to do instead."""

    line: int
    rule: str
    remedy: str
