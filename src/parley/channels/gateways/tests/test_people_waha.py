"""Pairs of number and hidden id, as WAHA answers them, and as an event."""

from datetime import UTC, datetime

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import Address, Credentials, Kept, PersonKnown
from parley.channels.gateways.waha import client as waha

GATEWAY = gateway_for("waha")
AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SHOP = Credentials(base_url="http://127.0.0.1:9", external_id="shop", secrets={})
ALICE = Address(wa_id="5519998761234", lid="88001122")


def test_a_pair_says_who_it_is() -> None:
    event = waha.raw_pair(SHOP, ALICE, at=AT)
    assert event.external_id == "shop"
    assert GATEWAY.translate(event.payload) == [PersonKnown(address=ALICE, at=AT)]


def test_one_pair_has_one_key_whenever_it_was_asked_for() -> None:
    later = waha.raw_pair(SHOP, ALICE, at=datetime.now(UTC))
    assert waha.raw_pair(SHOP, ALICE, at=AT).dedupe_key == later.dedupe_key
    other = Address(wa_id="5519998761235", lid=ALICE.lid)
    assert waha.raw_pair(SHOP, other, at=AT).dedupe_key != later.dedupe_key


def test_half_a_pair_is_none() -> None:
    payload = {**waha.raw_pair(SHOP, ALICE, at=AT).payload, "payload": {"lid": "88001122@lid", "pn": None}}
    [kept] = GATEWAY.translate(payload)
    assert isinstance(kept, Kept)
    assert not kept.is_unsupported
