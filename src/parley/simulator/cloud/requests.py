"""Reading Graph requests: the token, the object in the path, the body as JSON or form."""

import base64
import secrets

from starlette.datastructures import URL
from starlette.requests import Request

from parley.simulator.bodies import parse
from parley.simulator.cloud.errors import GraphRefusal, unknown_object
from parley.simulator.records import Account, App, Json, Number
from parley.simulator.world import World

PAGE = 25
LONGEST_PAGE = 1000


def app_of_token(world: World, request: Request) -> App:
    """The app whose token came with the request. Raises 190 when there is none."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = bearer.strip() if scheme.lower() == "bearer" else request.query_params.get("access_token", "")
    for app in world.apps.values():
        if token and secrets.compare_digest(token.encode(), app.access_token.encode()):
            if app.is_revoked:
                raise GraphRefusal(190, "Error validating access token: the session was revoked", subcode=463)
            return app
    raise GraphRefusal(190)


def number_in_path(world: World, request: Request) -> Number:
    """The number named in the path if the token opens it; another's looks like none."""
    app = app_of_token(world, request)
    object_id = request.path_params["object"]
    number = world.numbers.get(object_id)
    if number is None or world.accounts[number.account_id].app_id != app.id:
        raise unknown_object(object_id)
    return number


def account_in_path(world: World, request: Request) -> Account:
    app = app_of_token(world, request)
    object_id = request.path_params["object"]
    account = world.accounts.get(object_id)
    if account is None or account.app_id != app.id:
        raise unknown_object(object_id)
    return account


async def read_body(request: Request) -> Json:
    """The body as an object: JSON, or a form where a client sends one."""
    if "json" not in request.headers.get("content-type", "json"):
        form = await request.form()
        return {name: value for name, value in form.items() if isinstance(value, str)}
    raw = await request.body()
    try:
        body = parse(raw) if raw else {}
    except ValueError as error:
        raise GraphRefusal(100, "(#100) The request body is not valid JSON") from error
    if not isinstance(body, dict):
        raise GraphRefusal(100, "(#100) The request body must be an object")
    return body


def required(body: Json, name: str) -> Json:
    """The object under `name`. Raises 131008 when it is missing."""
    value = body.get(name)
    if not isinstance(value, dict):
        raise GraphRefusal(131008, details=f"The parameter {name} is required.")
    return value


def fields_of(request: Request, facts: Json, *, default: tuple[str, ...]) -> Json:
    """Only what `?fields=` asks for, and the id; the default fields without it."""
    asked = request.query_params.get("fields")
    names = [name.strip().partition("{")[0] for name in asked.split(",")] if asked else default
    return {name: facts[name] for name in (*names, "id") if name in facts}


def paged(request: Request, rows: list[Json]) -> Json:
    """The page that `limit`, `after` and `before` ask for, with cursors and the next page's address."""
    size = max(1, min(number_in_query(request, "limit", PAGE), LONGEST_PAGE))
    start = place_of_cursor(request.query_params.get("after"))
    if "before" in request.query_params:
        start = max(0, place_of_cursor(request.query_params["before"]) - 1 - size)
    shown = rows[start : start + size]
    first, last = cursor_of(start + 1), cursor_of(start + len(shown))
    paging: Json = {"cursors": {"before": first, "after": last}}
    if start + len(shown) < len(rows):
        paging["next"] = str(versioned(request).include_query_params(after=last, limit=size))
    if start > 0:
        paging["previous"] = str(versioned(request).include_query_params(before=first, limit=size))
    return {"data": shown, "paging": paging}


def versioned(request: Request) -> URL:
    """The address that was called, with the version that was taken off its path."""
    return request.url.replace(
        path=request.scope.get("parley.version", "") + request.url.path
    ).remove_query_params(["access_token", "after", "before"])


def number_in_query(request: Request, name: str, default: int) -> int:
    try:
        return int(request.query_params.get(name, default))
    except ValueError as error:
        raise GraphRefusal(100, f"(#100) Param {name} must be an integer") from error


def cursor_of(place: int) -> str:
    return base64.b64encode(f"place:{place}".encode()).decode().rstrip("=")


def place_of_cursor(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), validate=True).decode()
        return int(text.removeprefix("place:"))
    except ValueError as error:
        raise GraphRefusal(100, "(#100) Invalid cursor") from error
