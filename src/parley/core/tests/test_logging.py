"""Canaries: none of these values may come out, whichever way it went in."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from parley.core.logging import bind_request, configure_logging, unbind_request

CANARIES = {
    "phone": "+5519998887766",
    "bare phone": "5519998887766",
    "spaced phone": "+55 19 99888-7766",
    "e-mail": "ana.canary@casalume.example",
    "chat address": "5519998887766@g.example",
    "password in a URL": "postgresql://parley_app:hunter2canary@db/crm",
    "token": "EAAGcanary0PX4ZCpsBAKZCq1ZA2b3c4d5e6f7",
    "bearer": "Bearer canary-abcdef-123456",
    "assignment": "api_key=canary1234",
    "webhook token": "/hooks/canaryTOKEN123",
    "row": "Key (email)=(canary words) already exists.",
}
SECRET_PARTS = ("99888", "canary", "hunter2", "5519")


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    before = logging.getLogger().handlers[:]
    configured = structlog.get_config()
    stream = io.StringIO()
    configure_logging("DEBUG", stream=stream, colours=False)
    yield stream
    unbind_request()
    logging.getLogger().handlers[:] = before
    structlog.configure(**configured)


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def assert_clean(out: io.StringIO) -> None:
    text = out.getvalue()
    assert text
    assert not [part for part in SECRET_PARTS if part in text], text


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES.keys())
def test_by_its_looks_nothing_comes_out(out: io.StringIO, canary: str) -> None:
    structlog.get_logger("here").info(f"seen {canary} now")
    structlog.get_logger("here").info("seen", detail=canary, deep={"list": [{"detail": canary}]})
    structlog.get_logger("here").info("seen %s", canary)
    logging.getLogger("there").warning("seen %s", canary)
    logging.getLogger("there").warning("seen", extra={"detail": canary})
    assert_clean(out)


@pytest.mark.parametrize(
    "name",
    ["body", "display_name", "first_name", "password", "webhook_secret", "access_token", "text", "payload",
     "phone_number", "headers", "note", "client_email", "api_key", "cookie", "to"],
)  # fmt: skip
def test_by_its_name_nothing_comes_out(out: io.StringIO, name: str) -> None:
    structlog.get_logger("here").info("seen", **{name: "canary in plain words"})
    structlog.get_logger("here").info("seen", deep={name: ["canary in plain words"]})
    assert_clean(out)


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES.keys())
def test_a_traceback_is_clean(out: io.StringIO, canary: str) -> None:
    planted = canary  # A traceback shows the line below, where the value's name is not the value.
    try:
        raise ValueError(planted)
    except ValueError:
        structlog.get_logger("here").exception("failed")
        logging.getLogger("there").exception("failed")
    assert_clean(out)
    assert all("ValueError" in line["exception"] for line in lines(out))


def test_numbers_and_bytes_are_clean(out: io.StringIO) -> None:
    structlog.get_logger("here").info("seen", number=5519998887766, raw=b"canary bytes")
    assert_clean(out)


def test_objects_are_clean(out: io.StringIO) -> None:
    class Customer:
        def __repr__(self) -> str:
            return "Customer(ana.canary@casalume.example)"

    structlog.get_logger("here").info("seen", customer=Customer())
    assert_clean(out)


def test_what_an_operator_needs_stays(out: io.StringIO) -> None:
    workspace = "0192f0c1-9999-7000-8000-123456789012"
    structlog.get_logger("parley.engines.sender").info(
        "sender.claimed", workspace_id=workspace, count=12, took_ms=1234567, at="2026-11-20T16:47:02.123456Z"
    )
    (line,) = lines(out)
    assert line["event"] == "sender.claimed"
    assert line["logger"] == "parley.engines.sender"
    assert line["level"] == "info"
    assert line["workspace_id"] == workspace
    assert (line["count"], line["took_ms"]) == (12, 1234567)
    assert line["at"] == "2026-11-20T16:47:02.123456Z"


def test_every_line_of_a_request_has_its_id(out: io.StringIO) -> None:
    request_id = bind_request()
    structlog.get_logger("here").info("one")
    logging.getLogger("there").info("two")
    unbind_request()
    structlog.get_logger("here").info("three")
    assert [line.get("request_id") for line in lines(out)] == [request_id, request_id, None]


@pytest.mark.parametrize("given", ["x" * 65, "a b", 'a"b', "a\nb", "", "5519998887766@c"])
def test_a_request_id_from_outside_is_taken_only_if_plain(given: str, out: io.StringIO) -> None:
    assert bind_request(given) != given
    assert bind_request("abc-123") == "abc-123"


def test_the_level_counts(out: io.StringIO) -> None:
    configure_logging("WARNING", stream=out, colours=False)
    structlog.get_logger("here").info("quiet")
    structlog.get_logger("here").warning("loud")
    assert [line["event"] for line in lines(out)] == ["loud"]
