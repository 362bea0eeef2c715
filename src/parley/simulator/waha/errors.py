"""WAHA's refusals, in its words and shapes."""

from datetime import UTC, datetime

from parley.simulator.quirks import SessionStatus
from parley.simulator.records import Json, Session


class WahaRefusal(Exception):
    def __init__(self, status: int, body: Json) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body


def unauthorized() -> WahaRefusal:
    return WahaRefusal(401, {"message": "Unauthorized", "statusCode": 401})


def bad_request(*messages: str) -> WahaRefusal:
    return WahaRefusal(400, {"message": list(messages), "error": "Bad Request", "statusCode": 400})


def not_found(message: str) -> WahaRefusal:
    return WahaRefusal(404, {"message": message, "error": "Not Found", "statusCode": 404})


def no_session(name: str) -> WahaRefusal:
    return not_found(f'We didn\'t find a session with name "{name}". Start it first.')


def not_as_expected(session: Session, *expected: SessionStatus) -> WahaRefusal:
    return WahaRefusal(
        422,
        {
            "error": "Session status is not as expected. Try again later or restart the session",
            "session": session.name,
            "status": session.status,
            "expected": list(expected),
        },
    )


def unprocessable(message: str) -> WahaRefusal:
    return WahaRefusal(422, {"statusCode": 422, "message": message, "error": "Unprocessable Entity"})


def not_implemented() -> WahaRefusal:
    """What this engine cannot do. Before 2025 it was a 422."""
    return WahaRefusal(
        501,
        {
            "statusCode": 501,
            "message": "The method is not implemented by the engine.",
            "error": "Not Implemented",
        },
    )


def engine_error(message: str, *, path: str) -> Json:
    """The body of a 500: the engine threw."""
    return {
        "statusCode": 500,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "exception": {"message": message, "code": 2, "details": message, "name": "Error"},
        "request": {"path": path, "method": "POST", "body": {}, "query": {}},
        "version": {"version": VERSION, "tier": "CORE"},
    }


VERSION = "2026.7.1"
