"""HMAC-SHA512 over the raw body, in lower-case hex (WAHA docs, "Webhooks", HMAC authentication)."""

import hashlib
import hmac

from parley.channels.gateways.neutral import BadSignature, Headers


def verify(secret: str, headers: Headers, body: bytes) -> None:
    """Raise `BadSignature` unless `x-webhook-hmac` proves the body. No secret proves nothing."""
    if not secret:
        raise BadSignature("The channel has no webhook secret, so nothing can prove where this comes from.")
    if headers.get("x-webhook-hmac-algorithm", "sha512") != "sha512":
        raise BadSignature("The signature is not HMAC-SHA512.")
    given = headers.get("x-webhook-hmac", "")
    expected = hmac.new(secret.encode(), body, hashlib.sha512).hexdigest()
    # Bytes, since comparing texts raises for characters outside of ASCII.
    if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode()):
        raise BadSignature("The signature is missing or does not fit the body.")
