"""The master key, and everything that is derived from it.

One secret is kept by the operator; each purpose gets its own key by HKDF (RFC 5869), so that a key which
leaks from one place opens no other. Losing the secret loses the channels' credentials: back it up.
"""

import base64
import os
import secrets
import stat
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from parley.core.environment import environment
from parley.core.errors import Misconfigured

KEY_FILE = "secret.key"
_LEAST_CHARACTERS = 32
_LEAST_DIFFERENT_CHARACTERS = 10
_EXAMPLE_WORDS = (
    "change",
    "example",
    "insecure",
    "password",
    "placeholder",
    "replace",
    "secret-key",
    "your-",
)
_MAKE_ONE = 'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(32))"'


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of this installation. Nothing of it is ever shown: not by repr, not in a log."""

    secret: bytes = field(repr=False)

    def derive(self, purpose: str) -> bytes:
        """32 bytes that are the same for the same secret and purpose. Purposes never change once in use."""
        hkdf = HKDF(algorithm=SHA256(), length=32, salt=b"parley", info=purpose.encode())
        return hkdf.derive(self.secret)

    def _text(self, purpose: str) -> str:
        return base64.urlsafe_b64encode(self.derive(purpose)).decode().rstrip("=")

    @property
    def django_secret_key(self) -> str:
        return self._text("django secret key")

    @property
    def stream_token_key(self) -> bytes:
        """Signs the short-lived tokens that open `/events`."""
        return self.derive("stream token")

    @property
    def address_hash_key(self) -> bytes:
        """Hashes addresses that have to be recognised after they were erased."""
        return self.derive("address hash")

    @property
    def data_encryption_key(self) -> bytes:
        return self.derive("data encryption 1")

    def role_password(self, role: str) -> str:
        """The password of a database role: letters, digits, - and _, so it needs no quoting in a URL."""
        return self._text(f"database role {role}")


@lru_cache(maxsize=1)
def keys() -> Keys:
    """The keys of this process, read once. Tests that change them call `keys.cache_clear()`.

    Raises `Misconfigured` where there is no key yet, or one that would protect nothing.
    """
    current = environment()
    if current.secret_key:
        return keys_from_text(current.secret_key, debug=current.debug)
    return _read_key_file(current.home / KEY_FILE)


def keys_from_text(secret: str, *, debug: bool = False) -> Keys:
    """Keys from `PARLEY_SECRET_KEY`: base64, hex or any other text of 32 characters or more."""
    if len(secret) < _LEAST_CHARACTERS:
        raise Misconfigured(
            f"PARLEY_SECRET_KEY has {len(secret)} characters; it needs {_LEAST_CHARACTERS}. {_MAKE_ONE}"
        )
    lower = secret.lower()
    looks_invented = len(set(secret)) < _LEAST_DIFFERENT_CHARACTERS or any(
        word in lower for word in _EXAMPLE_WORDS
    )
    if looks_invented and not debug:
        raise Misconfigured(
            f"PARLEY_SECRET_KEY looks like an example, and anybody could guess it. {_MAKE_ONE}"
        )
    return Keys(secret=secret.encode())


def ensure_key_file(home: Path) -> bool:
    """Make `secret.key` (mode 0600) where there is none; True when it was made. Two processes may call it."""
    path = home / KEY_FILE
    if path.exists():
        return False
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = home / f".{KEY_FILE}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link appears with its whole content or not at all, and never over a key that is already there.
        path.hardlink_to(draft)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _read_key_file(path: Path) -> Keys:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise Misconfigured(
            f"There is no key in {path} and PARLEY_SECRET_KEY is unset. Run `parley migrate`: it makes one."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"The key in {path} cannot be read: {error}.") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Misconfigured(f"Others on this machine can read {path}. Run: chmod 600 {path}")
    if len(text) < _LEAST_CHARACTERS:
        raise Misconfigured(f"The key in {path} is cut short. Put the file back from your backup.")
    return Keys(secret=text.encode())
