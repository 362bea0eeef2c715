"""The field `history`: what a phone remembers of before the number was connected, told once and in parts.

Chunks `{"metadata": {"phase", "chunk_order", "progress"}, "threads": [{"id", "messages": [one]}]}` come in
any order. Files of the last two weeks follow as plain `messages`.
"""

from collections.abc import Mapping
from typing import Any, Final

from parley.channels.gateways.cloud_api.content import error_text
from parley.channels.gateways.cloud_api.conversation import read_conversation, read_message
from parley.channels.gateways.cloud_api.people import address_of, is_ours
from parley.channels.gateways.neutral import (
    Address,
    InboundMessage,
    Kept,
    NeutralEvent,
    NumberNotice,
    StatusChange,
    StatusKind,
)
from parley.channels.gateways.untrusted import items, moment_or_now, number, section, text

_DECLINED: Final = "2593109"
_STATUSES: Final[Mapping[str, StatusKind]] = {"DELIVERED": "delivered", "READ": "read", "PLAYED": "read"}


def read_history(value: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    """The messages of a chunk, each marked as history; or how far Meta is; or that there is nothing."""
    events = read_conversation(value, time, is_history=True)
    for chunk in items(value.get("history")):
        events += _chunk(value, chunk, time)
    return events


def _chunk(value: Mapping[str, Any], chunk: Mapping[str, Any], time: object) -> list[NeutralEvent]:
    found: list[NeutralEvent] = []
    for thread in items(chunk.get("threads")):
        for one in items(thread.get("messages")):
            found += _one(value, thread, one, time)
    for error in items(chunk.get("errors")):
        found.append(_refused(error, time))
    if not found:
        done = number(section(chunk, "metadata").get("progress"))
        found.append(Kept(reason=f"a mark of how far the older messages are: {done or 0:g} %"))
    return found


def _one(
    value: Mapping[str, Any], thread: Mapping[str, Any], one: Mapping[str, Any], time: object
) -> list[NeutralEvent]:
    echo = is_ours(one, section(value, "metadata"), thread.get("id"))
    customer = _customer(thread, one, echo=echo)
    events = read_message(value, one, time, echo=echo, is_history=True, counterpart=customer)
    kind = _STATUSES.get(text(section(one, "history_context").get("status")))
    said = events[0]
    if echo and kind is not None and isinstance(said, InboundMessage):
        events.append(StatusChange(provider_message_id=said.provider_message_id, kind=kind, at=said.at))
    return events


def _customer(thread: Mapping[str, Any], one: Mapping[str, Any], *, echo: bool) -> Address | None:
    """The thread is named after the customer; newer versions give all that is known of them beside it."""
    about = section(thread, "context")
    named = {"wa_id": about.get("wa_id") or thread.get("id"), "user_id": about.get("user_id")}
    found = address_of(named, {"profile": {"username": about.get("username")}}, "person")
    return found or address_of(one, {}, "to" if echo else "from")


def _refused(error: Mapping[str, Any], time: object) -> NumberNotice:
    code, said = error_text([error]) or ("unknown", "no reason given")
    detail = f"Meta sends no older messages of this number: {said} (code {code})"
    is_declined = code == _DECLINED
    return NumberNotice(
        at=moment_or_now(time),
        kind="history_declined" if is_declined else "history_failed",
        detail=detail,
        severity="info" if is_declined else "warning",
    )
