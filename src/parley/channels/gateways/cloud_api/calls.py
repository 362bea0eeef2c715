"""One call to Meta's Graph, signed in with the channel's token."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from parley.channels.gateways.calling import exchange
from parley.channels.gateways.cloud_api.errors import error_in, refusal
from parley.channels.gateways.neutral import Credentials, GatewayError
from parley.channels.gateways.untrusted import section
from parley.core.http import FilePart, HttpClient, Response


async def ask(
    http: HttpClient,
    credentials: Credentials,
    method: str,
    path: str,
    *,
    payload: object = None,
    multipart: Mapping[str, str | FilePart] | None = None,
    sending: bool = False,
) -> Response:
    """Call `path` below the base URL. Raises `GatewayError` for anything but plain success.

    `sending`: the call is a message, so a fault that may have come after it is `uncertain`.
    """
    url = f"{credentials.base_url.rstrip('/')}/{path}"
    answer = await exchange(
        http, method, url, headers=signed_in(credentials), payload=payload, multipart=multipart
    )
    if not 200 <= answer.status < 300:
        raise refusal(answer, sending=sending)
    if (error := error_in(answer, sending=sending)) is not None:
        raise error
    return answer


def signed_in(credentials: Credentials) -> dict[str, str]:
    """The header that carries the token."""
    return {"Authorization": f"Bearer {credentials.secrets.get('access_token', '')}"}


def number_path(credentials: Credentials) -> str:
    """The channel's own node."""
    return in_path(credentials.external_id)


def in_path(value: str) -> str:
    """An id as one segment of a path, whatever it holds."""
    return quote(value, safe="", errors="replace")


def object_in(answer: Response) -> Mapping[str, Any]:
    """The answer as a JSON object. Raises `GatewayError(uncertain)`."""
    try:
        return section(answer.json())
    except ValueError:
        raise GatewayError(
            "uncertain", "Meta's answer was not JSON.", code="not_json", http_status=answer.status
        ) from None
