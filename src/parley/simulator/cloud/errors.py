"""Meta's refusals: a table of codes and the envelope they come in.

The HTTP statuses are the documented ones; a client must decide by `code` alone.
"""

import hashlib

from parley.simulator.records import Json

REFUSALS: dict[int, tuple[int, str]] = {
    0: (401, "AuthException"),
    1: (400, "Invalid request or possible server error"),
    2: (503, "Service temporarily unavailable"),
    3: (500, "Capability or permissions issue"),
    4: (400, "Application request limit reached"),
    10: (403, "Application does not have permission for this action"),
    17: (400, "User request limit reached"),
    33: (400, "Parameter value is not valid"),
    100: (400, "Invalid parameter"),
    190: (401, "Invalid OAuth access token - Cannot parse access token"),
    200: (403, "Permissions error"),
    368: (403, "Temporarily blocked for policies violations"),
    613: (400, "Calls to this api have exceeded the rate limit"),
    2200: (400, "Callback verification failed"),
    2500: (400, "Unknown path components"),
    80007: (400, "Rate limit issues"),
    130429: (400, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131020: (400, "Bad group"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Business Account locked"),
    131037: (400, "Display name not approved"),
    131041: (400, "Group unknown"),
    131042: (400, "Business eligibility payment issue"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement"),
    131050: (400, "User has stopped marketing messages"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131062: (400, "BSUID recipients are not supported for this message"),
    131063: (400, "Marketing templates are disabled for Cloud API"),
    131064: (400, "Message failed to reach the messaging limit"),
    132000: (400, "Number of parameters does not match the expected number of params"),
    132001: (404, "Template name does not exist in the translation"),
    132005: (400, "Translated text too long"),
    132007: (400, "Template format character policy violated"),
    132008: (400, "Template parameter value is not valid"),
    132012: (400, "Parameter format does not match format in the created template"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
    132068: (400, "Flow is blocked"),
    132069: (400, "Flow is throttled"),
    133000: (500, "Incomplete deregistration"),
    133004: (503, "Server temporarily unavailable"),
    133005: (400, "Two step verification PIN mismatch"),
    133006: (400, "Phone number re-verification needed"),
    133010: (400, "Phone number not registered"),
    133016: (400, "Account register/deregister rate limit exceeded"),
    135000: (400, "Generic user error"),
    138000: (400, "Calling is not enabled"),
    138006: (400, "No approved call permission from the recipient"),
    139100: (400, "Failed to block/unblock some users"),
    2388019: (400, "Message template limit exceeded"),
}
"""Code: the HTTP status and the title."""


class GraphRefusal(Exception):
    """Raised by an endpoint; becomes the error envelope."""

    def __init__(
        self,
        code: int,
        message: str | None = None,
        *,
        details: str | None = None,
        subcode: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code} {message or details or ''}")
        self.code = code
        self.details = details or ""
        self.headers = headers or {}
        self.body, self.status = graph_error(code, message, details=details, subcode=subcode)

    @property
    def title(self) -> str:
        return REFUSALS.get(self.code, (400, "Unknown error"))[1]


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
