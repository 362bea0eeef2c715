"""Meta's refusals: a table of codes and the envelope they come in.

The HTTP statuses are the documented ones; a client must decide by `code` alone.
"""

import hashlib

from parley.simulator.records import Json

REFUSALS: dict[int, tuple[int, str]] = {
    1: (400, "Invalid request or possible server error"),
    2: (503, "Service temporarily unavailable"),
    4: (400, "Application request limit reached"),
    10: (403, "Application does not have permission for this action"),
    33: (400, "Parameter value is not valid"),
    100: (400, "Invalid parameter"),
    190: (401, "Invalid OAuth access token - Cannot parse access token"),
    368: (403, "Temporarily blocked for policies violations"),
    2200: (400, "Callback verification failed"),
    2500: (400, "Unknown path components"),
    80007: (400, "Rate limit issues"),
    130429: (400, "Rate limit hit"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131031: (403, "Business Account locked"),
    131042: (400, "Business eligibility payment issue"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement"),
    131050: (400, "User has stopped marketing messages"),
    131051: (400, "Unsupported message type"),
    131053: (400, "Media upload error"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    132001: (404, "Template name does not exist in the translation"),
    133004: (503, "Server temporarily unavailable"),
}


class GraphRefusal(Exception):
    """Raised by an endpoint; becomes the error envelope."""

    def __init__(
        self, code: int, message: str | None = None, *, details: str | None = None, subcode: int | None = None
    ) -> None:
        super().__init__(f"{code} {message or details or ''}")
        self.code = code
        self.body, self.status = graph_error(code, message, details=details, subcode=subcode)


def graph_error(
    code: int, message: str | None = None, *, details: str | None = None, subcode: int | None = None
) -> tuple[Json, int]:
    """The body and the HTTP status of a refusal."""
    status, title = REFUSALS.get(code, (400, "Unknown error"))
    error: Json = {
        "message": message or f"(#{code}) {title}",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "A" + hashlib.sha256(f"{code}{message}{details}".encode()).hexdigest()[:22],
    }
    if subcode is not None:
        error["error_subcode"] = subcode
    if details is not None:
        error["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return {"error": error}, status


def unknown_object(object_id: str) -> GraphRefusal:
    return GraphRefusal(
        100,
        f"Unsupported request. Object with ID '{object_id}' does not exist, cannot be loaded due to missing"
        " permissions, or does not support this operation",
        subcode=33,
    )
