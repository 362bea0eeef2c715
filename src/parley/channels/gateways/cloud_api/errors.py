"""What Meta's refusals mean, decided by `error.code`: the HTTP status is no guide, but to whether a fault of
Meta's own may have come after the message left.

Classes are those of `codes`; an unknown code is final unless Meta calls it transient.
"""

from collections.abc import Mapping
from typing import Any

from parley.channels.gateways.calling import retry_after, unreadable
from parley.channels.gateways.cloud_api.codes import (
    CODES,
    OPEN,
    REFUSED,
    SUBCODES,
    TEMPLATE_REFUSED,
    TRANSIENT,
    Verdict,
)
from parley.channels.gateways.neutral import BadPayload, GatewayError
from parley.channels.gateways.untrusted import first_word, number, parse_object, section
from parley.core.http import Response


def error_in(answer: Response, *, sending: bool = False) -> GatewayError | None:
    """The failure that an answer tells of in Meta's words; None where it has none of them.

    `sending`: the call was a message, which must not be repeated where Meta may have sent it.
    """
    try:
        said = section(answer.json(), "error")
    except ValueError:
        return None
    code = number(said.get("code"))
    return None if code is None else _judge(said, int(code), answer, sending=sending)


def refusal(answer: Response, *, sending: bool = False) -> GatewayError:
    """The failure behind an answer that did not succeed, whoever wrote it."""
    return error_in(answer, sending=sending) or unreadable(answer, provider="Meta")


def _judge(said: Mapping[str, Any], code: int, answer: Response, *, sending: bool) -> GatewayError:
    subcode = number(said.get("error_subcode"))
    verdict = SUBCODES.get((code, int(subcode))) if subcode is not None else None
    verdict = verdict or CODES.get(code) or _unknown(said, code, answer.status)
    if sending and answer.status >= 500 and verdict.may_have_acted:
        verdict = OPEN
    data = said.get("error_data")
    details = first_word(
        section(data).get("details") if isinstance(data, Mapping) else data,
        said.get("error_user_msg"),
        said.get("message"),
    )
    wait = retry_after(answer) or _usage_wait(answer) or verdict.retry_after
    return GatewayError(
        verdict.kind,
        f"{verdict.advice} (Meta, code {code}: {(details or 'no further words')[:300]})",
        code=str(code),
        http_status=answer.status,
        retry_after=wait if verdict.kind == "throttled" else None,
        stops_channel=verdict.consequence == "stop_number",
        consequence=verdict.consequence,
        about_person=verdict.about_person,
    )


def _unknown(said: Mapping[str, Any], code: int, http_status: int) -> Verdict:
    if said.get("is_transient") is True:
        return TRANSIENT
    if 132000 <= code < 133000:
        return TEMPLATE_REFUSED
    if http_status >= 500:
        return OPEN
    return REFUSED


def _usage_wait(answer: Response) -> float | None:
    """Seconds until the account may call again, from the usage header, which counts in minutes."""
    try:
        usage = parse_object(answer.headers.get("x-business-use-case-usage", "").encode())
    except BadPayload:
        return None
    waits = [
        minutes * 60
        for rows in usage.values()
        if isinstance(rows, list)
        for row in rows
        if (minutes := number(section(row).get("estimated_time_to_regain_access")))
    ]
    return min(max(waits), 86_400.0) if waits else None
