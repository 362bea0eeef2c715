"""One call to a provider, with the failures of the wire told in the gateways' own words."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from parley.channels.gateways.neutral import GatewayError
from parley.channels.gateways.untrusted import number
from parley.core.http import (
    AddressRefused,
    FilePart,
    HttpClient,
    NoAnswer,
    Response,
    TooLarge,
    Unreachable,
)

ANSWER_LIMIT = 8 * 1024 * 1024


async def exchange(
    http: HttpClient,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    payload: object = None,
    multipart: Mapping[str, str | FilePart] | None = None,
    limit: int = ANSWER_LIMIT,
    redirects: int = 0,
) -> Response:
    """Call and return the answer whatever its status. Raises `GatewayError` where there is none."""
    try:
        return await http.request(
            method,
            url,
            headers=headers,
            payload=payload,
            multipart=multipart,
            limit=limit,
            redirects=redirects,
        )
    except AddressRefused as error:
        raise GatewayError(
            "refused",
            f"{error} For a gateway in your own network, the operator adds the network to "
            "PARLEY_GATEWAY_NETWORKS.",
            code="address_refused",
            stops_channel=True,
        ) from error
    except Unreachable as error:
        raise GatewayError("unreachable", f"{error} Nothing was sent.", code="unreachable") from error
    except TooLarge as error:
        raise GatewayError(
            "uncertain", str(error), code="answer_too_large", http_status=error.status
        ) from error
    except NoAnswer as error:
        raise GatewayError("uncertain", f"{error} It may have acted.", code="no_answer") from error


def unreadable(answer: Response, *, provider: str) -> GatewayError:
    """The failure behind an answer that carries none of the provider's own words.

    Something in front of the provider wrote it. A refusal of the request itself (4xx) comes before anybody
    acts on it; everything else leaves open what happened.
    """
    status, wait = answer.status, retry_after(answer)
    if status == 429:
        said = f"{provider} asks to slow down."
        return GatewayError("throttled", said, code="http_429", http_status=status, retry_after=wait)
    if 400 <= status < 500 and status not in {408, 409, 499}:
        said = f"The address answered {status}, and not in the words of {provider}. Check the base URL."
        return GatewayError("refused", said, code=f"http_{status}", http_status=status)
    said = f"{provider} answered {status} without saying what happened."
    return GatewayError("uncertain", said, code=f"http_{status}", http_status=status)


def retry_after(answer: Response) -> float | None:
    """Seconds to wait that the answer asks for: a number or a date."""
    value = answer.headers.get("retry-after", "")
    seconds = number(value)
    if seconds is None and value:
        try:
            then = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp() - datetime.now(
            UTC
        ).timestamp()
    return None if seconds is None else min(max(seconds, 0.0), 86_400.0)
