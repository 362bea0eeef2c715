"""What a phone remembers of before it was connected: told in chunks, each message marked as history."""

from typing import Any

from parley.channels.gateways.neutral import (
    Address,
    InboundMessage,
    Kept,
    NumberNotice,
    RawEvent,
    StatusChange,
)
from parley.channels.gateways.tests.test_translate_cloud_api import (
    AT,
    GATEWAY,
    METADATA,
    SECONDS,
    change,
    only,
    split,
)

OURS, THEIRS = METADATA["display_phone_number"], "5519987654321"


def line(writer: str, number: int, kind: str = "text", **fields: Any) -> dict[str, Any]:
    said = {"text": {"body": f"linha {number}"}} if kind == "text" else {}
    one = {"from": writer, "id": f"wamid.{number}", "timestamp": SECONDS, "type": kind}
    return one | {"history_context": {"status": "READ"}} | said | fields


def told(*messages: dict[str, Any], **chunk: Any) -> list[RawEvent]:
    part = {"metadata": {"phase": 0, "chunk_order": 1, "progress": 55}}
    part["threads"] = [{"id": THEIRS, "messages": list(messages)}] if messages else []  # type: ignore[assignment]
    return split(change("history", history=[part | chunk]))


def test_every_message_of_a_chunk() -> None:
    theirs, ours = told(line(THEIRS, 1), line(OURS, 2))
    assert [raw.external_id for raw in (theirs, ours)] == ["700100", "700100"]
    (said,) = GATEWAY.translate(theirs.payload)
    assert said == InboundMessage(
        provider_message_id="wamid.1",
        at=AT,
        counterpart=Address(wa_id=THEIRS),
        type="text",
        body="linha 1",
        is_history=True,
    )
    answer, read = GATEWAY.translate(ours.payload)
    assert isinstance(answer, InboundMessage)
    assert (answer.from_us, answer.is_history, answer.counterpart) == (True, True, Address(wa_id=THEIRS))
    assert read == StatusChange(provider_message_id="wamid.2", kind="read", at=AT)


def test_what_was_told_live_is_not_told_again() -> None:
    live = split(change(messages=[line(THEIRS, 1)]))
    echo = split(change("smb_message_echoes", message_echoes=[line(OURS, 2, to=THEIRS)]))
    keys = [raw.dedupe_key for raw in told(line(THEIRS, 1), line(OURS, 2))]
    assert keys == [live[0].dedupe_key, echo[0].dedupe_key]


def test_file_comes_after_its_placeholder() -> None:
    (placeholder,) = told(line(OURS, 3, "media_placeholder"))
    (said, _) = GATEWAY.translate(placeholder.payload)
    assert isinstance(said, InboundMessage)
    assert (said.type, said.content["placeholder"]) == ("unsupported", True)
    image = line(OURS, 3, "image", to=THEIRS, image={"id": "5501", "mime_type": "image/jpeg"})
    (later,) = split(change("history", messages=[image]))
    (file,) = GATEWAY.translate(later.payload)
    assert later.dedupe_key != placeholder.dedupe_key
    assert isinstance(file, InboundMessage)
    assert file.media is not None
    assert (file.from_us, file.is_history, file.counterpart) == (True, True, Address(wa_id=THEIRS))
    assert file.provider_message_id == said.provider_message_id


def test_customer_with_a_user_name() -> None:
    thread = {"context": {"user_id": "BR.1", "username": "bia"}, "messages": [line("", 4)]}
    (raw,) = split(change("history", history=[{"threads": [thread]}]))
    (said,) = GATEWAY.translate(raw.payload)
    assert isinstance(said, InboundMessage)
    assert said.counterpart == Address(bsuid="BR.1", username="bia")


def test_progress_and_refusal() -> None:
    (mark,) = told()
    (kept,) = GATEWAY.translate(mark.payload)
    assert isinstance(kept, Kept)
    assert "55 %" in kept.reason
    declined = {"code": 2593109, "title": "History sync is turned off by the business"}
    for one in (change("history", history=[{"errors": [declined]}]),):
        found = only(one)
        assert isinstance(found, NumberNotice)
        assert (found.kind, found.severity) == ("history_declined", "info")


def test_thousands_of_messages_become_small_envelopes() -> None:
    events = told(*(line(THEIRS if n % 2 else OURS, n) for n in range(3000)))
    assert len({raw.dedupe_key for raw in events}) == 3000
    assert max(len(str(raw.payload)) for raw in events) < 700
