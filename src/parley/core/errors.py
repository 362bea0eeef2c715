"""What can go wrong, as types.

A domain raises a subclass of `DomainError`; one handler (`parley.web.errors` for pages, the API's own for
JSON) turns it into an answer. The message is for the person: what happened, what is safe, what to do.
"""


class ParleyError(Exception):
    """Anything Parley says on purpose."""


class Misconfigured(ParleyError):
    """The operator has to change something before Parley can start. The text names the remedy."""


class DomainError(ParleyError):
    """A refusal with an HTTP status and a stable machine-readable code.

    `link` is where the person can go instead, if there is such a place, and `link_text` says so.
    """

    status = 400
    code = "bad_request"
    link = ""
    link_text = ""

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class NotFound(DomainError):
    """There is no such thing, or it belongs to somebody else: the two must look the same."""

    status = 404
    code = "not_found"

    def __init__(self, message: str = "There is nothing here, or it is not yours to see.") -> None:
        super().__init__(message)


class Refused(DomainError):
    """Understood, and not allowed for this person."""

    status = 403
    code = "refused"


class Conflict(DomainError):
    """It changed in the meantime, or it cannot happen in the present state."""

    status = 409
    code = "conflict"


class Invalid(DomainError):
    """A value is wrong; `fields` says which and how."""

    status = 422
    code = "invalid"

    def __init__(self, message: str, *, fields: dict[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class TooMany(DomainError):
    """Slow down. `retry_after` is in seconds."""

    status = 429
    code = "too_many"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """Something Parley depends on is away; trying again later may work."""

    status = 503
    code = "unavailable"
