"""A voice note as WhatsApp sends it: Opus in Ogg, 48 kHz, one channel.

Encoding Opus is not for a simulator. The two packets below are 20 ms of two soft tones (450 and 600 Hz, which
fit 20 ms exactly), so that repeating them in turn makes a steady sound; the third is 20 ms of silence. The
hum comes in syllables, and the player shows the right length.
"""

import struct

TONE = (
    bytes.fromhex(
        "f8ad7e2f120ca399856fe515089ca354531099c9bd33b0b42894c5c1946a58537373e12e3c7940a469755dca2632d4d4ec1577d2"
        "a077ed4c04d19f2a"
    ),
    bytes.fromhex(
        "f8ad7e2f120ca399856fe515089ca354531099c9bd33b0b42894c5c1946a58537373e12e3c79c0a469755dca2632d4d4ec1577d2"
        "a077ed5004d19f2a"
    ),
)
SILENCE = bytes.fromhex("f8fffe")
FRAMES_PER_SECOND = 50
SAMPLES_PER_FRAME = 960
FRAMES_PER_PAGE = 50
SYLLABLE = (1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0)


def voice_note(seconds: float) -> bytes:
    """An Ogg Opus file of this length."""
    frames = [
        TONE[number % 2] if SYLLABLE[number % len(SYLLABLE)] else SILENCE
        for number in range(max(1, int(seconds * FRAMES_PER_SECOND)))
    ]
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48000, 0, 0)
    vendor = b"parley simulator"
    tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
    pages = [page([head], number=0, position=0, kind=2), page([tags], number=1, position=0, kind=0)]
    for start in range(0, len(frames), FRAMES_PER_PAGE):
        packets = frames[start : start + FRAMES_PER_PAGE]
        end = start + len(packets)
        kind = 4 if end == len(frames) else 0
        pages.append(page(packets, number=len(pages), position=end * SAMPLES_PER_FRAME, kind=kind))
    return b"".join(pages)


def page(packets: list[bytes], *, number: int, position: int, kind: int) -> bytes:
    """One Ogg page; every packet is shorter than 255 bytes. `kind` 2 begins the stream, 4 ends it."""
    lengths = bytes(len(packet) for packet in packets)
    header = struct.pack("<4sBBqIIIB", b"OggS", 0, kind, position, 1, number, 0, len(packets))
    whole = header + lengths + b"".join(packets)
    return whole[:22] + struct.pack("<I", checksum(whole)) + whole[26:]


def checksum(data: bytes) -> int:
    """Ogg's CRC-32: polynomial 04C11DB7, not reflected, from zero."""
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ TABLE[(value >> 24) ^ byte]
    return value


def table_entry(value: int) -> int:
    value <<= 24
    for _ in range(8):
        value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
    return value


TABLE = tuple(table_entry(value) for value in range(256))
