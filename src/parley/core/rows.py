"""Rows of hot SQL as plain dictionaries, through Django's connection."""

from collections.abc import Mapping
from typing import Any

from django.db import connection


def fetched(sql: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Run a statement with named parameters; each row by the names of its columns."""
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(values))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
