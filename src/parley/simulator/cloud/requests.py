"""Reading Graph requests: the token, the object in the path, the body as JSON or form."""

import json
import secrets

from starlette.requests import Request

from parley.simulator.cloud.errors import GraphRefusal, unknown_object
from parley.simulator.records import Account, App, Json, Number
from parley.simulator.world import World


def app_of_token(world: World, request: Request) -> App:
    """The app whose token came with the request. Raises 190 when there is none."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = bearer.strip() if scheme.lower() == "bearer" else request.query_params.get("access_token", "")
    for app in world.apps.values():
        if token and secrets.compare_digest(token.encode(), app.access_token.encode()):
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
        body = json.loads(raw) if raw else {}
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


def paged(rows: list[Json]) -> Json:
    return {"data": rows, "paging": {"cursors": {"before": "MAZDZD", "after": "MjQZD"}}}
