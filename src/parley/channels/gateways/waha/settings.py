"""The configuration of a session: ours, within what others may have put there."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from parley.channels.gateways.neutral import Credentials, GatewayError
from parley.channels.gateways.untrusted import items, section, text

EVENTS: Final = (
    "message", "message.any", "message.ack", "message.reaction", "message.edited", "message.revoked",
    "message.waiting", "session.status", "poll.vote", "poll.vote.failed", "call.received", "call.accepted",
    "call.rejected", "group.v2.join", "group.v2.leave", "group.v2.update", "group.v2.participants",
)  # fmt: skip
"""Named one by one: what a session's own wildcard covers is not documented."""

_NEEDED: Final = frozenset({"message", "message.any", "message.ack", "session.status"})
_RETRIES: Final = {"policy": "exponential", "delaySeconds": 2, "attempts": 15}
_MARK: Final = "parley.events"
"""In the metadata: which list of events the session was last given. A version that does not know one of them
may drop it, and must not be told again, and so restarted, for ever."""


def settings(
    credentials: Credentials,
    *,
    webhook_url: str,
    metadata: Mapping[str, str],
    there: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The whole configuration to write, which keeps what `there` holds of others."""
    secret = credentials.secrets.get("webhook_secret", "")
    if not secret:
        raise GatewayError("refused", "The channel has no webhook secret yet.", code="no_webhook_secret")
    before = {name: value for name, value in (there or {}).items() if value is not None}
    noweb = section(before, "noweb")
    store = {"fullSync": False, **section(noweb, "store"), "enabled": True}
    others = [one for one in items(before.get("webhooks")) if not _is_ours(one, secret, webhook_url)]
    hook = {"url": webhook_url, "events": list(EVENTS), "hmac": {"key": secret}, "retries": _RETRIES}
    return before | {
        "metadata": {**section(before, "metadata"), **metadata, _MARK: _mark()},
        "ignore": {"status": True, "groups": False, "channels": True, "broadcast": True},
        # Without the store NOWEB can neither answer by quoting, nor find a file again, nor tell its history.
        "noweb": {**noweb, "markOnline": False, "store": store},
        "gows": {"storage": {"messages": True, "groups": True, "chats": True, "labels": True}},
        "webjs": {**section(before, "webjs"), "tagsEventsOn": True},  # without it WEBJS tells no receipts
        "webhooks": [*others, hook],
    }


def differs(there: Mapping[str, Any], wanted: Mapping[str, Any], *, webhook_url: str) -> bool:
    """Whether the session lacks something without which it would be deaf, or was given an older list."""
    hooks = [one for one in items(there.get("webhooks")) if one.get("url") == webhook_url]
    ours = next(one for one in wanted["webhooks"] if one.get("url") == webhook_url)
    metadata = there.get("metadata")  # None where the server does not show it, which proves nothing
    if isinstance(metadata, Mapping) and any(
        metadata.get(name) != value for name, value in wanted["metadata"].items()
    ):
        return True
    if len(hooks) != 1:
        return True
    told = hooks[0].get("events")
    events = {one for one in told if isinstance(one, str)} if isinstance(told, list) else set()
    return not (events >= _NEEDED or "*" in events) or not _same_key(hooks[0], ours["hmac"]["key"])


def hook_of(config: Mapping[str, Any], secret: str) -> Mapping[str, Any]:
    """Our webhook among those of a session, or the first."""
    hooks = items(config.get("webhooks"))
    ours = (one for one in hooks if secret and section(one, "hmac").get("key") == secret)
    return next(ours, next(iter(hooks), {}))


def _is_ours(hook: Mapping[str, Any], secret: str, webhook_url: str) -> bool:
    return hook.get("url") == webhook_url or section(hook, "hmac").get("key") == secret


def _same_key(hook: Mapping[str, Any], secret: str) -> bool:
    """A server that hides keys shows stars; what it hides is taken for ours."""
    told = text(section(hook, "hmac").get("key"))
    return told == secret or (bool(told) and set(told) <= {"*", "•", "x", "X"})


def _mark() -> str:
    return hashlib.sha256(" ".join(EVENTS).encode()).hexdigest()[:12]
