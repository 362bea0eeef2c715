"""Sending files: what they are, by their bytes, and what is not sent."""

from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from parley.access.tests.factories import Cast, Person
from parley.core.environment import environment
from parley.core.storage import read
from parley.core.transactions import workspace_transaction
from parley.messaging.errors import FileRefused
from parley.messaging.models import Conversation, MediaFile
from parley.messaging.services.media import MOST_FILES, Upload, send_files
from parley.messaging.sniffing import clean_name, message_type, sniff
from parley.messaging.tests.conftest import HTMX
from parley.messaging.tests.factories import as_member, messages_in, picture

PROGRAM = b"MZ\x90\0" + b"\0" * 100
MP4 = b"\0\0\0\x18ftypiso5\0\0\2\0iso5mp41" + b"\0" * 40
OGG = b"OggS\0\2" + b"\0" * 22 + b"\x01\x13OpusHead\1\1" + b"\0" * 20
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"

KNOWN = {
    "image/jpeg": b"\xff\xd8\xff\xdb\0\x43\0" + b"\1" * 60,
    "image/png": picture(),
    "image/webp": b"RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0" + b"\0" * 30,
    "image/gif": b"GIF89a\1\0\1\0\x80\0\0",
    "image/heif": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "video/mp4": MP4,
    "video/3gpp": b"\0\0\0\x18ftyp3gp5\0\0\0\0isom3gp4" + b"\0" * 30,
    "video/quicktime": b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + b"\0" * 30,
    "video/webm": b"\x1aE\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1B\xf2\x81\4B\xf3\x81\x08B\x82\x84webm",
    "audio/mp4": b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42" + b"\0" * 30,
    "audio/ogg": OGG,
    "audio/amr": b"#!AMR\n\x3c" + b"\0" * 30,
    "audio/mpeg": b"\xff\xf3\x90\x64" + b"\0" * 30,
    "audio/aac": b"\xff\xf1\x50\x80\x02\x1f\xfc" + b"\0" * 30,
    "audio/wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "application/pdf": PDF,
    "text/plain": "preço, prazo\n1,2\n".encode(),
    "application/octet-stream": b"\x01\x02\x03\x99\x98\x00\x10",
}


def attach(
    person: Person,
    talk: Conversation,
    *files: tuple[bytes, str, str],
    client_id: UUID | None = None,
    body: str = "",
) -> list[UUID]:
    uploads = [Upload(data=data, filename=name, declared=declared) for data, name, declared in files]
    return send_files(as_member(person), talk.id, client_id=client_id or uuid4(), uploads=uploads, body=body)


@pytest.mark.parametrize("mime", KNOWN)
def test_types_are_told_by_their_bytes(mime: str) -> None:
    assert sniff(KNOWN[mime]) == mime


@pytest.mark.parametrize(
    ("data", "name", "declared", "kind"),
    [
        (picture(), "table.png", "image/png", "image"),
        (MP4, "film.mp4", "video/mp4", "video"),
        (OGG, "voice.ogg", "audio/ogg", "audio"),
        (PDF, "offer.pdf", "application/pdf", "document"),
        (KNOWN["image/gif"], "move.gif", "image/gif", "document"),
        (b"a;b\n1;2\n", "prices.csv", "text/csv", "document"),
        (picture(), "table", "application/octet-stream", "image"),
    ],
)
def test_a_file_goes_out_as_what_it_is(
    cast: Cast, talk: Conversation, data: bytes, name: str, declared: str, kind: str
) -> None:
    attach(cast.bob, talk, (data, name, declared))
    [message] = messages_in(talk)
    assert (message.type, message.status) == (kind, "queued")
    assert message.media is not None
    assert (message.media.state, message.media.filename, message.media.byte_size) == (
        "stored",
        name,
        len(data),
    )
    assert read(message.media.storage_url) == data
    assert name not in message.media.storage_url
    assert message.media.storage_url.startswith(f"{cast.bob.workspace.id}/")


def test_pictures_keep_their_measures(cast: Cast, talk: Conversation) -> None:
    attach(cast.bob, talk, (picture(640, 480), "table.png", "image/png"))
    [message] = messages_in(talk)
    assert message.media is not None
    assert (message.media.width, message.media.height) == (640, 480)


@pytest.mark.parametrize(
    ("data", "name", "declared"),
    [
        (PROGRAM, "photo.jpg", "image/jpeg"),
        (b"\x7fELF\2\1\1\0" + b"\0" * 40, "run", "application/octet-stream"),
        (b"#!/bin/sh\nrm -rf /\n", "notes.txt", "text/plain"),
        (b"@echo off\r\n", "run.bat", "text/plain"),
        (b"PK\3\4" + b"\0" * 60, "game.apk", "application/zip"),
        (b"<!DOCTYPE html><html><script>1</script>", "page.pdf", "application/pdf"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "logo.svg", "image/svg+xml"),
        (b"hello, I am a text", "photo.png", "image/png"),
        (PDF, "photo.png", "image/png"),
        (b"", "empty.pdf", "application/pdf"),
        (b"\0" * (environment().upload_max_bytes + 1), "large.bin", "application/octet-stream"),
    ],
    ids=["program", "elf", "script", "batch", "apk", "page", "drawing", "text-as-picture", "pdf-as-picture",
         "empty", "large"],
)  # fmt: skip
def test_refuses_what_harms_or_lies(
    cast: Cast, talk: Conversation, data: bytes, name: str, declared: str
) -> None:
    with pytest.raises(FileRefused) as refusal:
        attach(cast.bob, talk, (data, name, declared))
    assert "file" in refusal.value.fields
    assert messages_in(talk) == []


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\system32\\cmd.txt", "cmd.txt"),
        ("/abs/olute.pdf", "olute.pdf"),
        ("nul\0name.pdf", "nulname.pdf"),
        ("line\r\nbreak.pdf", "linebreak.pdf"),
        ("gpj.\u202eexe.pdf", "gpj.exe.pdf"),
        ("...", ""),
        ("", ""),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
        ("orçamento  março.pdf", "orçamento março.pdf"),
        ("cafe\u0301.pdf", "café.pdf"),
    ],
)
def test_names_are_only_names(name: str, cleaned: str) -> None:
    assert clean_name(name) == cleaned


def test_the_caption_goes_with_the_first_that_can_have_one(cast: Cast, talk: Conversation) -> None:
    attach(
        cast.bob,
        talk,
        (OGG, "voice.ogg", "audio/ogg"),
        (picture(), "a.png", "image/png"),
        (PDF, "b.pdf", "application/pdf"),
        body="Veja",
    )
    assert [(message.type, message.body) for message in messages_in(talk)] == [
        ("audio", ""), ("image", "Veja"), ("document", ""),
    ]  # fmt: skip


def test_words_beside_a_sound_follow_as_a_text(cast: Cast, talk: Conversation) -> None:
    attach(cast.bob, talk, (OGG, "voice.ogg", "audio/ogg"), body="Ouça")
    assert [(message.type, message.body) for message in messages_in(talk)] == [
        ("audio", ""),
        ("text", "Ouça"),
    ]


def test_twice_is_once(cast: Cast, talk: Conversation) -> None:
    client_id, file = uuid4(), (picture(), "a.png", "image/png")
    first = attach(cast.bob, talk, file, file, client_id=client_id)
    assert attach(cast.bob, talk, file, file, client_id=client_id) == first
    assert len(messages_in(talk)) == 2
    with workspace_transaction(cast.bob.workspace.id):
        assert MediaFile.objects.count() == 2


def test_captions_are_shorter_than_texts(cast: Cast, talk: Conversation) -> None:
    address = cast.bob.url(f"conversations/{talk.id}/messages/")
    file = SimpleUploadedFile("a.png", picture(), content_type="image/png")
    refused = cast.bob.client.post(address, {"body": "x" * 1_025, "file": file}, headers=HTMX)
    assert refused.status_code == 422
    assert messages_in(talk) == []


def test_the_page_takes_files(cast: Cast, auditor: Person, talk: Conversation) -> None:
    address = f"conversations/{talk.id}/messages/"

    def post(person: Person, name: str, data: bytes, mime: str) -> int:
        file = SimpleUploadedFile(name, data, content_type=mime)
        return person.client.post(
            person.url(address), {"body": "Veja", "file": file}, headers=HTMX
        ).status_code

    assert post(cast.bob, "a.png", picture(), "image/png") == 200
    assert post(cast.bob, "a.exe", PROGRAM, "application/octet-stream") == 422
    assert post(cast.bob, "a.bin", b"\1" * (environment().upload_max_bytes + 1), "application/zip") == 413
    assert post(auditor, "a.png", picture(), "image/png") == 403
    assert post(cast.charlie, "a.png", picture(), "image/png") == 404
    assert len(messages_in(talk)) == 1


def test_too_many_at_once(cast: Cast, talk: Conversation) -> None:
    address = cast.bob.url(f"conversations/{talk.id}/messages/")
    files = [
        SimpleUploadedFile(f"{n}.png", picture(), content_type="image/png") for n in range(MOST_FILES + 1)
    ]
    assert cast.bob.client.post(address, {"file": files}, headers=HTMX).status_code == 422
    assert messages_in(talk) == []


def test_every_type_has_a_way_to_travel() -> None:
    assert {message_type(mime) for mime in KNOWN} == {"image", "video", "audio", "document"}
