"""A session looked at, proven alive, and kept configured without needless restarts."""

from datetime import UTC, datetime
from typing import Any

import pytest

from parley.channels.gateways.neutral import Address, ChannelNotWorking, Credentials, GatewayError
from parley.channels.gateways.tests.provider import Answer, Asked
from parley.channels.gateways.tests.test_control import run
from parley.channels.gateways.waha import client as waha
from parley.channels.gateways.waha.settings import EVENTS, settings

URL = "https://parley.example/hooks/abc"
SECONDS = 1_778_593_327
ME = {
    "id": "5519987654321@c.us",
    "pushName": "Casa Lume",
    "lid": "7700@lid",
    "jid": "5519987654321:9@s.whatsapp.net",
}
OURS = settings(
    Credentials(base_url="http://x", external_id="a", secrets={"webhook_secret": "segredo"}),
    webhook_url=URL,
    metadata={"channel": "7"},
)
TO = Address(wa_id="5519987654321", lid="8800")


def session(config: object, **fields: Any) -> Answer:
    return Answer(200, {"name": "loja 1", "status": "WORKING", "me": ME, "config": config} | fields)


def repair(config: object) -> tuple[Any, list[Asked]]:
    return run(
        waha.repair_webhook, session(config), Answer(200, {}), webhook_url=URL, metadata={"channel": "7"}
    )


def test_session() -> None:
    other = {"url": "https://other.example", "events": ["message"], "hmac": None}
    lock = {"isActive": True, "timeEnforcementEnds": SECONDS}
    told = session(
        OURS | {"webhooks": [other, *OURS["webhooks"]]},
        engine={"engine": "GOWS"},
        timestamps={"activity": SECONDS * 1000},
        me=ME | {"reachoutTimelock": lock},
    )
    found, (asked,) = run(waha.read_session, told)
    assert asked.path == "/api/sessions/loja%201"
    assert (found.state.status, found.state.phone_number, found.lid) == ("working", "+5519987654321", "7700")
    assert (found.engine, found.webhook_url, found.webhook_events) == ("GOWS", URL, EVENTS)
    assert found.activity == datetime.fromtimestamp(SECONDS, UTC)
    assert [one.kind for one in found.notices] == ["reachout_timelock"]


@pytest.mark.parametrize(
    "odd",
    [
        {"status": "STARTING", "me": None, "config": None, "timestamps": None, "engine": None},
        {"status": "STARTING", "me": {}, "config": {"webhooks": "x"}, "timestamps": {}},
        {"status": "STARTING"},
    ],
)
def test_session_that_says_little(odd: dict[str, Any]) -> None:
    found, _ = run(waha.read_session, Answer(200, odd))
    assert (found.state.status, found.webhook_url, found.activity, found.notices) == (
        "starting",
        None,
        None,
        [],
    )


def test_probe() -> None:
    newest = [{"id": "1@c.us", "lastMessage": {"timestamp": SECONDS}}]
    at, (asked,) = run(waha.probe, Answer(200, newest))
    assert at == datetime.fromtimestamp(SECONDS, UTC)
    assert asked.path == "/api/loja%201/chats/overview?limit=1&offset=0"
    for nothing in ([], "", [{"id": "1@c.us", "lastMessage": None}]):
        at, _ = run(waha.probe, Answer(200, nothing))
        assert at is None
    starting = {"error": "Session status is not as expected.", "status": "STARTING", "expected": ["WORKING"]}
    for answer in (Answer(422, starting), Answer(fault="hang"), Answer(500, "x"), Answer(200, {"a": 1})):
        failed, _ = run(waha.probe, answer)
        assert isinstance(failed, GatewayError)


@pytest.mark.parametrize(
    "config",
    [
        OURS,
        OURS
        | {"proxy": None, "webhooks": [{"url": "https://other.example", "events": []}, *OURS["webhooks"]]},
        # A version that does not know some events drops them; one that hides keys shows stars.
        OURS
        | {
            "webhooks": [
                {
                    "url": URL,
                    "events": ["message", "message.any", "message.ack", "session.status"],
                    "hmac": {"key": "******"},
                }
            ]
        },
        {"webhooks": OURS["webhooks"]},
    ],
)
def test_what_is_right_is_left_alone(config: dict[str, Any]) -> None:
    changed, asked = repair(config)
    assert changed is False
    assert [one.method for one in asked] == ["GET"]


@pytest.mark.parametrize(
    "config",
    [
        None,
        {},
        OURS | {"webhooks": []},
        OURS
        | {"webhooks": [{"url": "https://old.example", "events": list(EVENTS), "hmac": {"key": "segredo"}}]},
        OURS | {"webhooks": [OURS["webhooks"][0] | {"events": ["message"]}]},
        OURS | {"webhooks": [OURS["webhooks"][0] | {"hmac": None}]},
        OURS | {"webhooks": [OURS["webhooks"][0] | {"hmac": {"key": "another"}}]},
        OURS | {"webhooks": OURS["webhooks"] * 2},
        OURS | {"metadata": {"channel": "8"}},
        OURS | {"metadata": {"channel": "7"}},  # of a Parley that asked for fewer events
    ],
)
def test_what_is_wrong_is_written_once(config: dict[str, Any] | None) -> None:
    changed, asked = repair(config)
    assert changed is True
    assert [(one.method, one.path) for one in asked] == [
        ("GET", "/api/sessions/loja%201"),
        ("PUT", "/api/sessions/loja%201"),
    ]
    written = asked[1].json()["config"]
    assert [one["url"] for one in written["webhooks"]] == [URL]
    again, asked = repair(written)
    assert (again, len(asked)) == (False, 1)


def test_what_others_configured_stays() -> None:
    other = {"url": "https://other.example", "events": ["message"]}
    there = {
        "proxy": {"server": "proxy.example:3128"}, "debug": False, "webhooks": [other], "client": None,
        "metadata": {"team": "a"}, "noweb": {"markOnline": True, "store": {"fullSync": True}},
    }  # fmt: skip
    for verb in (waha.repair_webhook, waha.create_session):
        _, asked = run(verb, session(there), Answer(200, {}), webhook_url=URL, metadata={"channel": "7"})
        written = asked[1].json()["config"]
        assert written["webhooks"][0] == other
        assert written["proxy"] == there["proxy"]
        assert {"team": "a", "channel": "7"}.items() <= written["metadata"].items()
        assert written["noweb"]["store"]["fullSync"] is True
        assert "client" not in written


def test_a_webhook_of_others_that_has_no_address_stays_too() -> None:
    broken = {"events": ["message"]}
    found, asked = repair({"webhooks": [broken]})
    assert found is True
    assert asked[1].json()["config"]["webhooks"][0] == broken


def test_configuration() -> None:
    (hook,) = OURS["webhooks"]
    assert {
        "message", "message.any", "message.ack", "message.edited", "message.revoked", "message.reaction",
        "message.waiting", "session.status", "poll.vote", "poll.vote.failed", "call.received",
        "group.v2.update",
    } <= set(hook["events"])  # fmt: skip
    assert OURS["ignore"] == {"status": True, "groups": False, "channels": True, "broadcast": True}
    assert OURS["webjs"]["tagsEventsOn"]
    assert OURS["noweb"]["store"]["enabled"]
    assert all(OURS["gows"]["storage"].values())


def test_who_stands_behind_a_hidden_id() -> None:
    known, (asked,) = run(
        waha.resolve_lid, Answer(200, {"lid": "8800@lid", "pn": "5519987654321@c.us"}), lid="8800"
    )
    assert (known, asked.path) == ("5519987654321", "/api/loja%201/lids/8800%40lid")
    for answer in (
        Answer(200, {"lid": "8800@lid", "pn": None}),
        Answer(404, {"statusCode": 404, "message": "no"}),
    ):
        unknown, _ = run(waha.resolve_lid, answer, lid="8800@lid")
        assert unknown is None
    gone = Answer(404, {"statusCode": 404, "message": 'We didn\'t find a session with name "loja 1"'})
    failed, _ = run(waha.resolve_lid, gone, lid="8800")
    assert isinstance(failed, ChannelNotWorking)
    lid, (asked,) = run(waha.lid_of, Answer(200, {"lid": "8800@lid", "pn": None}), wa_id="5519987654321")
    assert (lid, asked.path) == ("8800", "/api/loja%201/lids/pn/5519987654321")


def test_blocking_and_typing() -> None:
    for verb, path, payload in (
        (waha.block, "/api/contacts/block", {"contactId": "5519987654321@c.us"}),
        (waha.unblock, "/api/contacts/unblock", {"contactId": "5519987654321@c.us"}),
        (waha.start_typing, "/api/startTyping", {"chatId": "5519987654321@c.us"}),
        (waha.stop_typing, "/api/stopTyping", {"chatId": "5519987654321@c.us"}),
    ):
        result, (asked,) = run(verb, Answer(201, ""), to=TO)
        assert result is None
        assert (asked.method, asked.path, asked.json()) == ("POST", path, payload | {"session": "loja 1"})
    nobody, asked_of_nobody = run(waha.block, Answer(201, ""), to=Address(bsuid="BR.1"))
    assert isinstance(nobody, GatewayError)
    assert asked_of_nobody == []
