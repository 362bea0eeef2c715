"""JSON in and out of the simulator's own doors."""

from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from parley.core.errors import DomainError, Invalid

Body = TypeVar("Body")


async def read_as(request: Request, type_: type[Body]) -> Body:
    """The body as this type. Raises `Invalid` with the place of the mistake."""
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=type_)
    except msgspec.DecodeError as error:
        raise Invalid(str(error)) from error


def query_as(request: Request, type_: type[Body]) -> Body:
    """The parameters after the question mark as this type. Raises `Invalid` as `read_as`."""
    try:
        return msgspec.convert(dict(request.query_params), type=type_, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(str(error)) from error


def answer(value: object, *, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status_code=status, media_type="application/json")


async def answer_refusal(_request: Request, error: Exception) -> Response:
    if not isinstance(error, DomainError):
        raise error
    return answer({"error": error.message, "code": error.code}, status=error.status)
