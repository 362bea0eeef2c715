"""What the session answered about a person, as an event beside those that it tells by itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from parley.channels.gateways.neutral import Address, Credentials, Kept, NeutralEvent, PersonKnown, RawEvent
from parley.channels.gateways.untrusted import dedupe_key, moment_or_now
from parley.channels.gateways.waha.ids import address_in

EVENT: Final = "parley.person"
"""Not one of WAHA's names: Parley asked, and writes the answer down as it writes what it is told."""


def raw_pair(credentials: Credentials, person: Address, *, at: datetime) -> RawEvent:
    """The event that says that this number and this hidden id are one person. One key for one pair."""
    payload = {"lid": f"{person.lid}@lid", "pn": f"{person.wa_id}@c.us"}
    envelope: dict[str, Any] = {
        "event": EVENT,
        "session": credentials.external_id,
        "timestamp": int(at.timestamp() * 1000),
        "payload": payload,
    }
    key = dedupe_key("person", f"{person.lid}={person.wa_id}")
    return RawEvent(dedupe_key=key, external_id=credentials.external_id, payload=envelope)


def read_pair(envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> list[NeutralEvent]:
    """Who it is."""
    person = address_in(payload.get("pn"), payload.get("lid"))
    if person is None or not (person.wa_id and person.lid):
        return [Kept(reason="a pair of ids that is none")]
    return [PersonKnown(address=person, at=moment_or_now(envelope.get("timestamp")))]
