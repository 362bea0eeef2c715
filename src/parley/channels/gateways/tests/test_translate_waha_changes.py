"""WAHA's edits, deletions, votes and calls in neutral words, in the shape of each engine."""

from datetime import UTC, datetime
from typing import Any

import pytest

from parley.channels.gateways.neutral import (
    Address,
    Call,
    Kept,
    MessageEdit,
    MessageRevoke,
    NeutralEvent,
    PollVote,
)
from parley.channels.gateways.tests.test_translate_waha import AT, CHAT, SECONDS, hook, only, proto

BEATRIZ = Address(wa_id="5519987654321")
GROUP = "120363000000000001@g.us"


def test_edit() -> None:
    payload = {"id": f"false_{CHAT}_3B", "editedMessageId": "3A", "body": "R$ 1.300", "fromMe": False}
    assert only("message.edited", payload) == MessageEdit(
        target_id="3A", at=AT, counterpart=BEATRIZ, body="R$ 1.300"
    )
    browser = {"id": f"true_{CHAT}_3EB0", "fromMe": True, "body": "R$ 1.200", "timestamp": SECONDS - 60}
    assert only("message.edited", browser) == MessageEdit(
        target_id="3EB0", at=AT, counterpart=BEATRIZ, body="R$ 1.200", from_us=True
    )
    whole = payload | {"editedMessageId": f"false_{CHAT}_3A", "body": ""}
    emptied = only("message.edited", whole)
    assert isinstance(emptied, MessageEdit)
    assert (emptied.target_id, emptied.body) == ("3A", "")


@pytest.mark.parametrize("kind", [14, "14", "MESSAGE_EDIT"])
def test_edit_that_comes_as_a_message(kind: object) -> None:
    protocol = {
        "key": {"remoteJid": "5519987654321@s.whatsapp.net", "fromMe": False, "id": "3A"},
        "editedMessage": {"extendedTextMessage": {"text": "Olá"}},
        "type": kind,
    }
    for data in (
        proto(protocolMessage=protocol),
        {"Message": {"editedMessage": {"message": {"protocolMessage": protocol}}}},
        {"Message": {"ephemeralMessage": {"message": {"protocolMessage": protocol}}}},
    ):
        found = only("message", {"id": f"false_{CHAT}_3B", "body": None, "_data": data})
        assert isinstance(found, MessageEdit), data
        assert (found.target_id, found.body, found.counterpart.wa_id) == ("3A", "Olá", BEATRIZ.wa_id)
    without_body = {"id": f"false_{CHAT}_3B", "_data": proto(protocolMessage=protocol)}
    assert isinstance(only("message.edited", without_body), MessageEdit)


def test_caption_that_was_edited() -> None:
    edited = {"imageMessage": {"caption": "A mesa nova"}}
    protocol = {"key": {"id": "3A"}, "editedMessage": edited, "type": 14}
    found = only("message.any", {"id": f"true_{CHAT}_3B", "_data": proto(protocolMessage=protocol)})
    assert isinstance(found, MessageEdit)
    assert (found.body, found.from_us) == ("A mesa nova", True)


def revoked(**payload: Any) -> NeutralEvent:
    return only("message.revoked", payload)


def test_deletion() -> None:
    after = {"id": f"false_{CHAT}_3B", "fromMe": False, "timestamp": SECONDS}
    gone = MessageRevoke(target_id="3A", at=AT, counterpart=BEATRIZ)
    assert revoked(revokedMessageId="3A", after=after, before=None) == gone
    before = {"id": f"false_{CHAT}_3A", "from": CHAT, "body": "engano"}
    assert revoked(before=before, after={"id": f"false_{CHAT}_3A", "body": ""}) == gone
    protocol = {"key": {"id": "3A"}, "type": 0}
    data = {"message": {"protocolMessage": protocol}}
    assert revoked(after=after | {"_data": data}, before=None) == gone
    ours = revoked(revokedMessageId="3EB0", after={"id": f"true_{CHAT}_3B"}, before=None)
    assert isinstance(ours, MessageRevoke)
    assert ours.from_us


@pytest.mark.parametrize("kind", [0, "0", "REVOKE"])
def test_deletion_that_comes_as_a_message(kind: object) -> None:
    protocol = {"key": {"fromMe": True, "id": "3EB05A", "remoteJid": CHAT}, "type": kind}
    found = only("message.any", {"id": f"true_{CHAT}_3EB0", "_data": proto(protocolMessage=protocol)})
    assert isinstance(found, MessageRevoke)
    assert (found.target_id, found.from_us) == ("3EB05A", True)
    gows = {"Message": {"protocolMessage": {"key": {"remoteJID": CHAT, "ID": "3EB05A"}, "type": kind}}}
    again = only("message.any", {"id": f"true_{CHAT}_3EB0", "_data": gows})
    assert again == found


def test_what_the_protocol_says_to_itself_deletes_nothing() -> None:
    for protocol in (
        {"type": 0},
        {"key": {}, "type": 0},
        {"key": {"id": "3A"}},
        {"key": {"id": "3A"}, "type": 3},
    ):
        found = only("message", {"id": f"false_{CHAT}_3B", "_data": proto(protocolMessage=protocol)})
        assert isinstance(found, Kept), protocol


def test_deleted_message_of_the_browser() -> None:
    found = only("message", {"id": f"false_{CHAT}_3A", "body": "", "_data": {"type": "revoked"}})
    assert found == MessageRevoke(target_id="3A", at=AT, counterpart=BEATRIZ)
    was = hook("message", {"id": f"false_{CHAT}_3A", "body": "engano", "_data": {"type": "chat"}})
    now_gone = hook("message", {"id": f"false_{CHAT}_3A", "_data": {"type": "revoked"}})
    assert was.dedupe_key != now_gone.dedupe_key


def vote(event: str, **fields: Any) -> NeutralEvent:
    poll = {"id": f"true_{CHAT}_3EB0C0", "to": CHAT, "from": "me", "fromMe": True}
    base = {"id": f"false_{CHAT}_83AC", "to": "me", "from": CHAT, "fromMe": False, "timestamp": SECONDS}
    return only(event, {"vote": base | {"selectedOptions": ["Nogueira"]} | fields, "poll": poll})


def test_votes() -> None:
    chosen = PollVote(target_id="3EB0C0", at=AT, counterpart=BEATRIZ, options=("Nogueira",))
    assert vote("poll.vote") == chosen
    assert vote("poll.vote", timestamp=SECONDS * 1000) == chosen
    taken_back, unread = vote("poll.vote", selectedOptions=[]), vote("poll.vote.failed", selectedOptions=[])
    assert isinstance(taken_back, PollVote)
    assert isinstance(unread, PollVote)
    assert (taken_back.options, unread.options) == ((), None)
    ours = vote("poll.vote", id=f"true_{CHAT}_83AD", fromMe=True)
    assert isinstance(ours, PollVote)
    assert (ours.from_us, ours.counterpart) == (True, BEATRIZ)
    assert isinstance(vote("poll.vote", id=f"false_{GROUP}_83AD"), Kept)
    assert isinstance(only("poll.vote", {"vote": {"id": f"false_{CHAT}_83AC"}}), Kept)


@pytest.mark.parametrize(
    ("event", "data", "phase"),
    [
        ("call.received", {}, "ringing"),
        ("call.accepted", {}, "accepted"),
        ("call.rejected", {}, "rejected"),
        ("call.rejected", {"status": "reject"}, "rejected"),
        ("call.rejected", {"status": "timeout"}, "missed"),
        ("call.rejected", {"status": "terminate"}, "ended"),
        ("call.rejected", {"Reason": "timeout"}, "missed"),
    ],
)
def test_calls(event: str, data: dict[str, Any], phase: str) -> None:
    told = {"id": "AA", "from": CHAT, "timestamp": SECONDS, "isVideo": True, "isGroup": False, "_data": data}
    assert only(event, told) == Call(
        call_id="AA",
        at=AT,
        counterpart=BEATRIZ,
        phase=phase,  # type: ignore[arg-type]
        is_video=True,
    )


def test_call_of_somebody_who_hides_the_number() -> None:
    told: dict[str, Any] = {"id": "AA", "from": "88001122@lid", "timestamp": SECONDS}
    both = Address(wa_id="5519987654321", lid="88001122")
    for data in (
        {"callerPn": "5519987654321@s.whatsapp.net"},
        {"BasicCallMeta": {"CallCreatorAlt": "5519987654321:3@s.whatsapp.net"}},
    ):
        found = only("call.received", told | {"_data": data})
        assert isinstance(found, Call)
        assert found.counterpart == both
    alone = only("call.received", told)
    assert isinstance(alone, Call)
    assert alone.counterpart == Address(lid="88001122")
    assert alone.at == datetime.fromtimestamp(SECONDS, UTC)
