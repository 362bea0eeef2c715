"""Lists reach the database as psycopg's own way would bring them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import DataError
from psycopg.adapt import PyFormat, Transformer
from psycopg.types.array import ListDumper

from parley.engines.arrays import ArrayDumper

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def written(items: list[Any], by: type[ListDumper]) -> bytes | None:
    context = Transformer()
    context.adapters.register_dumper(list, by)
    return context.dump_sequence([items], [PyFormat.TEXT])[0]  # type: ignore[return-value]


@given(
    st.lists(st.none() | TEXTS, max_size=20)
    | st.lists(st.none() | st.sampled_from(["", "NULL", "null", '"', "\\", "{}", "a,b", " ", "\n"]))
    | st.lists(st.none() | st.uuids())
    | st.lists(st.none() | st.integers(-(2**63), 2**63 - 1))
    | st.lists(st.none() | st.booleans())
    | st.lists(st.none() | st.binary())
    | st.lists(st.none() | st.floats(allow_nan=False))
)
def test_what_is_read_back_is_what_was_written(items: list[Any]) -> None:
    kind = next((type(item) for item in items if item is not None), str)
    assert elements(written(items, ArrayDumper), kind) == elements(written(items, ListDumper), kind)


def elements(array: bytes | None, kind: type) -> list[str | None]:
    """The elements of an array's text, as array_in of PostgreSQL takes it apart."""
    assert array is not None
    assert array[:1] + array[-1:] == b"{}"
    found: list[str | None] = []
    text, at = array[1:-1].decode(), 0
    while at < len(text):
        is_quoted = text[at] == '"'
        at += is_quoted
        one = ""
        while at < len(text) and text[at] != ('"' if is_quoted else ","):
            at += text[at] == "\\"
            one += text[at]
            at += 1
        at += 2 if is_quoted else 1
        found.append(None if one == "NULL" and not is_quoted else plain(one, kind))
    return found


def plain(text: str, kind: type) -> str:
    """Two spellings of one value are one."""
    if kind is UUID:
        return UUID(text).hex
    return {"True": "t", "False": "f"}.get(text, text) if kind is bool else text


@pytest.mark.parametrize(
    "items",
    [
        ['a "quoted" \\ text', None, "", "NULL", "{x,y}", "çãé 🛑"],
        [UUID(int=1), None],
        [1, -(2**40), None],
        [True, False, None],
        [b"\0\xff\\", None],
        [datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), None],
        [Decimal("1.50"), None],
        [["a", "b"], ["c,", None]],
        [None, None],
        [],
    ],
)
def test_postgresql_reads_it(database: str, items: list[Any]) -> None:
    from parley.core.database_urls import engine_url
    from parley.core.environment import environment

    kinds = {str: "text", UUID: "uuid", int: "bigint", bool: "boolean", bytes: "bytea",
             datetime: "timestamptz", Decimal: "numeric", list: "text"}  # fmt: skip
    kind = kinds[next((type(item) for item in items if item is not None), str)]
    with psycopg.connect(engine_url(environment())) as connection:
        connection.adapters.register_dumper(list, ArrayDumper)
        row = connection.execute(f"SELECT %s::{kind}[]".encode(), [items]).fetchone()
    assert row is not None
    assert row[0] == items


def test_nul_is_refused_and_cuts_nothing_off() -> None:
    with pytest.raises(DataError):
        written(["a", "b\0c"], ArrayDumper)
