"""Reading back what the phone remembers: the same events as by webhook, page by page."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from parley.channels.gateways import gateway_for
from parley.channels.gateways.gateway import HistoryPage
from parley.channels.gateways.neutral import (
    Credentials,
    GatewayError,
    InboundMessage,
    MessageRevoke,
    RawEvent,
    StatusChange,
)
from parley.channels.gateways.tests.provider import Answer, Asked, against
from parley.channels.gateways.tests.test_translate_waha import CHAT, hook
from parley.core.http import HttpClient

GATEWAY = gateway_for("waha")
UNTIL = datetime(2026, 5, 12, 14, 0, tzinfo=UTC)
SINCE = UNTIL - timedelta(hours=1)
AT = int(SINCE.timestamp()) + 60
ME = {"id": "551930001000@c.us", "pushName": "Casa Lume", "lid": "77008800@lid"}
WRONG_STATE = {"error": "Session status is not as expected.", "status": "STARTING", "expected": ["WORKING"]}


def session(engine: str) -> Answer:
    told = {"name": "loja 1", "status": "WORKING", "me": ME, "engine": {"engine": engine}}
    return Answer(200, told)


def row(message_id: str, **fields: Any) -> dict[str, Any]:
    from_us = message_id.startswith("true")
    base = {
        "id": message_id,
        "timestamp": AT,
        "from": CHAT,
        "fromMe": from_us,
        "body": "Oi",
        "hasMedia": False,
    }
    return base | fields


def read(cursor: str, *answers: Answer) -> tuple[HistoryPage, list[Asked]]:
    found, asked = attempt(cursor, *answers)
    assert isinstance(found, HistoryPage), found
    return found, asked


def attempt(cursor: str, *answers: Answer) -> tuple[HistoryPage | Exception, list[Asked]]:
    async def work(http: HttpClient, credentials: Credentials) -> HistoryPage:
        return await GATEWAY.read_history(http, credentials, since=SINCE, until=UNTIL, cursor=cursor)

    return against(work, *answers)


def query(asked: Asked) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}


def messages(events: list[RawEvent]) -> list[InboundMessage]:
    found = [one for event in events for one in GATEWAY.translate(event.payload)]
    return [one for one in found if isinstance(one, InboundMessage)]


@pytest.mark.parametrize("engine", ["GOWS", "NOWEB"])
def test_all_chats_at_once(engine: str) -> None:
    theirs, ours = row(f"false_{CHAT}_3A01"), row(f"true_{CHAT}_3EB0", ack=3, ackName="READ")
    page, asked = read("", session(engine), Answer(200, [theirs, ours]))
    assert [urlsplit(one.path).path for one in asked] == [
        "/api/sessions/loja%201",
        "/api/loja%201/chats/all/messages",
    ]
    told = query(asked[1])
    assert (told["offset"], told["sortOrder"], told["downloadMedia"], told["merge"]) == (
        "0",
        "asc",
        "false",
        "false",
    )
    assert int(told["filter.timestamp.gte"]) <= AT <= int(told["filter.timestamp.lte"])
    first, second = messages(page.events)
    assert (first.is_history, first.from_us, first.body) == (True, False, "Oi")
    assert (second.is_history, second.from_us, second.provider_message_id) == (True, True, "3EB0")
    assert {one.external_id for one in page.events} == {"loja 1"}
    # Fewer rows than asked for do not mean the end.
    page, asked = read(page.cursor, session(engine), Answer(200, []))
    assert (page.events, page.cursor) == ([], "")
    assert query(asked[1])["offset"] == told["limit"]


def test_what_is_known_already_has_the_key_of_its_webhook() -> None:
    rows = [
        row(f"false_{CHAT}_3A01"),
        row("false_8800@lid_3A02", _data={"key": {"remoteJidAlt": "5519987654321@s.whatsapp.net"}}),
        row(f"true_{CHAT}_3EB0", ack=2, ackName="DEVICE"),
        row("false_1203@g.us_3A03_8800@lid", participant="8800@lid"),
    ]
    page, _ = read("", session("GOWS"), Answer(200, rows))
    live = [hook("message", rows[0]), hook("message.any", rows[1]), hook("message.any", rows[2])]
    live += [
        hook("message.ack", {"id": "true_99@lid_3EB0", "fromMe": True, "ack": 2}),
        hook("message", rows[3]),
    ]
    assert [one.dedupe_key for one in page.events] == [one.dedupe_key for one in live]
    assert all(len(one.dedupe_key) <= 200 for one in page.events)
    json.dumps([one.payload for one in page.events])


def test_hidden_and_plain_number_are_one_message() -> None:
    hidden = row("false_8800@lid_3A", _data={"Info": {"SenderAlt": "5519987654321@s.whatsapp.net"}})
    assert hook("message", hidden).dedupe_key == hook("message", row(f"false_{CHAT}_3A")).dedupe_key
    in_group = row("false_1203@g.us_3A_8800@lid", _data={"key": {"participantAlt": CHAT}})
    plain = row("false_1203@g.us_3A", participant=CHAT)
    assert hook("message", in_group).dedupe_key == hook("message", plain).dedupe_key
    assert (
        hook("message", row(f"false_{CHAT}_3A")).dedupe_key
        != hook("message", row("false_551100000000@c.us_3A")).dedupe_key
    )


def test_receipts_and_deletions_are_read_back_too() -> None:
    rows = [
        row(f"true_{CHAT}_3EB0", ack=3, ackName="READ"),
        row(f"true_{CHAT}_3EB1", ack=0, ackName="PENDING"),
        row(f"false_{CHAT}_3A", body="", _data={"type": "revoked"}),
    ]
    page, _ = read("", session("NOWEB"), Answer(200, rows))
    found = [one for event in page.events for one in GATEWAY.translate(event.payload)]
    statuses = [one for one in found if isinstance(one, StatusChange)]
    assert [(one.provider_message_id, one.kind) for one in statuses] == [("3EB0", "read")]
    assert [one.target_id for one in found if isinstance(one, MessageRevoke)] == ["3A"]


def test_what_is_outside_of_the_time_or_no_talk_is_left_out() -> None:
    rows = [
        row(f"false_{CHAT}_3A", timestamp=AT - 7200),
        row(f"false_{CHAT}_3B", timestamp=AT + 7200),
        row("false_status@broadcast_3C"),
        row("false_77@newsletter_3D"),
        row("", id=None),
        row(f"false_{CHAT}_3E", timestamp=None, _data={"messageTimestamp": AT}),
    ]
    page, _ = read("", session("GOWS"), Answer(200, [*rows, "odd", None]))
    assert [one.provider_message_id for one in messages(page.events)] == ["3E"]


def chat(chat_id: str, at: int | None) -> dict[str, Any]:
    return {"id": chat_id, "name": "Beatriz", "lastMessage": {"id": f"false_{chat_id}_X", "timestamp": at}}


@pytest.mark.parametrize("engine", ["WEBJS", "WPP", ""])
def test_chat_by_chat(engine: str) -> None:
    other = "551100000000@c.us"
    overview = [chat(CHAT, AT), chat("status@broadcast", AT), chat(other, AT), chat("1@c.us", AT - 90_000)]
    page, asked = read("", session(engine), Answer(200, overview), Answer(200, [row(f"false_{CHAT}_3A")]))
    assert query(asked[1])["offset"] == "0"
    seen = [place(one) for one in asked[2:]]
    assert [one.is_history for one in messages(page.events)] == [True]
    for rows in ([], [row(f"false_{other}_3B")], []):
        page, asked = read(page.cursor, session(engine), Answer(200, rows))
        seen += [place(one) for one in asked[1:]]
        assert len(messages(page.events)) == len(rows)
    assert seen == [f"{CHAT} 0", f"{CHAT} 50", f"{other} 0", f"{other} 50"]
    page, asked = read(page.cursor, session(engine), Answer(200, [chat("1@c.us", AT - 90_000)]))
    assert (page.cursor, query(asked[1])["offset"]) == ("", "20")


def place(asked: Asked) -> str:
    return f"{unquote(urlsplit(asked.path).path.split('/')[4])} {query(asked)['offset']}"


def test_engine_that_cannot_answer_for_all_is_asked_chat_by_chat() -> None:
    cannot = Answer(422, {"statusCode": 422, "message": "The method is not implemented by the engine."})
    listed, said = Answer(200, [chat(CHAT, AT)]), Answer(200, [row(f"false_{CHAT}_3A")])
    page, asked = read("", session("NOWEB"), cannot, listed, said)
    assert [place(asked[3]), len(messages(page.events))] == [f"{CHAT} 0", 1]
    page, asked = read(page.cursor, session("NOWEB"), Answer(200, []))
    assert [place(asked[1]), len(asked)] == [f"{CHAT} 50", 2]


def test_failures_are_told_and_never_pass_for_silence() -> None:
    for answer in (
        Answer(422, WRONG_STATE),
        Answer(500, "<html>"),
        Answer(fault="reset"),
        Answer(200, {"a": 1}),
    ):
        found, _ = attempt("", session("GOWS"), answer)
        assert isinstance(found, GatewayError), answer
    found, _ = attempt("", session("WEBJS"), Answer(200, ""))  # a store that is off answers nothing
    assert isinstance(found, GatewayError)
    assert found.code == "store_off"
    for cursor in ("x", "[]", '{"offset": "a"}'):
        found, _ = attempt(cursor, session("GOWS"), Answer(200, []))
        assert isinstance(found, GatewayError)
        assert found.code == "bad_cursor"
