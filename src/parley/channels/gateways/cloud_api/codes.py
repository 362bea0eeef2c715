"""What each of Meta's error codes means: for the call that met it, and for the messages after it.

One table, for refused calls and for `failed` statuses alike, from Meta's error reference. The HTTP statuses
documented with the codes contradict the observed ones (throttles come as 400, 403 and 429), so none is here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from parley.channels.gateways.neutral import Consequence, GatewayErrorKind


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one code means for us, and what to do, in words for a person.

    `about_person`: the number may go on with everybody else.
    `may_have_acted`: sent with an HTTP status of 500 or more, it does not prove that no message left.
    """

    kind: GatewayErrorKind
    consequence: Consequence
    advice: str
    retry_after: float | None = None
    may_have_acted: bool = False
    about_person: bool = False


def _wait(advice: str, seconds: float) -> Verdict:
    return Verdict("throttled", "throttle", advice, retry_after=seconds)


def _busy(seconds: float) -> Verdict:
    return Verdict("throttled", "throttle", _BUSY, retry_after=seconds, may_have_acted=True)


def _stop(advice: str) -> Verdict:
    return Verdict("refused", "stop_number", advice)


def _later(advice: str) -> Verdict:
    return Verdict("refused", "later", advice)


def _never(advice: str) -> Verdict:
    return Verdict("refused", "never", advice)


def _all(verdict: Verdict, *codes: int) -> dict[int, Verdict]:
    return dict.fromkeys(codes, verdict)


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
_PAIR: Final = "Too many messages to this one contact in a short time; Parley waits."
_RATE: Final = "Meta asks to slow down. Nothing was sent; Parley tries again by itself."
_REQUEST: Final = "Meta did not understand this message."
_TEMPLATE: Final = "Meta refused the template or its variables."
_GROUP: Final = "Meta refused this for the group."
_CALL: Final = "Meta refused the call."
_FLOW: Final = "Meta refused the form."
_REGISTER: Final = "Meta refused to register the number. Look at it in Meta's Business Manager."
_USERNAME: Final = "Meta refused the user name for this number."
_SIGN_UP: Final = "Meta refused the sign-up."
_BLOCK: Final = "Meta refused to block or unblock this person."
_TOO_MANY_GROUPS: Final = "This number has done too much with groups in a short time."

OPEN: Final = Verdict("uncertain", "unknown", "Meta failed in a way that leaves open whether it acted.")
REFUSED: Final = _never("Meta refused.")
TRANSIENT: Final = _busy(10)
TEMPLATE_REFUSED: Final = _never(_TEMPLATE)

CODES: Final[Mapping[int, Verdict]] = {
    **_all(_stop(_SIGN_IN), 0, 104, 190),
    **_all(_stop(_PERMISSION), 3, 10, 131005, *range(200, 300)),
    **_all(_stop(_LOCKED), 368, 131031),
    **_all(_stop(_PAYMENT), 131042, 131044),
    130497: _stop("Meta does not let this account write to people in some countries."),
    131037: _stop("The number's display name is not approved yet. Ask for it in Meta's Business Manager."),
    131045: _stop("The number is not registered properly. Register it again."),
    133010: _stop("The number is not registered with the Cloud API. Register it."),
    131048: _stop("People blocked or reported this number, so Meta limits it. Look at its quality."),
    131064: _stop("The account has reached its messaging limit. Look at it in Meta's Business Manager."),
    # Throttles and Meta's own faults.
    **_all(_busy(10), 1, 2, 131000, 139103), 131016: _busy(30), 133004: _busy(60),
    **_all(_wait("The account is in maintenance for some minutes.", 60), 131057, 2494100),
    **_all(_wait(_RATE, 60), 4, 17, 613, 80007, 138005, 138013), 130429: _wait(_RATE, 5),
    131056: Verdict("throttled", "throttle", _PAIR, retry_after=6, about_person=True),
    131208: _wait(_TOO_MANY_GROUPS, 60), 138002: _wait("Too many calls at once through this number.", 60),
    133015: _wait("The number was deleted a moment ago. Meta wants five minutes before it comes back.", 300),
    139102: _wait("The list of blocked people is being changed by somebody else.", 5),
    # Not to this person before tomorrow, or not by this account.
    131049: _later("Meta held this back to spare the person too much marketing. Wait at least 24 hours."),
    131214: _later("This account may not create groups for now: too much marketing in open chats."),
    133016: _later("The number was registered too often. Meta allows 10 attempts in 72 hours."),
    136024: _later("Too many verification codes were asked for. Wait some hours."),
    138009: _later("This person was asked for permission to call too often."),
    138012: _later("This person was called too often within 24 hours."),
    131050: Verdict("refused", "stop_person", "The person has stopped marketing messages from you."),
    # This message, or this request, never.
    33: _never("Meta does not know this number any more. Check the number's id in the channel's settings."),
    803: _never("What the request names does not exist at Meta. Check the ids."),
    **_all(_never(_REQUEST), 100, 131008, 131009, 135000),
    131021: _never("The number cannot write to itself."),
    131026: _never("WhatsApp cannot deliver to this number. It may not be on WhatsApp, or have an old app."),
    131030: _never("A test number may write only to the numbers on its list. Add this contact to it."),
    131047: _never("More than 24 hours have passed since the customer last wrote. Write as soon as they do."),
    131051: _never("WhatsApp does not support this type of message."),
    131052: _never("Meta could not fetch the customer's file."),
    131053: _never("Meta did not accept the file. Check its type and size."),
    131062: _never("This type of message needs the contact's telephone number."),
    130472: _never("Meta did not send this because the person is part of one of its experiments."),
    131063: _never("Marketing templates are switched off for this account."),
    137000: _never("The person's WhatsApp identity has changed. Make sure that it is still them."),
    134011: _never("Meta refused the payment in this message."),
    2593109: _never("The business does not share the older chats of its phone."),
    **_all(_never(_TEMPLATE), 132000, 132001, 132005, 132007, 132008, 132012),
    132015: _never("Meta has paused this template because of its low quality."),
    132016: _never("Meta has disabled this template for good because of its low quality."),
    132068: _never("Meta has blocked the form in this message."),
    132069: _never("The form in this message is throttled by Meta to 10 messages an hour."),
    2388019: _never("The account has as many templates as Meta allows."),
    **_all(_never(_TEMPLATE), 2388040, 2388047, 2388073, 2388293, 2388299),
    **_all(_never(_GROUP), 131020, 131041, 131059, 131201, 131202, 131204, 131207, 131209, 131210, 131211,
           131212, 131213, 131215),
    **_all(_never(_CALL), 138000, 138001, 138003, 138004, 138006, 138007, 138018),
    **_all(_never(_FLOW), 139000, 139001, 139002, 139003, 139004),
    **_all(_never(_REGISTER), 133000, 133005, 133006, 133008, 133009, 2388012, 2388091, 2388093, 2388103),
    **_all(_never(_BLOCK), 139100, 139101),
    **_all(_never(_USERNAME), *range(147001, 147006)),
    **_all(_never(_SIGN_UP), *range(2494164, 2494169), 2494176, 2494177, 2494179),
}  # fmt: skip

SUBCODES: Final[Mapping[tuple[int, int], Verdict]] = {
    (100, 33): _stop(
        "Meta does not know this number, or the token may not see it. Check the number's id in the settings."
    ),
    (100, 2207051): _stop("The number is not registered with the Cloud API. Register it."),
}


def consequence_of(code: str) -> Consequence:
    """What a code means for the messages after it; `unknown` for one that nobody has documented."""
    if not (code.isascii() and code.isdigit()) or len(code) > 10:
        return "unknown"
    verdict = CODES.get(int(code))
    if verdict is None:
        return "never" if 132000 <= int(code) < 133000 else "unknown"
    return verdict.consequence
