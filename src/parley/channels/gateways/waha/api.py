"""One call to WAHA's API: its address, its key, and what it answers. Every function raises `GatewayError`."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from parley.channels.gateways.calling import exchange
from parley.channels.gateways.neutral import Credentials, GatewayError
from parley.channels.gateways.untrusted import items, section
from parley.channels.gateways.waha.errors import is_refusal, refusal
from parley.core.http import HttpClient, Response


async def ask(
    http: HttpClient,
    credentials: Credentials,
    method: str,
    path: str,
    *,
    payload: object = None,
    accept: str = "application/json",
) -> Response:
    """The answer, if it is one of success in its words as well as its status."""
    answer = await ask_plainly(http, credentials, method, path, payload=payload, accept=accept)
    if 200 <= answer.status < 300 and not is_refusal(answer):
        return answer
    raise refusal(answer)


async def ask_plainly(
    http: HttpClient,
    credentials: Credentials,
    method: str,
    path: str,
    *,
    payload: object = None,
    accept: str = "application/json",
) -> Response:
    """The answer, whatever it says."""
    headers = {"X-Api-Key": credentials.secrets.get("api_key", ""), "Accept": accept}
    url = credentials.base_url.rstrip("/") + path
    return await exchange(http, method, url, headers=headers, payload=payload)


def object_in(answer: Response) -> Mapping[str, Any]:
    """The object that an answer holds, empty for other JSON."""
    return section(_json_in(answer))


def list_in(answer: Response) -> list[Mapping[str, Any]]:
    """The objects of a list that an answer holds."""
    found = _json_in(answer)
    if not isinstance(found, list):
        raise GatewayError("uncertain", "WAHA's answer was not a list.", code="not_a_list")
    return items(found)


def of_session(credentials: Credentials, *parts: str, **query: object) -> str:
    """The path of something that belongs to the session. Names in `query` may have `__` for a dot."""
    path = "/".join(in_path(part) for part in (credentials.external_id, *parts))
    written = {name.replace("__", "."): _written(value) for name, value in query.items() if value is not None}
    return f"/api/{path}" + (f"?{urlencode(written)}" if written else "")


def session_itself(credentials: Credentials) -> str:
    """The path of the session itself."""
    return f"/api/sessions/{in_path(credentials.external_id)}"


def in_path(value: str) -> str:
    """A value as one part of a path."""
    return quote(value, safe="", errors="replace")


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json_in(answer: Response) -> object:
    try:
        return answer.json()
    except ValueError:
        raise GatewayError(
            "uncertain", "WAHA's answer was not JSON.", code="not_json", http_status=answer.status
        ) from None
