"""What Meta's refusals mean, decided by `error.code`: the HTTP status is no guide, but to whether a fault of
Meta's own may have come after the message left.

The documented statuses contradict the observed ones (throttles as 400, 403 and 429). Codes and classes are
those of Meta's error reference; an unknown code is final unless Meta calls it transient.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from parley.channels.gateways.calling import retry_after, unreadable
from parley.channels.gateways.neutral import BadPayload, GatewayError, GatewayErrorKind
from parley.channels.gateways.untrusted import first_word, number, parse_object, section
from parley.core.http import Response


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one code means for us, and what to do, in words for a person.

    `may_have_acted`: sent with an HTTP status of 500 or more, it does not prove that no message left.
    """

    kind: GatewayErrorKind
    advice: str
    stops_channel: bool = False
    retry_after: float | None = None
    may_have_acted: bool = False


def _wait(advice: str, seconds: float) -> Verdict:
    return Verdict("throttled", advice, retry_after=seconds)


def _busy(seconds: float) -> Verdict:
    return Verdict("throttled", _BUSY, retry_after=seconds, may_have_acted=True)


def _stop(advice: str) -> Verdict:
    return Verdict("refused", advice, stops_channel=True)


def _fail(advice: str) -> Verdict:
    return Verdict("refused", advice)


_SIGN_IN: Final = (
    "Meta does not accept the access token. Create a new system-user token with the WhatsApp permissions "
    "and put it into the channel's settings."
)
_PERMISSION: Final = (
    "The access token may not do this. Give its system user the WhatsApp permissions for this account."
)
_LOCKED: Final = "Meta has locked or restricted the business account. Look at it in Meta's Business Manager."
_PAYMENT: Final = (
    "Meta cannot charge the business account. Check the way of payment in Meta's Business Manager."
)
_BUSY: Final = "Meta is overloaded or has a fault. Nothing was sent; Parley tries again by itself."
_RATE: Final = "Meta asks to slow down. Nothing was sent; Parley tries again by itself."
_REQUEST: Final = "Meta did not understand this message."
_OPEN: Final = Verdict("uncertain", "Meta failed in a way that leaves open whether it acted.")
_TEMPLATE: Final = "Meta refused the template or its variables."

CODES: Final[Mapping[int, Verdict]] = {
    0: _stop(_SIGN_IN), 104: _stop(_SIGN_IN), 190: _stop(_SIGN_IN),
    3: _stop(_PERMISSION), 10: _stop(_PERMISSION), 131005: _stop(_PERMISSION),
    **{code: _stop(_PERMISSION) for code in range(200, 300)},
    368: _stop(_LOCKED), 131031: _stop(_LOCKED),
    130497: _stop("Meta does not let this account write to people in some countries."),
    131042: _stop(_PAYMENT), 131044: _stop(_PAYMENT),
    131037: _stop("The number's display name is not approved yet. Ask for it in Meta's Business Manager."),
    131045: _stop("The number is not registered properly. Register it again."),
    133010: _stop("The number is not registered with the Cloud API. Register it."),
    131048: _stop("People blocked or reported this number, so Meta limits it. Look at its quality."),
    131064: _stop("The account has reached its messaging limit. Look at it in Meta's Business Manager."),
    1: _busy(10), 2: _busy(10), 131000: _busy(10), 131016: _busy(30), 133004: _busy(60),
    131057: _wait("The account is in maintenance for some minutes.", 60),
    4: _wait(_RATE, 60), 17: _wait(_RATE, 60), 613: _wait(_RATE, 60), 80007: _wait(_RATE, 60),
    130429: _wait(_RATE, 5),
    131056: _wait("Too many messages to this one contact in a short time; Parley waits.", 6),
    33: _fail("Meta does not know this number any more. Check the number's id in the channel's settings."),
    100: _fail(_REQUEST), 803: _fail("What the request names does not exist at Meta. Check the ids."),
    131008: _fail(_REQUEST), 131009: _fail(_REQUEST), 135000: _fail(_REQUEST),
    131021: _fail("The number cannot write to itself."),
    131026: _fail("WhatsApp cannot deliver to this number. It may not be on WhatsApp, or have an old app."),
    131030: _fail("A test number may write only to the numbers on its list. Add this contact to it at Meta."),
    131047: _fail("More than 24 hours have passed since the customer last wrote. Write as soon as they do."),
    131049: _fail("Meta held this back to spare the person too much marketing. Wait at least 24 hours."),
    131050: _fail("The person has stopped marketing messages from you."),
    131051: _fail("WhatsApp does not support this type of message."),
    131052: _fail("Meta could not fetch the customer's file."),
    131053: _fail("Meta did not accept the file. Check its type and size."),
    131062: _fail("This type of message needs the contact's telephone number."),
    130472: _fail("Meta did not send this because the person is part of one of its experiments."),
    131063: _fail("Marketing templates are switched off for this account."),
    132069: _fail("The form in this message is throttled by Meta."),
    **{code: _fail(_TEMPLATE) for code in (132000, 132001, 132005, 132007, 132008, 132012, 132068)},
    132015: _fail("Meta has paused this template because of its low quality."),
    132016: _fail("Meta has disabled this template for good because of its low quality."),
}  # fmt: skip

_SUBCODES: Final[Mapping[tuple[int, int], Verdict]] = {
    (100, 33): _stop(
        "Meta does not know this number, or the token may not see it. Check the number's id in the settings."
    ),
    (100, 2207051): _stop("The number is not registered with the Cloud API. Register it."),
}


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
    verdict = _SUBCODES.get((code, int(subcode))) if subcode is not None else None
    verdict = verdict or CODES.get(code) or _unknown(said, code, answer.status)
    if sending and answer.status >= 500 and verdict.may_have_acted:
        verdict = _OPEN
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
        stops_channel=verdict.stops_channel,
    )


def _unknown(said: Mapping[str, Any], code: int, http_status: int) -> Verdict:
    if said.get("is_transient") is True:
        return _busy(10)
    if 132000 <= code < 133000:
        return _fail(_TEMPLATE)
    if http_status >= 500:
        return _OPEN
    return _fail("Meta refused.")


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
