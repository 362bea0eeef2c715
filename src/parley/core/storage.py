"""The bytes of files: a folder by default, S3, Azure Blob or Google Cloud Storage by `PARLEY_MEDIA_URL`.

Keys are made by us (`new_key`) and are what `media_file.storage_url` holds; a name that a person chose never
becomes part of one. Nothing here touches Django, so the engines read and write through the same functions.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, from_url

from parley.core.environment import environment
from parley.core.errors import ParleyError

CHUNK: Final = 256 * 1024
"""Bytes of one piece of a stream: large enough for object stores, small enough for many streams at once."""


class StorageFailed(ParleyError):
    """The store did not do it: away, full, or not allowed. Nothing half-written can be seen."""


class FileMissing(StorageFailed):
    """There is no file under this key."""


def new_key(workspace_id: UUID, file_id: UUID, at: datetime) -> str:
    """Where a file lives: by workspace, then month, so that a workspace can be listed and removed as one."""
    return f"{workspace_id}/{at:%Y/%m}/{file_id}"


def put(key: str, data: bytes, mime: str) -> None:
    """Store the whole file or nothing. The type goes along where the store keeps one."""
    try:
        store = _store(environment().media_url)
        try:
            obstore.put(store, key, data, attributes={"Content-Type": mime})
        except NotImplementedError:  # a folder has no place for attributes
            obstore.put(store, key, data)
    except (BaseError, OSError) as error:
        raise StorageFailed("The file could not be stored.") from error


def read(key: str) -> bytes:
    """The whole file. Raises `FileMissing`, `StorageFailed`."""
    return b"".join(stream(key))


def read_range(key: str, start: int, end: int) -> bytes:
    """The bytes from `start` up to, not including, `end`; the range must lie inside of the file."""
    return b"".join(stream(key, start=start, end=end))


def stream(key: str, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The file, or a range of it, in pieces. A missing one is noticed at the call, not later."""
    try:
        store = _store(environment().media_url)
        if start == 0 and end is None:
            found = obstore.get(store, key)
        elif end is None:
            found = obstore.get(store, key, options={"range": {"offset": start}})
        else:
            found = obstore.get(store, key, options={"range": (start, end)})
    except FileNotFoundError as error:
        raise FileMissing("There is no such file in the store.") from error
    except (BaseError, OSError) as error:
        raise StorageFailed("The file could not be read.") from error
    return _pieces(found)


def delete(key: str) -> None:
    """Remove the file. One that is not there is as good as removed."""
    try:
        obstore.delete(_store(environment().media_url), key)
    except FileNotFoundError:
        return
    except (BaseError, OSError) as error:
        raise StorageFailed("The file could not be removed.") from error


def _pieces(found: "obstore.GetResult") -> Iterator[bytes]:
    try:
        for piece in found.stream(min_chunk_size=CHUNK):
            yield bytes(piece)
    except (BaseError, OSError) as error:
        raise StorageFailed("The file could not be read to its end.") from error


@lru_cache(maxsize=4)
def _store(url: str) -> ObjectStore:
    """One client per address and process; a folder is made when it is not there."""
    if url.startswith("file:"):
        return from_url(url, mkdir=True)
    return from_url(url)
