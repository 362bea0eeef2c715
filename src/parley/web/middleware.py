"""What every answer of the web process carries, and how redirects reach a fragment request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from parley.core.postgres.patience import patience

Handler = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)",
}

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


_PATIENCE_SECONDS = 15.0
"""A person who hears "not reachable" tries again; one who hears nothing only waits."""


class DatabasePatience:
    """Middleware: no page waits longer than this for the database, whatever became of the connection."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with patience(_PATIENCE_SECONDS):
            return self.get_response(request)


class SecurityHeaders:
    """Middleware: the same strict headers on everything; a view that set one itself keeps its own."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in _HEADERS.items():
            response.setdefault(name, value)
        if response.get("Content-Type", "").startswith("text/html"):
            # One address answers with a page or a fragment; no cache may mix them or outlive signing out.
            patch_vary_headers(response, ("HX-Request", "HX-Request-Type"))
            response.setdefault("Cache-Control", "no-store")
        return response


class FragmentRedirects:
    """Middleware: a redirect answered to a fragment request moves the whole page.

    The browser would follow it silently and a sign-in page would land inside the thread.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.headers.get("HX-Request") != "true" or response.status_code not in _REDIRECTS:
            return response
        moved = HttpResponse(status=200)
        moved["HX-Redirect"] = response["Location"]
        moved.cookies = response.cookies
        return moved
