"""Ids in the forms of the two APIs, from seeded sources.

The same seed on a fresh store gives the same ids. The boot number is mixed in, so that a restarted simulator
never gives an id twice. Each kind of id has a source of its own: how often a QR code was renewed changes no
message's id.
"""

import base64
import random

ULID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


class Identities:
    def __init__(self, seed: int, boot: int) -> None:
        def source(name: str) -> random.Random:
            return random.Random(f"{seed}:{boot}:{name}")  # noqa: S311 - repeatable on purpose, guards nothing

        self.random = source("scripts")
        self.pace = source("pace")
        """How far the delays of ticks stray."""
        self.luck = source("luck")
        """Whether a fault that happens now and then happens now."""
        self._messages = source("messages")
        self._events = source("events")
        self._files = source("files")
        self._secrets = source("secrets")
        self._codes = source("codes")

    def waha_message(self) -> str:
        """A bare message id as WhatsApp Web makes them: 3EB0 and 18 hexadecimal digits."""
        return f"3EB0{hexadecimal(self._messages, 18).upper()}"

    def wamid(self, wa_id: str) -> str:
        """Meta's message id: base64 of the number and a random part, wrapped as the real ones are."""
        number = wa_id.encode()
        inner = b"\x1c\x18" + bytes([len(number)]) + number + b"\x15\x02\x00\x11\x18\x12"
        random_part = hexadecimal(self._messages, 18).upper().encode()
        return "wamid." + base64.b64encode(inner + random_part + b"\x00").decode()

    def event(self, at: float) -> str:
        """WAHA's event id: evt_ and a ULID in lower case."""
        number = (int(at * 1000) << 80) | self._events.getrandbits(80)
        letters = [ULID_LETTERS[(number >> (5 * place)) & 31] for place in reversed(range(26))]
        return "evt_" + "".join(letters)

    def digits(self, length: int) -> str:
        return str(self._files.randint(1, 9)) + "".join(
            str(self._files.randint(0, 9)) for _ in range(length - 1)
        )

    def secret(self) -> str:
        return hexadecimal(self._secrets, 32)

    def qr(self) -> str:
        """The content of a pairing code: a reference and three keys, as a linked device shows it."""
        parts = [base64.b64encode(self._codes.randbytes(size)).decode() for size in (54, 32, 32, 32)]
        return "2@" + ",".join(parts)

    def pairing_code(self) -> str:
        letters = "".join(self._codes.choice("ABCDEFGHJKLMNPQRSTVWXYZ123456789") for _ in range(8))
        return f"{letters[:4]}-{letters[4:]}"


def hexadecimal(source: random.Random, length: int) -> str:
    return f"{source.getrandbits(4 * length):0{length}x}"
