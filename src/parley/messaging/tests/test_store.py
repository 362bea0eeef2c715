"""Files on their way into the store: outside of every transaction, all or none, nothing left behind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import connection
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict

from parley.access.tests.factories import Cast, Person
from parley.core.environment import environment
from parley.core.errors import Invalid
from parley.core.storage import FileMissing, StorageFailed, put, read
from parley.core.transactions import workspace_transaction
from parley.messaging.errors import FileRefused, FilesNotKept, SendRefused
from parley.messaging.forms import uploads_in
from parley.messaging.models import Conversation, MediaFile
from parley.messaging.services import media
from parley.messaging.services.closing import close
from parley.messaging.services.media import MOST_FILES, Upload, send_files
from parley.messaging.tests.conftest import HTMX
from parley.messaging.tests.factories import as_member, messages_in, picture

Keys = list[str]


def attach(
    person: Person, talk: Conversation, *, client_id: UUID | None = None, files: int = 2
) -> list[UUID]:
    uploads = [Upload(data=picture(), filename="a.png", declared="image/png")] * files
    return send_files(
        as_member(person), talk.id, client_id=client_id or uuid4(), uploads=uploads, body="Veja"
    )


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Keys], Any]], Keys]:
    """Watch the real store: every key in the order of its coming, and what happens before each."""

    def watch(before: Callable[[Keys], Any]) -> Keys:
        keys: Keys = []

        def watched(key: str, data: bytes, mime: str) -> None:
            assert not connection.in_atomic_block
            before(keys)
            put(key, data, mime)
            keys.append(key)

        monkeypatch.setattr(media, "put", watched)
        return keys

    return watch


def is_gone(key: str) -> bool:
    try:
        read(key)
    except FileMissing:
        return True
    return False


def test_no_transaction_waits_for_the_store(cast: Cast, talk: Conversation, stored: Any) -> None:
    keys = stored(lambda _: None)
    assert len(attach(cast.bob, talk, files=3)) == 3
    assert [message.media.storage_url for message in messages_in(talk) if message.media] == keys
    assert not any(is_gone(key) for key in keys)


def test_the_page_waits_for_the_store_outside_too(cast: Cast, talk: Conversation, stored: Any) -> None:
    keys = stored(lambda _: None)
    files = [SimpleUploadedFile(f"{n}.png", picture(), content_type="image/png") for n in range(2)]
    address = cast.bob.url(f"conversations/{talk.id}/messages/")
    answer = cast.bob.client.post(address, {"body": "Veja", "file": files}, headers=HTMX)
    assert (answer.status_code, len(keys)) == (200, 2)


def test_a_store_that_fails_halfway_keeps_nothing(cast: Cast, talk: Conversation, stored: Any) -> None:
    def fail_at_the_third(keys: Keys) -> None:
        if len(keys) == 2:
            raise StorageFailed("full")

    keys = stored(fail_at_the_third)
    with pytest.raises(FilesNotKept):
        attach(cast.bob, talk, files=3)
    assert [is_gone(key) for key in keys] == [True, True]
    assert messages_in(talk) == []


def test_a_store_that_is_away_is_said_in_words(
    cast: Cast, talk: Conversation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("PARLEY_MEDIA_URL", (tmp_path / "file" / "media").as_uri())
    environment.cache_clear()
    try:
        file = SimpleUploadedFile("a.png", picture(), content_type="image/png")
        address = cast.bob.url(f"conversations/{talk.id}/messages/")
        answer = cast.bob.client.post(address, {"body": "Veja", "file": file}, headers=HTMX)
    finally:
        monkeypatch.undo()
        environment.cache_clear()
    assert answer.status_code == 503
    assert "nothing was sent" in answer.content.decode()
    assert messages_in(talk) == []


def test_a_refusal_after_storing_leaves_nothing(cast: Cast, talk: Conversation, stored: Any) -> None:
    def close_meanwhile(keys: Keys) -> None:
        if keys:
            with workspace_transaction(cast.bob.workspace.id):
                close(as_member(cast.bob), talk.id)

    keys = stored(close_meanwhile)
    with pytest.raises(SendRefused):
        attach(cast.bob, talk)
    assert [is_gone(key) for key in keys] == [True, True]
    assert [message for message in messages_in(talk) if message.kind == "message"] == []


def test_one_that_is_refused_stops_all_before_any_is_stored(
    cast: Cast, talk: Conversation, stored: Any
) -> None:
    keys = stored(lambda _: None)
    good = Upload(data=picture(), filename="a.png", declared="image/png")
    bad = Upload(data=b"MZ" + bytes(100), filename="b.png", declared="image/png")
    with pytest.raises(FileRefused):
        send_files(as_member(cast.bob), talk.id, client_id=uuid4(), uploads=[good, bad])
    assert keys == []
    assert messages_in(talk) == []


def test_twice_at_once_is_once(cast: Cast, talk: Conversation, stored: Any) -> None:
    client_id = uuid4()
    first: list[UUID] = []

    def overtake(_: Keys) -> None:
        if not first:
            first.append(client_id)
            first[:] = attach(cast.bob, talk, client_id=client_id)

    keys = stored(overtake)
    assert attach(cast.bob, talk, client_id=client_id) == first
    assert [is_gone(key) for key in keys] == [False, False, True, True]
    with workspace_transaction(cast.bob.workspace.id):
        assert MediaFile.objects.count() == 2


def test_files_are_counted_before_they_are_read() -> None:
    class Unread(SimpleUploadedFile):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("read")

    files: list[UploadedFile[Any]] = [Unread(f"{n}.png", b"x") for n in range(MOST_FILES + 1)]
    request = HttpRequest()
    request.FILES = MultiValueDict({"file": files})
    with pytest.raises(Invalid):
        uploads_in(request, limit=10)
