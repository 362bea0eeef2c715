"""`message.ack`: how far a message of ours got, and why it did not."""

from collections.abc import Mapping
from typing import Any, Final

from parley.channels.gateways.neutral import Kept, NeutralEvent, StatusChange, StatusKind
from parley.channels.gateways.untrusted import first_word, moment_or_now, section, text, word
from parley.channels.gateways.waha.errors import describe_failure
from parley.channels.gateways.waha.ids import as_client_ref, chat_kind, read_message_id
from parley.channels.gateways.waha.numbers import notice_of_restriction
from parley.channels.gateways.waha.parties import NOT_A_PERSON

_KINDS: Final[Mapping[str, StatusKind]] = {
    "-1": "failed",
    "0": "accepted",
    "1": "sent",
    "2": "delivered",
    "3": "read",
    "4": "read",
}
_NAMES: Final[Mapping[str, str]] = {
    "ERROR": "-1",
    "PENDING": "0",
    "SERVER": "1",
    "DEVICE": "2",
    "READ": "3",
    "PLAYED": "4",
}
_GROUP: Final = "a receipt from a group, where Parley shows what was written and no more"


def read_receipt(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> list[NeutralEvent]:
    """What became of a message of ours; with the restriction that held it up, where it tells one."""
    key = read_message_id(payload.get("id"))
    kind = _KINDS.get(level_of(payload))
    if key is None or kind is None:
        return [Kept(reason="a receipt that names no message or no known state")]
    chat = chat_kind(key.chat or text(payload.get("from")))
    if chat == "group" or chat in NOT_A_PERSON:
        return [Kept(reason=_GROUP if chat == "group" else NOT_A_PERSON[chat])]
    if payload.get("fromMe") is False or (key.from_us is False and payload.get("fromMe") is not True):
        return [Kept(reason="a receipt for a customer's message, not for ours")]
    at = moment_or_now(payload.get("timestamp"), envelope.get("timestamp"))
    code, message = _failure(payload) if kind == "failed" else (None, None)
    status = StatusChange(
        provider_message_id=key.id,
        kind=kind,
        at=at,
        client_ref=as_client_ref(key.id),
        error_code=code,
        error_message=message,
    )
    notice = notice_of_restriction(section(payload, "error"), at=at) if kind == "failed" else None
    return [status, notice] if notice else [status]


def read_group_receipt(_envelope: Mapping[str, Any], _payload: Mapping[str, Any]) -> list[NeutralEvent]:
    """Who of a group got or read it."""
    return [Kept(reason=_GROUP)]


def level_of(payload: Mapping[str, Any]) -> str:
    """The level from -1 to 4, empty for none known.

    The name goes first: engines count differently (the protocol's 1 is PENDING, WAHA's is SERVER), and a
    number that was not converted would tell of a delivery that never was.
    """
    named = _NAMES.get(text(payload.get("ackName")).upper())
    level = word(payload.get("ack"))
    return named or (level if level in _KINDS else "") or ""


def _failure(payload: Mapping[str, Any]) -> tuple[str, str]:
    error, data = section(payload, "error"), section(payload, "_data")
    stubs = data.get("messageStubParameters") or section(data, "update").get("messageStubParameters")
    stub = stubs[0] if isinstance(stubs, list) and stubs else None
    code = first_word(error.get("code"), stub) or "not_delivered"
    said = first_word(error.get("message"), error.get("reason"))
    if code == "not_delivered" and error.get("reason") == "account_restricted":
        code = "463"
    return code[:100], describe_failure(code, said)
