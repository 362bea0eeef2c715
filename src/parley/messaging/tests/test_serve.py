"""Files on our address: whole, in part, and never as something that runs."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.access.tests.factories import Cast, Person
from parley.core.storage import delete
from parley.messaging.models import Conversation
from parley.messaging.serving import Unsatisfiable, part_of
from parley.messaging.tests.factories import make_media, make_message, picture

DIGITS = b"0123456789"


def body(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_a_picture_is_shown_in_place(cast: Cast, auditor: Person) -> None:
    media = make_media(cast.alice)
    for person in (cast.alice, cast.bob, auditor):
        answer = person.client.get(person.url(f"media/{media.id}/"))
        assert answer.status_code == 200
        assert body(answer) == picture()
        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Disposition"].startswith("inline")
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"].startswith("private")
        assert answer["Content-Length"] == str(len(picture()))


@pytest.mark.parametrize(
    "mime", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/plain", "text/xml"]
)
def test_everything_else_is_only_downloaded(cast: Cast, mime: str) -> None:
    media = make_media(cast.alice, data=b"<script>alert(1)</script>", mime=mime, filename='a"b\u00e9.html')
    answer = cast.bob.client.get(cast.bob.url(f"media/{media.id}/"))
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "filename*=utf-8''a%22b%C3%A9.html" in answer["Content-Disposition"]


@pytest.mark.parametrize(
    ("wanted", "status", "found", "told"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=5-", 206, b"56789", "bytes 5-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=-99", 206, DIGITS, "bytes 0-9/10"),
        ("bytes=0-1,4-5", 200, DIGITS, None),
        ("bytes=5-2", 200, DIGITS, None),
        ("lines=1-2", 200, DIGITS, None),
        ("bytes=-", 200, DIGITS, None),
    ],
)
def test_parts(cast: Cast, wanted: str, status: int, found: bytes, told: str | None) -> None:
    media = make_media(cast.alice, data=DIGITS, mime="video/mp4")
    answer = cast.bob.client.get(cast.bob.url(f"media/{media.id}/"), headers={"Range": wanted})
    assert answer.status_code == status
    assert body(answer) == found
    assert answer.get("Content-Range") == told
    assert answer["Content-Length"] == str(len(found))


@pytest.mark.parametrize("wanted", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_parts_outside(cast: Cast, wanted: str) -> None:
    media = make_media(cast.alice, data=DIGITS, mime="video/mp4")
    answer = cast.bob.client.get(cast.bob.url(f"media/{media.id}/"), headers={"Range": wanted})
    assert answer.status_code == 416
    assert answer["Content-Range"] == "bytes */10"


def test_what_the_browser_has_is_not_sent_again(cast: Cast) -> None:
    media = make_media(cast.alice, data=DIGITS, mime="video/mp4")
    address = cast.bob.url(f"media/{media.id}/")
    tag = cast.bob.client.get(address)["ETag"]
    assert cast.bob.client.get(address, headers={"If-None-Match": tag}).status_code == 304
    stale = cast.bob.client.get(address, headers={"Range": "bytes=0-1", "If-Range": '"other"'})
    assert stale.status_code == 200


def test_strangers_get_what_nobody_has(cast: Cast) -> None:
    media = make_media(cast.alice)
    assert cast.charlie.client.get(cast.charlie.url(f"media/{media.id}/")).status_code == 404
    assert cast.charlie.client.get(cast.bob.url(f"media/{media.id}/")).status_code == 404
    assert cast.bob.client.get(cast.bob.url(f"media/{uuid4()}/")).status_code == 404


def test_not_here_yet_not_here_at_all_and_lost(cast: Cast) -> None:
    states = {"pending": 409, "failed": 410}
    for state, status in states.items():
        media = make_media(cast.alice, state=state, storage_url="")
        assert cast.bob.client.get(cast.bob.url(f"media/{media.id}/")).status_code == status
    lost = make_media(cast.alice)
    delete(lost.storage_url)
    assert cast.bob.client.get(cast.bob.url(f"media/{lost.id}/")).status_code == 410


def test_few_statements(cast: Cast, talk: Conversation, capture_queries: object) -> None:
    media = make_media(cast.alice)
    make_message(talk, media_id=media.id, type="image")
    cast.bob.client.get(cast.bob.url("inbox/"))
    with capture_queries() as queries:  # type: ignore[operator]
        cast.bob.client.get(cast.bob.url(f"media/{media.id}/"))
    assert sum("FROM media_file" in query or '"media_file"' in query for query in queries) == 1


@given(header=st.text(), size=st.integers(0, 1_000))
def test_no_header_breaks_it(header: str, size: int) -> None:
    try:
        part = part_of(header, size)
    except Unsatisfiable:
        return
    assert part is None or 0 <= part.start < part.end <= size


@given(start=st.integers(0, 2_000), end=st.integers(0, 2_000), size=st.integers(1, 1_000))
def test_a_part_lies_inside(start: int, end: int, size: int) -> None:
    try:
        part = part_of(f"bytes={start}-{end}", size)
    except Unsatisfiable:
        assert start >= size
        return
    assert (part is None) == (end < start)
    if part is not None:
        assert (part.start, part.end) == (start, min(end + 1, size))
