"""Secrets at rest: AES-256-GCM, bound to the place where they are stored.

A stored value is: one byte that names the key, 12 random bytes, ciphertext with its tag. The place
(workspace, table, row and column, as text) is authenticated with it, so that a value copied into another row
or workspace does not open.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from parley.core.errors import ParleyError
from parley.core.keys import keys

_KEY_ID = 1
_NONCE_BYTES = 12
_TAG_BYTES = 16


class CannotDecrypt(ParleyError):
    """The value was made with another key, for another place, or was altered. Which one is not known."""


def encrypt(plaintext: bytes, *, bound_to: str) -> bytes:
    """Encrypt for one place, such as `<workspace>:channel:<id>:credentials`. No two results are equal."""
    header = bytes([_KEY_ID])
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(keys().data_encryption_key).encrypt(nonce, plaintext, header + bound_to.encode())
    return header + nonce + sealed


def decrypt(ciphertext: bytes, *, bound_to: str) -> bytes:
    """The plain bytes. Raises `CannotDecrypt`; never answers with rubbish."""
    if len(ciphertext) < 1 + _NONCE_BYTES + _TAG_BYTES:
        raise CannotDecrypt("A stored secret is cut short.")
    header, nonce, sealed = ciphertext[:1], ciphertext[1 : 1 + _NONCE_BYTES], ciphertext[1 + _NONCE_BYTES :]
    if header[0] != _KEY_ID:
        raise CannotDecrypt(
            f"A stored secret needs key number {header[0]}, which this installation does not have."
        )
    try:
        return AESGCM(keys().data_encryption_key).decrypt(nonce, sealed, header + bound_to.encode())
    except InvalidTag:
        raise CannotDecrypt(
            "A stored secret does not open here: the key is another one, or the value was moved or altered."
        ) from None
