"""Neutral events and raw ones in a few words, the same on every day. Part of `coverage`."""

from collections.abc import Mapping
from typing import Any, Final

from parley.channels.gateways.gateway import Gateway
from parley.channels.gateways.neutral import (
    Call,
    ChannelState,
    GroupChange,
    InboundMessage,
    Kept,
    MessageEdit,
    MessageRevoke,
    NeutralEvent,
    NumberFacts,
    NumberNotice,
    PersonKnown,
    PollVote,
    PreferenceChange,
    ReactionChange,
    StatusChange,
    TemplateChange,
)

_FACTS: Final = ("quality", "messaging_limit", "throughput_mps", "display_name", "name_status", "profile")
_NEWS: Final = ("status", "quality", "category")
_LISTS: Final = ("messages", "message_echoes", "statuses", "calls", "groups", "user_preferences")


def describe(event: NeutralEvent, gateway: Gateway) -> str:
    """What a neutral event is, with its kind, and without names, texts and times."""
    match event:
        case Kept():
            return f"**parked**: {event.reason}" if event.is_unsupported else f"*kept*: {event.reason}"
        case StatusChange():
            failure = f" ({event.error_code}: {_after(event, gateway)})" if event.error_code else ""
            return f"status {event.kind}{failure}"
        case NumberNotice():
            return f"notice, {event.severity}: {_plain(event.kind)}"
        case NumberFacts():
            return f"facts: {', '.join(_told(event, _FACTS)) or 'the number'}"
        case TemplateChange():
            parts = [_plain(one) for one in _told(event, _NEWS)]
            named = "another text" if event.components is not None else "no new status"
            return f"template: {', '.join(parts) or named}"
        case PersonKnown():
            return "person: moved" if event.previous is not None else "person: known"
        case PreferenceChange():
            return f"marketing {'accepted' if event.is_granted else 'refused'}"
        case ChannelState():
            return f"state {_plain(event.status)}"
        case GroupChange():
            return "group: left" if event.is_member is False else "group"
        case _:
            return _said(event)


def place(payload: Mapping[str, Any]) -> str:
    """Where in the provider's own words an event comes from: its field and type."""
    value = payload.get("value")
    inner = value if isinstance(value, Mapping) else {}
    one = next(
        (inner[name][0] for name in _LISTS if isinstance(inner.get(name), list) and inner[name]), inner
    )
    told = one if isinstance(one, Mapping) else {}
    kinds = (told.get(name) for name in ("type", "event", "status", "value"))
    kind = next((kind for kind in kinds if isinstance(kind, str)), "")
    named = payload.get("field") or payload.get("event") or "?"
    return f"`{named}`{f' {_plain(kind)}' if kind else ''}"


def _said(event: NeutralEvent) -> str:
    """What happened in a conversation, and on which side."""
    match event:
        case InboundMessage():
            marks = ["ours"] if event.from_us else []
            marks += ["in a group"] if event.group_id else []
            marks += ["history"] if event.is_history else []
            kinds = [_plain(one) for one in event.content if one in {"referral", "call_permission"}]
            if event.type == "system":
                kinds.append(_plain(str(event.content.get("system", {}).get("kind", ""))))
            return f"message, {', '.join(filter(None, [event.type, *kinds, *marks]))}"
        case ReactionChange():
            return "reaction" if event.emoji else "reaction taken back"
        case MessageEdit():
            return "edit"
        case MessageRevoke():
            return "deleted for everyone"
        case PollVote():
            return "vote" if event.options is not None else "vote that could not be read"
        case Call():
            return f"call, {event.phase}{', ours' if event.from_us else ''}"
        case _:
            raise TypeError(f"No words for {type(event).__name__}.")


def _after(status: StatusChange, gateway: Gateway) -> str:
    return _plain(gateway.consequence_of(status.error_code or ""))


def _told(event: NumberFacts | TemplateChange, names: tuple[str, ...]) -> list[str]:
    return [f"{_plain(name)} {value}" for name in names if (value := getattr(event, name)) is not None]


def _plain(word: str) -> str:
    return word.replace("_", " ")
