"""What a person sees when something is refused or breaks: a page in Parley's look, or a toast for a fragment.

`DomainErrors` answers what domains raise; the functions below are Django's handlers (`handler404 =
"parley.web.errors.page_not_found"` and so on, `CSRF_FAILURE_VIEW = "parley.web.errors.csrf_failure"`).
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg.errors import DeadlockDetected, LockNotAvailable, ProgramLimitExceeded, SerializationFailure
from psycopg_pool import PoolTimeout

from parley.core.errors import DomainError, TooMany

_TITLES = {
    400: gettext_lazy("That did not work"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Nothing here"),
    409: gettext_lazy("It changed in the meantime"),
    413: gettext_lazy("Too large"),
    422: gettext_lazy("Something needs correcting"),
    429: gettext_lazy("A little slower"),
    500: gettext_lazy("Something broke on our side"),
    503: gettext_lazy("Not reachable just now"),
}


_COLLISIONS = (DeadlockDetected, LockNotAvailable, SerializationFailure)


@dataclass(frozen=True, slots=True)
class Action:
    """The way out that an error page offers."""

    label: str
    href: str


class DomainErrors:
    """Middleware: answers a `DomainError` that a view let through, after the view's transaction is undone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        action = Action(error.link_text, error.link) if error.link else None
        response = answer(request, status=error.status, text=error.message, code=error.code, action=action)
        if isinstance(error, TooMany):
            response["Retry-After"] = str(error.retry_after)
        return response


def answer(
    request: HttpRequest, *, status: int, text: str, code: str = "", action: Action | None = None
) -> HttpResponse:
    """The error as a toast where a fragment was asked for, else as a page.

    Neither asks the database for anything: it may be what broke.
    """
    title = str(_TITLES.get(status, _TITLES[400]))
    context = {"request": request, "status": status, "title": title, "text": text, "code": code}
    context["action"] = action
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(loader.render_to_string("web/error_toast.html", context), status=status)
        response["HX-Retarget"] = "#toasts"
        response["HX-Reswap"] = "beforeend"
        return response
    context["action"] = action or _way_out(request, status=status)
    return HttpResponse(loader.render_to_string("web/error.html", context), status=status)


def _way_out(request: HttpRequest, *, status: int) -> Action:
    if status >= 500 and request.method == "GET":
        return Action(_("Try again"), request.get_full_path())
    return Action(_("Back to the inbox"), "/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Django's `handler400`."""
    return answer(request, status=400, text=_("The request could not be read. Nothing was changed."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Django's `handler403`."""
    return answer(request, status=403, text=_("Your role does not allow this. Nothing was changed."))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Django's `handler404`."""
    return answer(
        request, status=404, text=_("This page does not exist, it was removed, or it is not yours to see.")
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`, called while the exception is handled. A database that is away is a 503."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError) and isinstance(error.__cause__, _COLLISIONS):
        text = _("Somebody else changed the same at this moment. Nothing of yours was saved: try again.")
        return answer(request, status=409, text=text, code="collision")
    if _is_away(error):
        text = _("The database does not answer just now. What you did may not have been saved: try again.")
        response = answer(request, status=503, text=text, code="database_away")
        response["Retry-After"] = "5"
        return response
    text = _(
        "What you did just now may not have been saved. It has been written to the log; please try again."
    )
    return answer(request, status=500, text=text)


def _is_away(error: BaseException | None) -> bool:
    """Whether PostgreSQL could not be reached, as opposed to having refused a value as too long."""
    if isinstance(error, InterfaceError | PoolTimeout):
        return True
    return isinstance(error, OperationalError) and not isinstance(error.__cause__, ProgramLimitExceeded)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Django's `CSRF_FAILURE_VIEW`: nearly always a form left open too long, or cookies turned off."""
    text = _(
        "This form was open for too long, or cookies are turned off. Nothing was sent: go back and try again."
    )
    return answer(request, status=403, text=text, code="csrf", action=Action(_("Start again"), request.path))
