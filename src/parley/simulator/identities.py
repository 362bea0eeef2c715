"""Ids in the forms of the two APIs, from one seeded source.

The same seed on a fresh store gives the same ids. The boot number is mixed in, so that a restarted simulator
never gives an id twice.
"""

import base64
import random

ULID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


class Identities:
    def __init__(self, seed: int, boot: int) -> None:
        self.random = random.Random(f"{seed}:{boot}")  # noqa: S311 - repeatable on purpose, guards nothing

    def waha_message(self) -> str:
        """A bare message id as WhatsApp Web makes them: 3EB0 and 18 hexadecimal digits."""
        return f"3EB0{self._hex(18).upper()}"

    def wamid(self, wa_id: str) -> str:
        """Meta's message id: base64 of the number and a random part, wrapped as the real ones are."""
        number = wa_id.encode()
        inner = b"\x1c\x18" + bytes([len(number)]) + number + b"\x15\x02\x00\x11\x18\x12"
        return "wamid." + base64.b64encode(inner + self._hex(18).upper().encode() + b"\x00").decode()

    def event(self, at: float) -> str:
        """WAHA's event id: evt_ and a ULID in lower case."""
        number = (int(at * 1000) << 80) | self.random.getrandbits(80)
        letters = [ULID_LETTERS[(number >> (5 * place)) & 31] for place in reversed(range(26))]
        return "evt_" + "".join(letters)

    def digits(self, length: int) -> str:
        return str(self.random.randint(1, 9)) + "".join(
            str(self.random.randint(0, 9)) for _ in range(length - 1)
        )

    def secret(self) -> str:
        return self._hex(32)

    def qr(self) -> str:
        """The content of a pairing code: a reference and three keys, as a linked device shows it."""
        parts = [base64.b64encode(self.random.randbytes(size)).decode() for size in (54, 32, 32, 32)]
        return "2@" + ",".join(parts)

    def pairing_code(self) -> str:
        letters = "".join(self.random.choice("ABCDEFGHJKLMNPQRSTVWXYZ123456789") for _ in range(8))
        return f"{letters[:4]}-{letters[4:]}"

    def _hex(self, length: int) -> str:
        return f"{self.random.getrandbits(4 * length):0{length}x}"
