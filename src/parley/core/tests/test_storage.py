"""The file store: a folder here; the object stores behind the same verbs are obstore's own affair."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from parley.core.environment import environment
from parley.core.ids import new_id
from parley.core.storage import (
    CHUNK,
    FileMissing,
    StorageFailed,
    delete,
    new_key,
    put,
    read,
    read_range,
    stream,
)

AT = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "media"
    monkeypatch.setenv("PARLEY_MEDIA_URL", folder.as_uri() if request.param == "folder" else "memory:///")
    environment.cache_clear()
    yield folder
    environment.cache_clear()


def test_what_goes_in_comes_out(store: Path) -> None:
    key = new_key(new_id(), new_id(), AT)
    put(key, b"0123456789", "text/plain")
    assert read(key) == b"0123456789"
    assert read_range(key, 2, 5) == b"234"
    put(key, b"other", "text/plain")
    assert read(key) == b"other"


def test_large_files_come_in_pieces(store: Path) -> None:
    data = bytes(range(256)) * 8_192
    put("large", data, "application/octet-stream")
    pieces = list(stream("large"))
    assert len(pieces) > 1 or not store.exists()  # memory is one piece
    assert b"".join(pieces) == data
    assert b"".join(stream("large", start=CHUNK - 3)) == data[CHUNK - 3 :]


def test_what_is_not_there_is_said_at_once(store: Path) -> None:
    with pytest.raises(FileMissing):
        stream("nothing")
    with pytest.raises(FileMissing):
        read("nothing")


def test_removing_twice_is_removing_once(store: Path) -> None:
    put("short", b"x", "text/plain")
    for _ in range(2):
        delete("short")
    with pytest.raises(FileMissing):
        read("short")


def test_keys_lie_under_their_workspace_and_month() -> None:
    workspace, file = new_id(), new_id()
    assert new_key(workspace, file, AT) == f"{workspace}/2026/03/{file}"
    assert UUID(new_key(workspace, file, AT).split("/")[0]) == workspace


@pytest.mark.parametrize("key", ["../outside", "a/../../outside", ".."])
def test_no_key_leads_outside(store: Path, key: str) -> None:
    with pytest.raises(ValueError, match="path"):
        put(key, b"x", "text/plain")
    assert not (store.parent / "outside").exists()


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("PARLEY_MEDIA_URL", (tmp_path / "file" / "media").as_uri())
    environment.cache_clear()
    try:
        with pytest.raises(StorageFailed):
            put("key", b"x", "text/plain")
    finally:
        environment.cache_clear()
