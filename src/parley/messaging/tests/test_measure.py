"""Width and height from headers, broken ones included."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.messaging.dimensions import dimensions
from parley.messaging.tests.factories import picture


def jpeg(*, orientation: int = 1) -> bytes:
    tiff = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1)
    tiff += struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack("<I", 0)
    exif = b"Exif\0\0" + tiff
    frame = struct.pack(">BHH", 8, 480, 640) + b"\x01\x01\x11\0"
    return (
        b"\xff\xd8"
         b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
        + b"\xff\xdb" + struct.pack(">H", 4) + b"\0\0"
        + b"\xff\xff\xc2" + struct.pack(">H", len(frame) + 2) + frame
    )  # fmt: skip


WEBP = b"RIFF\0\0\0\0WEBP"
KNOWN = {
    "png": ("image/png", picture(640, 480)),
    "gif": ("image/gif", b"GIF89a" + struct.pack("<HH", 640, 480)),
    "jpeg": ("image/jpeg", jpeg()),
    "webp lossy": ("image/webp", WEBP + b"VP8 " + b"\0" * 10 + struct.pack("<HH", 640 | 0x4000, 480)),
    "webp lossless": ("image/webp", WEBP + b"VP8L\0\0\0\0\x2f" + struct.pack("<I", 639 | 479 << 14)),
    "webp extended": ("image/webp", WEBP + b"VP8X" + b"\0" * 8 + b"\x7f\x02\0\xdf\x01\0"),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_kinds(name: str) -> None:
    mime, data = KNOWN[name]
    assert dimensions(data, mime) == (640, 480)


def test_a_turned_camera() -> None:
    assert dimensions(jpeg(orientation=6), "image/jpeg") == (480, 640)


@given(kind=st.sampled_from(sorted(KNOWN)), cut=st.integers(0, 80), noise=st.binary(max_size=40))
def test_broken_ones_have_no_measures_and_do_no_harm(kind: str, cut: int, noise: bytes) -> None:
    mime, data = KNOWN[kind]
    found = dimensions(data[:cut] + noise, mime)
    assert found is None or min(found) > 0


def test_other_files_have_none() -> None:
    assert dimensions(b"%PDF-1.7", "application/pdf") is None
    assert dimensions(picture(0, 0), "image/png") is None
