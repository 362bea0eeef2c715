"""Ids as an index takes them: of bounded length, printable, and the same wherever the same id is said."""

import json
from typing import Any

import pytest

from parley.channels.gateways import gateway_for
from parley.channels.gateways.cloud_api.outbound import sent_in
from parley.channels.gateways.neutral import InboundMessage, ReactionChange, StatusChange
from parley.channels.gateways.tests import test_translate_cloud_api as meta
from parley.channels.gateways.tests.test_translate_waha import CHAT, hook, only
from parley.channels.gateways.untrusted import dedupe_key, identifier
from parley.channels.gateways.waha.ids import lid_in
from parley.channels.gateways.waha.outbound import message_id_in

ODD = ["A" * 5000, "a\x00b", "a\ud800b", "\u202e" * 3, "a\nb"]


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_id_gets_one_form(odd: str) -> None:
    found = identifier(odd)
    assert found is not None
    assert fits(found)
    assert identifier(found) == found == identifier(odd)
    assert identifier(odd + "c") != found


def test_a_plain_id_stays_as_it_is() -> None:
    for plain in ("wamid.HBgNNTUxOTk4NzY1NDMyMRUCABIYFjNFQjA=", "3EB0C767D097B7C7C030", "x" * 200, "José"):
        assert identifier(plain) == plain
    assert (identifier(7), identifier(""), identifier(None), identifier(["a"])) == ("7", None, None, None)


@pytest.mark.parametrize("odd", ODD)
def test_waha_says_an_odd_id_the_same_way_everywhere(odd: str) -> None:
    known = identifier(odd)
    message = only("message", {"id": f"false_{CHAT}_{odd}", "body": "Oi", "replyTo": {"id": odd}})
    receipt = only("message.ack", {"id": f"true_{CHAT}_{odd}", "ack": 2, "fromMe": True})
    reaction = {"messageId": f"true_{CHAT}_{odd}", "text": "👍"}
    reacted = only("message.reaction", {"id": f"false_{CHAT}_3A", "reaction": reaction})
    assert isinstance(message, InboundMessage)
    assert isinstance(receipt, StatusChange)
    assert isinstance(reacted, ReactionChange)
    assert {message.provider_message_id, message.quoted_id} == {known}
    assert receipt.provider_message_id == reacted.target_id == known
    assert message_id_in(json.dumps({"id": f"true_{CHAT}_{odd}"}).encode()) == known
    assert lid_in(f"{odd}@lid") == known


@pytest.mark.parametrize("odd", ODD)
def test_meta_says_an_odd_id_the_same_way_everywhere(odd: str) -> None:
    known = identifier(odd)
    one: dict[str, Any] = {"id": odd, "from": "5519987654321", "type": "text", "text": {"body": odd}}
    contact = {"wa_id": "5519987654321", "profile": {"username": f"@{odd}"}}
    message = meta.only(meta.change(messages=[one | {"context": {"id": odd}}], contacts=[contact]))
    status = meta.only(meta.change(statuses=[{"id": odd, "status": "sent"}]))
    target = {"type": "reaction", "reaction": {"message_id": odd, "emoji": "👍"}}
    reacted = meta.only(meta.change(messages=[one | target]))
    assert isinstance(message, InboundMessage)
    assert isinstance(status, StatusChange)
    assert isinstance(reacted, ReactionChange)
    assert {message.provider_message_id, message.quoted_id, message.counterpart.username} == {known}
    assert message.body == odd  # what people read stays
    assert status.provider_message_id == reacted.target_id == known
    sent = sent_in(json.dumps({"messages": [{"id": odd}]}).encode())
    assert sent is not None
    assert sent.id == known


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_event_name_leaves_no_trace_in_the_key(odd: str) -> None:
    (event,) = gateway_for("waha").split(json.dumps({"event": odd, "payload": {"id": odd}}).encode())
    for key in (event.dedupe_key, hook("message", {"id": odd}).dedupe_key, dedupe_key(odd, "1")):
        assert fits(key)
        assert key.isascii()


def fits(found: str) -> bool:
    return 0 < len(found) <= 200 and found.isprintable() and bool(found.encode())
