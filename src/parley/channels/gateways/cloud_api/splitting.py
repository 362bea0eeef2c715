"""Cloud API webhooks taken apart, without I/O: one small envelope for each thing said.

A body is a batch: `{"object", "entry": [{"id", "time", "changes": [{"field", "value"}]}]}`, and a value holds
lists of its own. Each entry of a list becomes
`{"field", "account", "time", "value": {"metadata", "contacts", "<list>": [one]}}`; what is about the account
comes whole, and without a number's id.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from parley.channels.gateways.cloud_api.people import is_ours
from parley.channels.gateways.neutral import BadPayload, RawEvent
from parley.channels.gateways.untrusted import (
    dedupe_key,
    digest,
    first_word,
    items,
    parse_object,
    section,
    word,
)

_LISTS: Final = (
    "messages", "message_echoes", "statuses", "calls", "groups", "user_preferences", "state_sync",
    "user_id_update", "errors",
)  # fmt: skip
_PEOPLE: Final = ("from", "from_user_id", "to", "to_user_id", "recipient_id", "wa_id", "user_id")
_BY_ID: Final = frozenset({"messages", "message_echoes"})
_PLACEHOLDER: Final = "media_placeholder"


def split(body: bytes) -> list[RawEvent]:
    """The batch taken apart, in its own order. What cannot be read is kept too: it must not cost the rest."""
    batch = parse_object(body)
    if batch.get("object", "whatsapp_business_account") != "whatsapp_business_account":
        raise BadPayload('The "object" is not whatsapp_business_account.')
    entries = batch.get("entry")
    if not isinstance(entries, list):
        raise BadPayload('The body has no list "entry".')
    return [event for entry in entries for event in _split_entry(entry)]


def _split_entry(entry: object) -> Iterator[RawEvent]:
    changes = section(entry).get("changes")
    if not isinstance(changes, list):
        yield _unreadable(entry)
        return
    account, time = section(entry).get("id"), section(entry).get("time")
    for change in changes:
        if not isinstance(change, Mapping):
            yield _unreadable(change)
            continue
        around = {"field": change.get("field"), "account": account, "time": time}
        yield from _split_change(around, change.get("value"))


def _split_change(around: dict[str, Any], said: object) -> Iterator[RawEvent]:
    value = section(said)
    lists = [name for name in _LISTS if isinstance(value.get(name), list) and value[name]]
    if "calls" in lists and "errors" in lists:
        lists.remove("errors")  # they tell why the call failed, and nothing about the number
    chunks = items(value.get("history"))
    for chunk in chunks:
        yield from _split_chunk(around, value, chunk)
    for name in lists:
        yield from _split_list(around, value, name)
    if not lists and not chunks:
        payload = around | {"value": said}
        about = [said, around["account"]]  # two accounts may say the same in the same second
        key = dedupe_key(str(around["field"])[:60], digest(about), word(around["time"]) or "")
        yield RawEvent(dedupe_key=key, external_id=_number_id(value), payload=payload)


def _split_list(around: dict[str, Any], value: Mapping[str, Any], name: str) -> Iterator[RawEvent]:
    contacts = items(value.get("contacts"))
    # Indexed once: a batch may hold a thousand messages with a contact each.
    known = {
        person: contact
        for contact in contacts
        for part in ("wa_id", "user_id")
        if (person := word(contact.get(part)))
    }
    alone = contacts if len(contacts) == 1 and len(value[name]) == 1 and name != "errors" else []
    for one in value[name]:
        if not isinstance(one, Mapping):
            yield _unreadable(one)
            continue
        people = [word(one.get(part)) for part in _PEOPLE]
        contact = next((known[person] for person in people if person in known), None)
        part = {
            "metadata": value.get("metadata"),
            "contacts": alone if contact is None else [contact],
            name: [one],
        }
        key = _key_of(name, one, around, value)
        yield RawEvent(dedupe_key=key, external_id=_number_id(value), payload=around | {"value": part})


def _split_chunk(
    around: dict[str, Any], value: Mapping[str, Any], chunk: Mapping[str, Any]
) -> Iterator[RawEvent]:
    """A part of the phone's memory, which may hold thousands of messages. The key is that of the live one."""
    parts: list[tuple[str, dict[str, Any]]] = []
    for thread in items(chunk.get("threads")):
        about = {name: thread[name] for name in ("id", "context") if name in thread}
        for one in items(thread.get("messages")):
            part = {"threads": [about | {"messages": [one]}]}
            parts.append((_history_key(one, section(value, "metadata"), thread.get("id")), part))
    if not parts:  # how far Meta is, or why there is nothing
        parts.append((dedupe_key("history", digest([chunk, around["time"]])), dict(chunk)))
    for key, part in parts:
        inner = {"metadata": value.get("metadata"), "history": [part]}
        yield RawEvent(dedupe_key=key, external_id=_number_id(value), payload=around | {"value": inner})


def _history_key(one: Mapping[str, Any], metadata: Mapping[str, Any], thread: object) -> str:
    found = word(one.get("id"))
    if found is None:
        return dedupe_key("history", digest([one, thread]))
    if one.get("type") == _PLACEHOLDER:  # the file itself comes later under the same id
        return dedupe_key(_PLACEHOLDER, found)
    return dedupe_key("message_echoes" if is_ours(one, metadata, thread) else "messages", found)


def _key_of(name: str, one: Mapping[str, Any], around: Mapping[str, Any], value: Mapping[str, Any]) -> str:
    found = word(one.get("id"))
    if name in _BY_ID and found is not None:
        if around["field"] == "history" and is_ours(one, section(value, "metadata")):
            name = "message_echoes"
        return dedupe_key(name, found)
    if name == "calls" and found is not None:
        return dedupe_key(name, found, word(one.get("event")) or "", word(one.get("status")) or "")
    if name == "statuses" and found is not None:
        person = (
            first_word(one.get("recipient_participant_id"), one.get("recipient_participant_user_id")) or ""
        )
        return dedupe_key(
            name, found, word(one.get("status")) or "", word(one.get("timestamp")) or "", person
        )
    return dedupe_key(name, digest([one, around.get("time")]))


def _unreadable(value: object) -> RawEvent:
    payload = {"field": "unreadable", "value": value}
    return RawEvent(dedupe_key=dedupe_key("unreadable", digest(value)), external_id=None, payload=payload)


def _number_id(value: Mapping[str, Any]) -> str | None:
    return word(section(value, "metadata").get("phone_number_id"))
