"""`X-Hub-Signature-256: sha256=<hex>` over the raw body (Meta docs, "Webhooks", validating payloads)."""

import hashlib
import hmac

from parley.channels.gateways.neutral import BadSignature, Headers


def verify(secret: str, headers: Headers, body: bytes) -> None:
    """Raise `BadSignature` unless the header proves the body with the app secret.

    Fails closed: no secret proves nothing, and the older `sha1=` header is not looked at. The raw bytes are
    signed, with non-ASCII text escaped by Meta: JSON written again would not fit.
    """
    if not secret:
        raise BadSignature("The channel has no app secret, so nothing can prove where this comes from.")
    given = headers.get("x-hub-signature-256", "")
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    # Bytes, since comparing texts raises for characters outside of ASCII.
    if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode()):
        raise BadSignature("The signature is missing or does not fit the body.")
