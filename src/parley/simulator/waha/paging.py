"""Reading a list request: limit, offset, order."""

from collections.abc import Sequence
from typing import TypeVar

from starlette.requests import Request

from parley.simulator.records import Json
from parley.simulator.waha.errors import bad_request

Row = TypeVar("Row")
DEFAULT_LIMIT = 100


def whole(request: Request, name: str, default: int) -> int:
    """A number of the query. Raises a 400 for what is none."""
    try:
        return int(request.query_params.get(name, default))
    except ValueError as error:
        raise bad_request(f"{name} must be a number conforming to the specified constraints") from error


def whole_in(part: Json, name: str, default: int) -> int:
    """The same, of a body."""
    number = part.get(name, default)
    if not isinstance(number, int) or isinstance(number, bool):
        raise bad_request(f"{name} must be a number conforming to the specified constraints")
    return number


def page_of(request: Request, rows: Sequence[Row]) -> list[Row]:
    limit, offset = whole(request, "limit", DEFAULT_LIMIT), whole(request, "offset", 0)
    return list(rows[offset : offset + limit])


def is_yes(request: Request, name: str, *, default: bool) -> bool:
    return request.query_params.get(name, str(default)).lower() in {"true", "1"}


def is_descending(request: Request, *, default: str = "desc") -> bool:
    return request.query_params.get("sortOrder", default).lower() != "asc"
