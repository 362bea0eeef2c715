"""A browser that has signed in before is known by a signed cookie: strangers' guesses cannot lock it out.

The cookie opens nothing: it only gives the browser a throttle of its own.
"""

from typing import Final, TypeVar

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

from parley.access.models import User
from parley.access.services.members import normalised_email

COOKIE: Final = "device"
LIFETIME_SECONDS: Final = 180 * 24 * 3600

R = TypeVar("R", bound=HttpResponse)


def device_of(request: HttpRequest, email: str) -> str:
    """The browser's own name, if it has signed in to this account within half a year; else empty."""
    try:
        return _signer(email).unsign(request.COOKIES.get(COOKIE, ""), max_age=LIFETIME_SECONDS)
    except BadSignature:
        return ""


def remember_device(response: R, user: User) -> R:
    """Name the browser, in a cookie that is worth nothing for another account."""
    response.set_cookie(
        COOKIE,
        _signer(user.email).sign(get_random_string(22)),
        max_age=LIFETIME_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def _signer(email: str) -> TimestampSigner:
    return TimestampSigner(salt=f"parley.access.device {normalised_email(email)}")
